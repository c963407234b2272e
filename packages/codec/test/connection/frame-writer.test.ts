import { keyFromBytes, maskInPlace } from '@sanssocket/mask';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  encodeCloseBody,
  encodeFrame,
  encodeUncheckedFrame,
  PING,
  RSV1,
  RSV2,
  TEXT,
} from '../../src/frames.js';
import { concat, hex, utf8 } from '../frames.js';

describe('encodeFrame', () => {
  it.each([0, 1, 125, 126, 127, 65535, 65536])(
    'writes a payload of %d bytes behind the shortest header',
    (length) => {
      const payload = new Uint8Array(length).fill(7);
      const header =
        length < 126
          ? Uint8Array.of(0x82, length)
          : length < 65536
            ? Uint8Array.of(0x82, 126, length >> 8, length)
            : hex('82 7f 00000000 00010000');
      expect(encodeFrame({ opcode: BINARY, payload })).toEqual(concat(header, payload));
    },
  );

  it('masks with the key it is given, into new memory, whatever the offset of the payload in its own (advisory I19)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(9),
        fc.integer(),
        (content, offset, maskingKey) => {
          const memory = Buffer.alloc(content.length + offset + 3, 0xee);
          memory.set(content, offset);
          const payload = memory.subarray(offset, offset + content.length);
          const bytes = encodeFrame({ opcode: BINARY, payload, maskingKey });
          const at = bytes.length - content.length;
          expect(keyFromBytes(bytes, at - 4)).toBe(maskingKey);
          expect(maskInPlace(bytes.slice(at), maskingKey)).toEqual(content);
          expect(Uint8Array.from(payload)).toEqual(content);
        },
      ),
    );
  });

  it('writes the bits and opcode it is given', () => {
    expect(encodeFrame({ opcode: CONTINUATION, fin: false })).toEqual(hex('00 00'));
    expect(encodeFrame({ opcode: TEXT, rsv: RSV1 | RSV2 })).toEqual(hex('e1 00'));
    expect(encodeFrame({ opcode: CLOSE, payload: hex('03e8 61') })).toEqual(hex('88 03 03e8 61'));
    expect(encodeFrame({ opcode: CLOSE })).toEqual(hex('88 00'));
  });

  it.each([
    [{ opcode: 3 }, 'RESERVED_OPCODE'],
    [{ opcode: 0x100 | TEXT }, 'RESERVED_OPCODE'],
    [{ opcode: PING, fin: false }, 'CONTROL_FRAGMENTED'],
    [{ opcode: PING, payload: new Uint8Array(126) }, 'CONTROL_TOO_LONG'],
    [{ opcode: PING, rsv: RSV1 }, 'RESERVED_BITS'],
    [{ opcode: CONTINUATION, rsv: RSV1 }, 'RESERVED_BITS'],
    [{ opcode: TEXT, rsv: 1 }, 'OPTION_INVALID'],
    [{ opcode: CLOSE, payload: hex('03') }, 'CLOSE_BODY_TOO_SHORT'],
    [{ opcode: CLOSE, payload: hex('03ed') }, 'CLOSE_CODE_INVALID'],
    [{ opcode: CLOSE, payload: hex('03e8 ff') }, 'INVALID_UTF8'],
  ])('refuses what RFC 6455 forbids: %o', (frame, code) => {
    expect(() => encodeFrame(frame as Parameters<typeof encodeFrame>[0])).toThrow(
      expect.objectContaining({ code }),
    );
    expect(() => encodeFrame(frame as Parameters<typeof encodeFrame>[0])).toThrow(RangeError);
  });

  it.each([hex('01020304'), null, Number.NaN, '1234'])(
    'refuses the masking key %o, which would mask nothing',
    (maskingKey) => {
      expect(() =>
        encodeFrame({ opcode: BINARY, payload: hex('01'), maskingKey: maskingKey as never }),
      ).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    },
  );

  it('refuses a payload that is not a Uint8Array (advisory K12)', () => {
    expect(() => encodeFrame({ opcode: BINARY, payload: 5 as never })).toThrow(TypeError);
  });
});

describe('encodeCloseBody', () => {
  it('writes code and reason, or nothing', () => {
    expect(encodeCloseBody(undefined)).toEqual(hex(''));
    expect(encodeCloseBody(4999)).toEqual(hex('1387'));
    expect(encodeCloseBody(1000, 'é\ud800')).toEqual(hex('03e8 c3a9 efbfbd'));
  });

  it('accepts reasons up to 123 bytes (advisory S10)', () => {
    expect(encodeCloseBody(1000, 'a'.repeat(123)).length).toBe(125);
    expect(encodeCloseBody(1000, '€'.repeat(41)).length).toBe(125);
    expect(() => encodeCloseBody(1000, 'a'.repeat(124))).toThrow(RangeError);
    expect(() => encodeCloseBody(1000, `${'€'.repeat(40)}😀`)).toThrow(RangeError);
  });

  it.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535, 1000.5, Number.NaN, '1000', null])(
    'refuses the code %s (advisory S08)',
    (code) => {
      expect(() => encodeCloseBody(code as number)).toThrow(RangeError);
    },
  );

  it('refuses a reason without a code, or one that is no string (advisory K13)', () => {
    expect(() => encodeCloseBody(undefined, 'bye')).toThrow(TypeError);
    expect(() => encodeCloseBody(1000, new Float32Array(20) as never)).toThrow(TypeError);
  });
});

describe('encodeUncheckedFrame', () => {
  it.each([
    ['the bytes of a correct frame by default', { first: 0x81, payload: utf8('hi') }, '81 02 6869'],
    ['a length that is wrong', { first: 0x81, payload: utf8('hi'), declaredLength: 5 }, '81 05 6869'],
    [
      'a length in a longer form',
      { first: 0x82, lengthBytes: 8, payload: hex('ff') },
      '82 7f 0000000000000001 ff',
    ],
    ['a length in the middle form', { first: 0x82, lengthBytes: 2, maskingKey: 0 }, '82 fe 0000 00000000'],
    ['a length cut off', { first: 0x82, lengthBytes: 2, declaredLength: 0x12345 }, '82 7e 2345'],
    ['a length cut off to 7 bits', { first: 0x82, lengthBytes: 0, declaredLength: 0x185 }, '82 05'],
    ['the greatest length', { first: 0x82, declaredLength: 2n ** 64n - 1n }, '82 7f ffffffffffffffff'],
    ['a length of 16 bits', { first: 0x82, declaredLength: 65535 }, '82 7e ffff'],
    ['reserved bits and opcode', { first: 0x7f }, '7f 00'],
    ['a mask', { first: 0x81, payload: utf8('Hello'), maskingKey: 0x3d21fa37 }, '81 85 37fa213d 7f9f4d5158'],
    ['a key without the bit', { first: 0x81, maskingKey: 0x04030201, maskBit: false }, '81 00 01020304'],
    ['the bit without a key', { first: 0x81, payload: utf8('hi'), maskBit: true }, '81 82 6869'],
    [
      'a payload left unmasked',
      { first: 0x81, payload: utf8('hi'), maskingKey: 0x04030201, maskPayload: false },
      '81 82 01020304 6869',
    ],
  ] as const)('writes %s', (_, frame, bytes) => {
    expect(encodeUncheckedFrame(frame)).toEqual(hex(bytes));
  });
});
