import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../../tools/any-character.js';
import { decodeUtf8, utf8Bytes, writeUtf8 } from '../../src/frames.js';
import { hex, utf8 } from '../frames.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Any sequence of UTF-16 units, lone surrogates included, or plain ASCII; around the lengths where the code changes. */
const texts = fc.oneof(
  fc
    .array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd780, max: 0xe000 }), fc.nat(0x7f)), {
      maxLength: 70,
    })
    .map((units) => String.fromCharCode(...units)),
  fc.string({ unit: 'binary-ascii', maxLength: 70 }),
);

describe('writeUtf8 and utf8Bytes', () => {
  it('agree with TextEncoder, lone surrogates included', () => {
    fc.assert(
      fc.property(texts, fc.nat(5), (text, at) => {
        const expected = utf8(text);
        expect(utf8Bytes(text)).toBe(expected.length);
        const target = new Uint8Array(at + 3 * text.length + 2).fill(0xee);
        const end = writeUtf8(text, target, at);
        expect(target.subarray(at, end)).toEqual(expected);
        expect(target.subarray(0, at).every((byte) => byte === 0xee)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('need no more room than utf8Bytes says', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const target = new Uint8Array(utf8Bytes(text));
        expect(writeUtf8(text, target, 0)).toBe(target.length);
        expect(target).toEqual(utf8(text));
      }),
    );
  });
});

describe('decodeUtf8', () => {
  it('gives back every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 50 }), fc.nat(5), (text, offset) => {
        const memory = Buffer.concat([Buffer.alloc(offset, 0xff), utf8(text), Buffer.of(0xff)]);
        expect(decodeUtf8(memory, offset, memory.length - 1)).toBe(text);
      }),
    );
  });

  it('agrees with TextDecoder on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let expected: string | undefined;
        try {
          expected = strict.decode(bytes);
        } catch {}
        expect(decodeUtf8(bytes, 0, bytes.length)).toBe(expected);
      }),
    );
  });

  it.each([0, 1, 3, 4, 15, 16, 17, 31, 32, 33, 100])('decodes %d ASCII characters', (length) => {
    const text = 'abcdefghij'.repeat(10).slice(0, length);
    expect(decodeUtf8(utf8(`?${text}?`), 1, length + 1)).toBe(text);
  });

  it('keeps a byte-order mark, at the start and elsewhere (advisory U15)', () => {
    expect(decodeUtf8(hex('ef bb bf 61 ef bb bf'), 0, 7)).toBe('\ufeffa\ufeff');
  });
});
