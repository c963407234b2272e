/**
 * Huffman codes (RFC 1951 3.2.2) as tables that are cheap to make: a peer may send a block of 12
 * bytes with codes of its own, so the cost of a code must not depend on the length of its longest
 * symbol. Symbols of up to nine bits, nearly all, are looked up; longer ones are found by counting,
 * bit by bit. Behind the codes stands the reader of bits.
 */

import type { InflateFault } from './engine.js';

/**
 * By how many bits symbols are looked up; with 10, data is not decoded faster, and tables take
 * longer to make.
 */
const TABLE_BITS = 9;

const TABLE_SIZE = 1 << TABLE_BITS;

/** Which bits those are. */
const TABLE_MASK: number = TABLE_SIZE - 1;

/** RFC 1951 3.2.7: no code is longer. */
const MAX_CODE_BITS = 15;

/** An entry is a symbol and, in its lowest bits, the length of its code. */
const ENTRY_BITS = 4;

const ENTRY_MASK = 15;

/** One code; made anew for each block that brings one. */
export class HuffmanCode {
  /** By the next bits of the stream: an entry; 0 if the code is longer or the bits mean nothing. */
  readonly table: Uint16Array = new Uint16Array(TABLE_SIZE);
  /** How many codes there are of each length. */
  readonly #counts: Uint16Array = new Uint16Array(MAX_CODE_BITS + 1);
  /** While a code is made: where the next symbol of each length stands. */
  readonly #places: Uint16Array = new Uint16Array(MAX_CODE_BITS + 1);
  /** The symbols in the order of their codes. */
  readonly #symbols: Uint16Array;

  /** @param symbols - how many there may be */
  constructor(symbols: number) {
    this.#symbols = new Uint16Array(symbols);
  }

  /**
   * Makes the code from the lengths of its symbols' codes, `lengths[start]` to `lengths[end - 1]`;
   * 0 for a symbol without.
   *
   * @param incomplete - whether one code of one bit, or none, may be all there is (3.2.7)
   * @returns whether it is a code; if not, nothing may be decoded with it
   */
  make(lengths: Uint8Array, start: number, end: number, incomplete: boolean): boolean {
    const counts = this.#counts;
    counts.fill(0);
    for (let i = start; i < end; i++) counts[lengths[i]!]!++;
    const used = end - start - counts[0]!;
    counts[0] = 0;
    let left = 1;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      left = 2 * left - counts[length]!;
      if (left < 0) return false;
    }
    if (left > 0 && !(incomplete && used === counts[1] && used <= 1)) return false;
    this.#sort(lengths, start, end);
    this.#fill();
    return true;
  }

  #sort(lengths: Uint8Array, start: number, end: number): void {
    const counts = this.#counts;
    const symbols = this.#symbols;
    const places = this.#places;
    for (let length = 1, place = 0; length <= MAX_CODE_BITS; length++) {
      places[length] = place;
      place += counts[length]!;
    }
    for (let i = start; i < end; i++) {
      const length = lengths[i]!;
      if (length !== 0) symbols[places[length]!++] = i - start;
    }
  }

  /**
   * For each length the table of all shorter ones is doubled, then the codes of that length are put
   * in.
   */
  #fill(): void {
    const { table } = this;
    const counts = this.#counts;
    const symbols = this.#symbols;
    table[0] = 0;
    let index = 0;
    // Codes come with their first bit lowest (3.1.1), so they are counted with the bits reversed.
    let reversed = 0;
    for (let length = 1; length <= TABLE_BITS; length++) {
      const half = 1 << (length - 1);
      table.copyWithin(half, 0, half);
      for (let count = counts[length]!; count > 0; count--) {
        table[reversed] = (symbols[index++]! << ENTRY_BITS) | length;
        let bit = half;
        while ((reversed & bit) !== 0) bit >>= 1;
        reversed = (reversed & (bit - 1)) | bit;
      }
    }
  }

  /**
   * The entry of a code that the table does not have.
   *
   * @param bits - of the stream, at least 15
   * @returns 0 if they begin with no code
   */
  search(bits: number): number {
    const counts = this.#counts;
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code |= (bits >>> (length - 1)) & 1;
      const count = counts[length]!;
      if (code - first < count) return (this.#symbols[index + code - first]! << ENTRY_BITS) | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return 0;
  }

  /** Overwrites everything. */
  fill(value: number): void {
    this.table.fill(value);
    this.#counts.fill(value);
    this.#places.fill(value);
    this.#symbols.fill(value);
  }
}

/**
 * RFC 1951 3.2.5: literals, the end of a block and lengths; distances. Two more of each have codes
 * but no meaning (3.2.6).
 */
const LITERAL_SYMBOLS = 288;

const DISTANCE_SYMBOLS = 32;

/** RFC 1951 3.2.7: lengths of codes. */
const LENGTH_SYMBOLS = 19;

/** The codes of a block. */
export class BlockCodes {
  readonly literals: HuffmanCode = new HuffmanCode(LITERAL_SYMBOLS);
  readonly distances: HuffmanCode = new HuffmanCode(DISTANCE_SYMBOLS);
  /** The code in which the lengths of the other two come, and the lengths. */
  readonly codeLengths: HuffmanCode = new HuffmanCode(LENGTH_SYMBOLS);
  readonly lengths: Uint8Array = new Uint8Array(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);

  /** Overwrites everything. */
  fill(value: number): void {
    for (const code of [this.literals, this.distances, this.codeLengths]) code.fill(value);
    this.lengths.fill(value);
  }
}

// --- The bits of a payload, each byte from its lowest bit on (RFC 1951 3.1.1), each read once ---

/**
 * So many bits are there whenever bits are read one after the other: the room of a number of 31
 * bits that is filled by bytes.
 */
const FILLED_BITS = 24;

/** Thrown inside of this folder; a value outside. */
export class InflateError extends Error {
  readonly fault: InflateFault;

  constructor(fault: InflateFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Reads bits, symbols and whole bytes. */
export class BitReader {
  readonly #input: Uint8Array;
  /**
   * The next byte to be read; behind the input come bits of 0, which count as read only if somebody
   * has taken them.
   */
  #at = 0;
  #hold = 0;
  #held = 0;

  constructor(input: Uint8Array) {
    this.#input = input;
  }

  /** Which bit comes next, counted from the first one of the input. */
  get bit(): number {
    return 8 * this.#at - this.#held;
  }

  /** Whether everything has been read; for a reader that stands at the beginning of a byte. */
  get atEnd(): boolean {
    return this.bit === 8 * this.#input.length;
  }

  #fill(): void {
    const input = this.#input;
    while (this.#held < FILLED_BITS) {
      if (this.#at < input.length) this.#hold |= input[this.#at]! << this.#held;
      this.#at++;
      this.#held += 8;
    }
  }

  /** Takes bits away, if there are so many. */
  #drop(count: number): void {
    this.#hold >>>= count;
    this.#held -= count;
    if (this.#at - (this.#held >> 3) > this.#input.length) throw new InflateError('EXTENSION_DATA');
  }

  /** A number of at most 16 bits, its lowest bit first. */
  bits(count: number): number {
    if (this.#held < count) this.#fill();
    const value = this.#hold & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  /** The next symbol of a code. */
  symbol(code: HuffmanCode): number {
    if (this.#held < MAX_CODE_BITS) this.#fill();
    const entry = code.table[this.#hold & TABLE_MASK]! || code.search(this.#hold);
    if (entry === 0) throw new InflateError('EXTENSION_DATA');
    this.#drop(entry & ENTRY_MASK);
    return entry >> ENTRY_BITS;
  }

  /** Goes to the next byte; whole bytes that were read ahead are given back. */
  align(): void {
    this.#at -= this.#held >> 3;
    this.#hold = 0;
    this.#held = 0;
  }

  /**
   * The next whole bytes, as a view; for a reader that stands at the beginning of a byte.
   *
   * @returns fewer if there are fewer
   */
  bytes(count: number): Uint8Array {
    const start = this.#at;
    this.#at = Math.min(start + count, this.#input.length);
    return this.#input.subarray(start, this.#at);
  }
}
