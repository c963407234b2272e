import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { THOROUGH } from '../../../tools/thorough.js';
import { createSimdMemory } from '../src/index.js';

const memory = createSimdMemory(1)!;
const { bytes } = memory;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The verdict of the runtime's decoder: the judge of the tests with bytes at random. */
function decodes(text: Uint8Array): boolean {
  try {
    decoder.decode(text);
    return true;
  } catch {
    return false;
  }
}

/** The verdict on `bytes[start]` to `bytes[end - 1]`; any other number than 0 and 1 is one that cannot be right. */
function verdict(start: number, end: number): boolean | number {
  const result = memory.isUtf8(start, end);
  return result === 1 ? true : result === 0 ? false : result;
}

/** Fails with the first input on which the verdict is not the expected one; `expect` for each of millions takes minutes. */
class Verdicts {
  readonly #wrong: string[] = [];

  check(start: number, end: number, expected: boolean): void {
    if (verdict(start, end) === expected || this.#wrong.length > 4) return;
    const hex = [...bytes.subarray(start, end)].map((byte) => byte.toString(16).padStart(2, '0'));
    this.#wrong.push(`${hex.join(' ')} at ${start} is ${expected ? 'a text' : 'none'}`);
  }

  none(): void {
    expect(this.#wrong).toEqual([]);
  }
}

/** A character or more in a text of 'a', whose verdict is that of the character alone. */
const LENGTH = 192;
function embed(sequence: readonly number[], at: number): void {
  bytes.fill(0x61, 0, LENGTH);
  bytes.set(sequence, at);
}

/** Places of a sequence before, on and behind the borders of the blocks of 16 and of 64 bytes. */
const PLACES = [0, 1, 12, 13, 14, 15, 16, 29, 45, 60, 61, 62, 63, 64, 77, 125, 126, 127, 128, 141];
const FIFTHS = Array.from({ length: 5 }, (_, fifth) => PLACES.filter((_, i) => i % 5 === fifth));

function placesOf(turn: number): readonly number[] {
  return THOROUGH ? PLACES : FIFTHS[turn % 5]!;
}

describe('isUtf8', () => {
  it('takes nothing for a text, and each byte alone for one if it is ASCII, wherever it stands', () => {
    const verdicts = new Verdicts();
    for (let at = 0; at < 140; at++) {
      verdicts.check(at, at, true);
      for (let byte = 0; byte < 256; byte++) {
        bytes[at] = byte;
        verdicts.check(at, at + 1, byte < 0x80);
      }
    }
    verdicts.none();
  });

  it('knows each lead byte with each second byte, with none, one and two more, at each border of a block', () => {
    const verdicts = new Verdicts();
    const more = [[], [0x80], [0xbf, 0x80], [0x61], [0x80, 0xc2]];
    for (let lead = 0; lead < 256; lead++) {
      for (let second = 0; second < 256; second++) {
        for (const rest of more) {
          const sequence = [lead, second, ...rest];
          const expected = isUtf8(Uint8Array.from(sequence));
          // All places for the sequences of more bytes, one after the other for those of ASCII, which are most. A fifth of
          // them, others for the next sequence, where a person waits.
          const turn = lead + second + rest.length;
          const places = lead < 0x80 ? [PLACES[turn % PLACES.length]!] : placesOf(turn);
          for (const at of places) {
            embed(sequence, at);
            // A text that ends with 'a' cannot hide what the sequence lacks at its end.
            verdicts.check(0, LENGTH, expected);
            verdicts.check(at, at + sequence.length, expected);
          }
        }
      }
    }
    verdicts.none();
  });

  it('knows every sequence of four border bytes', () => {
    const verdicts = new Verdicts();
    const borders = [
      0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
      0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
    ];
    const sequence = new Uint8Array(4);
    let turn = 0;
    for (const a of borders) {
      for (const b of borders) {
        for (const c of borders) {
          for (const d of borders) {
            sequence.set([a, b, c, d]);
            const at = PLACES[turn++ % PLACES.length]!;
            embed([a, b, c, d], at);
            verdicts.check(turn % 2 === 0 ? 0 : at, turn % 3 === 0 ? LENGTH : at + 4, isUtf8(sequence));
          }
        }
      }
    }
    verdicts.none();
  });

  it('takes every code point in its shortest form, and no surrogate, no overlong form, nothing above U+10FFFF', () => {
    const verdicts = new Verdicts();
    const forms: [length: number, lead: number, first: number][] = [
      [2, 0xc0, 0x80],
      [3, 0xe0, 0x800],
      [4, 0xf0, 0x10000],
    ];
    for (const [length, lead, first] of forms) {
      bytes.fill(0x61, 0, LENGTH);
      const codePoints = 1 << (length === 4 ? 21 : length * 5 + 1);
      for (let code = 0; code < codePoints; code++) {
        const at = PLACES[code % PLACES.length]!;
        bytes[at] = lead | (code >> (6 * (length - 1)));
        for (let i = 1; i < length; i++) bytes[at + i] = 0x80 | ((code >> (6 * (length - 1 - i))) & 0x3f);
        const expected = code >= first && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        verdicts.check(0, LENGTH, expected);
        bytes.fill(0x61, at, at + length);
      }
    }
    verdicts.none();
  });

  it('finds one wrong, missing or spare byte anywhere in a text, also where only ASCII follows', () => {
    const verdicts = new Verdicts();
    const sequences = [
      'c3 a9',
      'e2 82 ac',
      'f0 9f 98 80',
      'c3',
      'e2 82',
      'e2',
      'f0 9f 98',
      'f0 9f',
      'f0',
      '80',
    ];
    for (const hex of sequences) {
      const sequence = hex.split(' ').map((byte) => Number.parseInt(byte, 16));
      const expected = isUtf8(Uint8Array.from(sequence));
      for (let at = 0; at + sequence.length <= LENGTH; at++) {
        embed(sequence, at);
        for (const spare of [0, 1, 16, 37, 64, 130]) {
          verdicts.check(0, Math.min(at + sequence.length + spare, LENGTH), expected);
          verdicts.check(Math.max(at - spare, 0), LENGTH, expected);
        }
      }
    }
    verdicts.none();
  });

  it('judges every piece of a text: what stands before and after it is no part of it', () => {
    const verdicts = new Verdicts();
    const text = new TextEncoder().encode(
      `naïve €uro ${'😀'.repeat(9)}日本語テキスト ${'plain ASCII between the characters '.repeat(3)}ж©ü𝒳é`,
    );
    bytes.fill(0x80, 0, text.length + 40);
    for (const shift of [0, 3, 16]) {
      bytes.set(text, shift);
      for (let start = 0; start <= text.length; start++) {
        for (let end = start; end <= text.length; end++) {
          verdicts.check(shift + start, shift + end, isUtf8(text.subarray(start, end)));
        }
      }
    }
    verdicts.none();
  });

  const character = fc.oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0x7ff }),
    fc.integer({ min: 0x800, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xffff }),
    fc.integer({ min: 0x10000, max: 0x10ffff }),
  );
  /** Runs of one character: long ones of ASCII take the turns of 64 bytes, with others between them. */
  const texts = fc
    .array(fc.tuple(character, fc.oneof(fc.nat(3), fc.nat(90))), { maxLength: 12 })
    .map((runs) =>
      new TextEncoder().encode(
        runs.map(([code, count]) => String.fromCodePoint(code).repeat(count)).join(''),
      ),
    );
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });

  it('agrees with TextDecoder on texts with bytes changed, cut anywhere, among bytes of all kinds', () => {
    fc.assert(
      fc.property(
        texts,
        changes,
        fc.nat(70),
        fc.nat(),
        fc.nat(3),
        fc.nat(255),
        (text, mutations, at, cut, front, around) => {
          for (const [i, byte] of mutations) if (text.length > 0) text[i % text.length] = byte;
          bytes.fill(around, 0, at + text.length + 70);
          bytes.set(text, at);
          const start = Math.min(front, text.length);
          const end = text.length - (cut % 3 === 0 ? Math.min(cut % 7, text.length - start) : 0);
          expect(verdict(at + start, at + end)).toBe(decodes(text.subarray(start, end)));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('agrees with TextDecoder on bytes at random', () => {
    const random = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(fc.constantFrom(0x61, 0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0xf4), { maxLength: 12 }),
    );
    fc.assert(
      fc.property(random, fc.nat(70), (text, at) => {
        bytes.set(text, at);
        expect(verdict(at, at + text.length)).toBe(decodes(Uint8Array.from(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it('judges as far as the memory goes, and changes nothing', () => {
    const whole = createSimdMemory(1)!;
    whole.bytes.fill(0x61);
    whole.bytes.set([0xc3, 0xa9], 0);
    whole.bytes.set([0xf0, 0x9f, 0x98, 0x80], whole.bytes.length - 4);
    const copy = whole.bytes.slice();
    for (let length = 4; length < 200; length++) {
      expect(whole.isUtf8(whole.bytes.length - length, whole.bytes.length)).toBe(1);
      expect(whole.isUtf8(whole.bytes.length - length, whole.bytes.length - 1)).toBe(0);
      expect(whole.isUtf8(0, length)).toBe(1);
      expect(whole.isUtf8(1, length)).toBe(0);
    }
    expect(whole.isUtf8(0, whole.bytes.length)).toBe(1);
    expect(whole.bytes).toEqual(copy);
  });
});
