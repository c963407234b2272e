// A finished stream made to look as if it had been flushed: zlib, which can do both, says what that looks like.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scratch } from '../../src/inflate/inflate.js';
import { unfinished } from '../../src/inflate/unfinished.js';
import { bytesOf, hexOf } from '../pair.js';

Scratch.spoils = true;

const flushed = { finishFlush: constants.Z_SYNC_FLUSH };
const deflated = (data: Uint8Array, options = {}): Uint8Array =>
  new Uint8Array(deflateRawSync(data, options));
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Data that becomes blocks of every kind: noise is stored, short data gets fixed codes, long data codes of its own. */
const data = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(fc.string({ maxLength: 20 }), fc.nat(400))
        .map(([text, times]) => Buffer.from(text.repeat(times))),
      fc.tuple(fc.nat(), fc.nat(70_000)).map(([seed, size]) => noise(seed, size)),
    ),
    { maxLength: 4 },
  )
  .map(joined);

function noise(seed: number, size: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 16;
  });
}

/** The less memory, the more blocks. */
const options = fc.record({
  level: fc.integer({ min: 1, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FIXED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
  ),
});

test('it is what zlib gives if it flushes in place of finishing, byte for byte', () => {
  let longest = 0;
  fc.assert(
    fc.property(data, options, (bytes, settings) => {
      fc.pre(bytes.length > 0);
      const expected = deflated(bytes, { ...settings, ...flushed });
      longest = Math.max(longest, expected.length);
      expect(hexOf(unfinished(deflated(bytes, settings)))).toBe(hexOf(expected));
    }),
    { numRuns: 150 },
  );
  expect(longest).toBeGreaterThan(65_535);
});

test('one after the other, they are one stream that goes on', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(data, fc.nat(9), options), { maxLength: 6 }), (parts) => {
      const stream = parts.map(([bytes, level, settings]) =>
        unfinished(deflated(bytes, { ...settings, level })),
      );
      for (const one of stream) expect([...one.subarray(-4)]).toEqual([0, 0, 0xff, 0xff]);
      const inflated = inflateRawSync(joined(stream), flushed);
      expect(inflated.equals(joined(parts.map(([bytes]) => bytes)))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test.each([
  ['an empty stream of fixed codes', '0300', '00 0000ffff'],
  ['an empty stored block', '01 0000ffff', '00 0000ffff 00 0000ffff'],
  ['a stored block', '01 0100feff 61', '00 0100feff 61 00 0000ffff'],
  // "a" in fixed codes: 3 + 8 + 7 bits, of which 2 are in the last byte; there is room for a header.
  ['a header that fits into the last byte', '4b0400', '4a0400 0000ffff'],
  // An empty block of fixed codes (10 bits) before an empty last one: what is left ends at bit 10.
  ['an empty block that is not the last', '020c00', '0200 0000ffff'],
  ['bits of 1 behind the last block', '4b04fc', '4a0400 0000ffff'],
])('%s', (_name, stream, expected) => {
  expect(hexOf(unfinished(bytesOf(stream)))).toBe(expected.replaceAll(' ', ''));
});

test('what is not one whole stream is refused', () => {
  fc.assert(
    fc.property(data, options, fc.nat(), (bytes, settings, at) => {
      const stream = deflated(bytes, settings);
      const cut = stream.subarray(0, at % stream.length);
      expect(() => unfinished(cut)).toThrow('not one whole DEFLATE stream');
      expect(() => unfinished(joined([stream, stream]))).toThrow('not one whole DEFLATE stream');
      const noLast = unfinished(stream);
      expect(() => unfinished(noLast)).toThrow('not one whole DEFLATE stream');
    }),
    { numRuns: 100 },
  );
  for (const bad of ['07', '01 0100ffff 61', '050000']) expect(() => unfinished(bytesOf(bad))).toThrow();
  // The two length symbols that have codes and no meaning (RFC 1951 3.2.6).
  expect(() => unfinished(bytesOf('1b0300'))).toThrow('not one whole DEFLATE stream');
});

test('what is given is not changed', () => {
  const stream = deflated(Buffer.from('la la la'));
  const before = hexOf(stream);
  expect(unfinished(stream).buffer).not.toBe(stream.buffer);
  expect(hexOf(stream)).toBe(before);
});
