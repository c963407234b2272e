import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameHeaderBytes, readFrameHeader, writeFrameHeader } from '../../src/frames.js';
import { hex } from '../frames.js';

const lengths = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 125, 126, 127, 65535, 65536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
);
const keys = fc.option(fc.integer(), { nil: undefined });

describe('writeFrameHeader and readFrameHeader', () => {
  it('are inverse, at any offset', () => {
    fc.assert(
      fc.property(fc.nat(255), lengths, keys, fc.nat(5), (first, payloadLength, key, at) => {
        const size = frameHeaderBytes(payloadLength, key !== undefined);
        const bytes = new Uint8Array(at + size);
        expect(writeFrameHeader(bytes, at, first, payloadLength, key)).toBe(at + size);
        expect(bytes.subarray(0, at).every((byte) => byte === 0)).toBe(true);
        expect(readFrameHeader(bytes, at)).toEqual({
          firstByte: first,
          fin: first >= 0x80,
          rsv: first & 0x70,
          opcode: first & 0x0f,
          masked: key !== undefined,
          maskingKey: key ?? 0,
          payloadLength,
          lengthBytes: payloadLength < 126 ? 0 : payloadLength < 65536 ? 2 : 8,
          headerBytes: size,
        });
      }),
    );
  });

  it('asks for the bytes that are missing, never for more than there will be', () => {
    fc.assert(
      fc.property(lengths, keys, (payloadLength, key) => {
        const size = frameHeaderBytes(payloadLength, key !== undefined);
        const bytes = new Uint8Array(size);
        writeFrameHeader(bytes, 0, 0x82, payloadLength, key);
        for (let end = 0; end < size; end++) {
          const missing = readFrameHeader(bytes, 0, end);
          expect(missing).toBeGreaterThan(0);
          expect(missing).toBeLessThanOrEqual(size - end);
        }
      }),
    );
  });

  it('does not look past the end', () => {
    expect(readFrameHeader(hex('82 05'), 0, 1)).toBe(1);
    expect(() => readFrameHeader(hex('82 05'), 0, 3)).toThrow(RangeError);
    expect(() => readFrameHeader(hex('82 05'), 3)).toThrow(RangeError);
    expect(() => readFrameHeader(hex('82 05'), -1)).toThrow(RangeError);
    expect(() => readFrameHeader(hex('82 05'), Number.NaN)).toThrow(RangeError);
  });
});

describe('readFrameHeader', () => {
  it.each([
    ['7e 00 05', 5],
    ['7f 00 00 00 00 80 00 00 00', 2 ** 31], // advisory I02
    ['7f 00 00 00 01 00 00 00 00', 2 ** 32], // advisory I05
    ['7f 00 80 00 00 00 00 00 00', 2 ** 55], // advisory I05
    ['7f 00 1f ff ff ff ff ff ff', 2 ** 53 - 1],
    ['7f 00 20 00 00 00 00 00 00', 2 ** 53],
    ['7f 80 00 00 00 00 00 00 00', 2 ** 63],
  ])('reads the length %s as %d', (digits, length) => {
    expect(readFrameHeader(hex(`82 ${digits}`))).toMatchObject({ payloadLength: length });
  });

  it('rounds down what a number cannot hold, so that 2^63 - 1 stays below 2^63', () => {
    const header = readFrameHeader(hex('82 7f 7f ff ff ff ff ff ff ff'));
    const length = typeof header === 'object' ? header.payloadLength : 0;
    expect(length).toBeLessThan(2 ** 63);
    expect(length).toBeGreaterThan(2 ** 63 - 4096);
  });
});

describe('writeFrameHeader', () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('refuses the length %d', (length) => {
    const target = new Uint8Array(14);
    expect(() => writeFrameHeader(target, 0, 0x82, length, undefined)).toThrow(RangeError);
    expect(target).toEqual(new Uint8Array(14));
  });

  it.each([
    [-1, undefined],
    [1, undefined],
    [0, 5],
    [Number.NaN, undefined],
  ])('refuses to write where there is no room: at %d with key %s', (at, key) => {
    const target = new Uint8Array(4);
    expect(() => writeFrameHeader(target, at, 0x82, 300, key)).toThrow(RangeError);
    expect(target).toEqual(new Uint8Array(4));
  });
});

it.each([
  'abcd',
  [0x81, 0],
  new Uint16Array(4),
  new DataView(new ArrayBuffer(4)),
  new ArrayBuffer(4),
  null,
  undefined,
  5,
])('a header stands in a Uint8Array, which %o is not', (bytes) => {
  expect(() => readFrameHeader(bytes as never)).toThrow(expect.objectContaining({ code: 'NOT_BYTES' }));
});
