/**
 * Inflates (RFC 1951) without any help, strictly and within bounds: for engines whose own half does not look at everything.
 * fflate passes over the complement of a stored block's length and does not tell where a stream ended; a
 * `DecompressionStream` does not go on behind BFINAL. About 60 MB/s, a fifth of zlib.
 */
import type { Inflated, Inflater } from './engine.js';
import { endsWithStream, mayRestart } from './restarts.js';
import { concat } from './zlib-shape.js';

const WINDOW_BYTES = 0x8000;
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff);

/** RFC 1951 3.2.5: what the symbols from 257 on stand for: a base, and how many more bits. */
const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
/** RFC 1951 3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/** A code as a table: by the next bits, the symbol and its length; 0 for bits that mean nothing. */
interface Code {
  readonly bits: number;
  readonly table: Uint16Array;
}

/** Thrown inside; a value outside. */
class DataError extends Error {}
class SizeError extends Error {}

/**
 * RFC 1951 3.2.2.
 *
 * @param incomplete - whether one code of one bit, or none, may be all there is, as for distances (3.2.7)
 */
function makeCode(lengths: Uint8Array, incomplete: boolean): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length]!++;
  const used = lengths.length - counts[0]!;
  counts[0] = 0;
  let bits = 15;
  while (bits > 1 && counts[bits] === 0) bits--;
  const next = new Uint16Array(17);
  let left = 1;
  for (let length = 1; length <= 15; length++) {
    left = 2 * left - counts[length]!;
    if (left < 0) throw new DataError();
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  if (left > 0 && !(incomplete && used <= 1 && bits === 1)) throw new DataError();
  const table = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    let code = next[length]!++;
    let reversed = 0;
    for (let i = 0; i < length; i++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let i = reversed; i < table.length; i += 1 << length) table[i] = (symbol << 4) | length;
  }
  return { bits, table };
}

let fixed: readonly [Code, Code] | undefined;

/** RFC 1951 3.2.6. */
function fixedCodes(): readonly [Code, Code] {
  fixed ??= [
    makeCode(
      Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
      false,
    ),
    makeCode(new Uint8Array(32).fill(5), false),
  ];
  return fixed;
}

/** One message's way from bits to bytes. */
class Decoder {
  readonly #input: Uint8Array;
  #at = 0;
  #hold = 0;
  #held = 0;
  /** The window, and behind it the message. */
  #out: Uint8Array;
  #end: number;
  readonly #maxEnd: number;

  constructor(input: Uint8Array, window: Uint8Array, maxBytes: number) {
    this.#input = input;
    this.#out = new Uint8Array(window.length + Math.min(maxBytes, Math.max(1024, 4 * input.length)));
    this.#out.set(window);
    this.#end = window.length;
    this.#maxEnd = window.length + maxBytes;
  }

  /** @returns the window and the message */
  run(payloadBytes: number): Uint8Array {
    // Counted as for other engines, though here it costs nothing.
    let restarts = 0;
    const before = this.#end;
    for (;;) {
      const last = this.#bits(1);
      const type = this.#bits(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#compressed(...fixedCodes());
      else if (type === 2) this.#compressed(...this.#dynamicCodes());
      else throw new DataError();
      // RFC 7692 7.2.3.4: the stream ends at a byte, the window goes on.
      if (last === 1) this.#align();
      if (this.#held === 0 && this.#at === this.#input.length) break;
      if (last === 0) continue;
      if (endsWithStream(this.#input, this.#at, payloadBytes)) break;
      if (!mayRestart(++restarts, payloadBytes, this.#end - before)) throw new DataError();
    }
    return this.#out.subarray(0, this.#end);
  }

  #bits(count: number): number {
    while (this.#held < count) {
      if (this.#at === this.#input.length) throw new DataError();
      this.#hold |= this.#input[this.#at++]! << this.#held;
      this.#held += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  #symbol({ bits, table }: Code): number {
    while (this.#held < bits && this.#at < this.#input.length) {
      this.#hold |= this.#input[this.#at++]! << this.#held;
      this.#held += 8;
    }
    const entry = table[this.#hold & ((1 << bits) - 1)]!;
    const length = entry & 15;
    if (length === 0 || length > this.#held) throw new DataError();
    this.#hold >>>= length;
    this.#held -= length;
    return entry >> 4;
  }

  /** Goes to the next byte; whole bytes that were read ahead are given back. */
  #align(): void {
    this.#at -= this.#held >> 3;
    this.#hold = 0;
    this.#held = 0;
  }

  /** RFC 1951 3.2.4. */
  #stored(): void {
    this.#align();
    const length = this.#bits(16);
    if ((length ^ this.#bits(16)) !== 0xffff || this.#at + length > this.#input.length) throw new DataError();
    this.#reserve(length);
    this.#out.set(this.#input.subarray(this.#at, this.#at + length), this.#end);
    this.#at += length;
    this.#end += length;
    // The four bytes that are appended are no data.
    if (length > 0 && this.#at > this.#input.length - TAIL.length) throw new DataError();
  }

  /** RFC 1951 3.2.7. */
  #dynamicCodes(): [Code, Code] {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const codeLengths = this.#bits(4) + 4;
    if (literals > 286 || distances > 30) throw new DataError();
    const order = new Uint8Array(19);
    for (let i = 0; i < codeLengths; i++) order[CODE_LENGTH_ORDER[i]!] = this.#bits(3);
    const code = makeCode(order, false);
    const lengths = new Uint8Array(literals + distances);
    for (let i = 0; i < lengths.length; ) {
      const symbol = this.#symbol(code);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new DataError();
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeat =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (i + repeat > lengths.length) throw new DataError();
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    if (lengths[256] === 0) throw new DataError();
    return [makeCode(lengths.subarray(0, literals), true), makeCode(lengths.subarray(literals), true)];
  }

  #compressed(literals: Code, distances: Code): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        if (this.#end === this.#out.length) this.#reserve(1);
        this.#out[this.#end++] = symbol;
        continue;
      }
      const extra = LENGTH_BITS[symbol - 257];
      if (extra === undefined) throw new DataError();
      const length = LENGTH_BASE[symbol - 257]! + this.#bits(extra);
      const code = this.#symbol(distances);
      if (code > 29) throw new DataError();
      const more = code < 4 ? 0 : (code >> 1) - 1;
      const distance = (code < 4 ? code : (2 + (code & 1)) << more) + 1 + this.#bits(more);
      if (distance > this.#end) throw new DataError();
      this.#reserve(length);
      const out = this.#out;
      let at = this.#end;
      this.#end += length;
      for (; at < this.#end; at++) out[at] = out[at - distance]!;
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed > this.#maxEnd) throw new SizeError();
    if (needed <= this.#out.length) return;
    const grown = new Uint8Array(Math.min(Math.max(needed, 2 * this.#out.length), this.#maxEnd));
    grown.set(this.#out);
    this.#out = grown;
  }
}

/** An inflater in JavaScript, with takeover. */
export class RawInflater implements Inflater {
  #window: Uint8Array = new Uint8Array(0);

  inflate(payload: Uint8Array, maxBytes: number): Inflated {
    try {
      const window = this.#window;
      const all = new Decoder(concat([payload, TAIL]), window, maxBytes).run(payload.length);
      this.#window = all.slice(-WINDOW_BYTES);
      return all.slice(window.length);
    } catch (error) {
      if (error instanceof DataError) return 'EXTENSION_DATA';
      if (error instanceof SizeError) return 'MESSAGE_TOO_LARGE';
      throw error;
    }
  }

  reset(): void {
    this.#window = new Uint8Array(0);
  }

  close(): void {
    this.reset();
  }
}
