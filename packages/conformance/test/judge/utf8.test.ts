import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstInvalidUtf8 } from '../../src/judge/message-reader.js';

const strict = new TextDecoder('utf-8', { fatal: true });

function isValid(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

describe('the judge of UTF-8', () => {
  test('agrees with the runtime, and names the first octet after which nothing helps', () => {
    const octets = fc.array(
      fc.constantFrom(
        0x61,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc2,
        0xe0,
        0xe2,
        0xed,
        0xf0,
        0xf4,
        0xf5,
        0xff,
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(octets, (list) => {
        const bytes = Uint8Array.from(list);
        const at = firstInvalidUtf8(bytes);
        expect(at < 0).toBe(isValid(bytes));
        if (at < 0) return;
        // What stands before it can be completed to a text.
        const completions = [
          [],
          [0x80],
          [0xa0],
          [0x80, 0x80],
          [0xa0, 0x80],
          [0x90, 0x80, 0x80],
          [0x80, 0x80, 0x80],
          [0x90, 0x80],
        ];
        expect(completions.some((more) => isValid(Uint8Array.from([...list.slice(0, at), ...more])))).toBe(
          true,
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('takes any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
        expect(firstInvalidUtf8(new TextEncoder().encode(text))).toBe(-1);
      }),
    );
  });

  test('names the place in a long text as well', () => {
    const bytes = new Uint8Array(5000).fill(0x61);
    bytes[4321] = 0xff;
    expect(firstInvalidUtf8(bytes)).toBe(4321);
  });
});
