import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter } from '../../../../tools/any-character.js';
import { UTF8_BOUNDARY, unfinishedUtf8Bytes, validateUtf8 } from '../../src/frames.js';
import { hex } from '../frames.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    strict.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Continuations that complete every character that can be completed: up to three bytes from the ends of 80..BF. */
const ENDS = [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf];
const CONTINUATIONS: number[][] = [[]];
for (let i = 0; i < 3; i++) {
  for (const tail of CONTINUATIONS.slice()) {
    if (tail.length === i) CONTINUATIONS.push(...(i === 0 ? ENDS : [0x80]).map((end) => [...tail, end]));
  }
}

/** By brute force: index of the first byte after which no continuation is valid; -1 if the whole can be continued. */
function firstHopelessByte(bytes: Uint8Array): number {
  for (let length = 1; length <= bytes.length; length++) {
    const alive = CONTINUATIONS.some((tail) => decodes(Uint8Array.of(...bytes.subarray(0, length), ...tail)));
    if (!alive) return length - 1;
  }
  return -1;
}

/** Bytes as they occur where validators go wrong. */
const nasty = fc.constantFrom(
  ...hex('00 41 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 f7 f8 ff'),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 30 }),
  fc.array(nasty, { maxLength: 8 }).map((array) => Uint8Array.from(array)),
  fc
    .tuple(fc.string({ unit: anyCharacter, maxLength: 30 }), fc.array(nasty, { maxLength: 2 }))
    .map(([text, end]) => Uint8Array.of(...new TextEncoder().encode(text), ...end)),
);

describe('validateUtf8', () => {
  it('agrees with TextDecoder on arbitrary bytes', () => {
    fc.assert(
      fc.property(bytes, (text) => {
        expect(validateUtf8(text, 0, text.length, UTF8_BOUNDARY) === UTF8_BOUNDARY).toBe(decodes(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with TextDecoder on every sequence of two bytes, and of three from where it matters', () => {
    let wrong = 0;
    const check = (text: Uint8Array): void => {
      if ((validateUtf8(text, 0, text.length, UTF8_BOUNDARY) === UTF8_BOUNDARY) !== decodes(text)) wrong++;
    };
    for (let a = 0x7f; a < 256; a++) {
      for (let b = 0; b < 256; b++) {
        check(Uint8Array.of(a, b));
        for (const c of [0x7f, 0x80, 0xbf, 0xc0]) {
          check(Uint8Array.of(a, b, c));
          if (a >= 0xf0 && b >= 0x80 && b < 0xc0) check(Uint8Array.of(a, b, c, 0x80));
        }
      }
    }
    expect(wrong).toBe(0);
  });

  it('rejects at the first byte that cannot be right, found by brute force', () => {
    fc.assert(
      fc.property(bytes, (text) => {
        const state = validateUtf8(text, 0, text.length, UTF8_BOUNDARY);
        expect(state < 0 ? ~state : -1).toBe(firstHopelessByte(text));
      }),
    );
  });

  it('gives the same result for every split', () => {
    fc.assert(
      fc.property(bytes, fc.nat(5), (text, offset) => {
        const whole = validateUtf8(text, 0, text.length, UTF8_BOUNDARY);
        const embedded = new Uint8Array(offset + text.length + 3).fill(0xff);
        embedded.set(text, offset);
        for (let cut = 0; cut <= text.length; cut++) {
          const state = validateUtf8(embedded, offset, offset + cut, UTF8_BOUNDARY);
          const end = state < 0 ? state : validateUtf8(embedded, offset + cut, offset + text.length, state);
          expect(end < 0 ? end + offset : end).toBe(whole);
        }
      }),
    );
  });

  it('finds a wrong byte at any place among many right ones', () => {
    const text = new Uint8Array(40).fill(0x61);
    for (let i = 0; i < text.length; i++) {
      text[i] = 0xff;
      expect(validateUtf8(text, 0, text.length, UTF8_BOUNDARY)).toBe(~i);
      text[i] = 0x61;
    }
  });

  it('accepts NUL (advisory U03)', () => {
    expect(validateUtf8(hex('61 00 62'), 0, 3, UTF8_BOUNDARY)).toBe(UTF8_BOUNDARY);
  });
});

describe('unfinishedUtf8Bytes', () => {
  it('is what must be taken away from the front of any text to decode it', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 12 }), fc.nat(), (text, cut) => {
        const whole = new TextEncoder().encode(text);
        const end = cut % (whole.length + 1);
        const hold = unfinishedUtf8Bytes(whole, 0, end);
        expect(decodes(whole.subarray(0, end - hold))).toBe(true);
        for (let less = 0; less < hold; less++) expect(decodes(whole.subarray(0, end - less))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not look before the start', () => {
    expect(unfinishedUtf8Bytes(hex('e2 82'), 1, 2)).toBe(0);
    expect(unfinishedUtf8Bytes(hex('f0 9f 98'), 0, 3)).toBe(3);
    expect(unfinishedUtf8Bytes(hex(''), 0, 0)).toBe(0);
  });
});
