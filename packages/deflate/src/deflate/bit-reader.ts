/**
 * The bits of a payload, in the order in which DEFLATE reads them (RFC 1951 3.1.1): each byte from its lowest bit on. Each bit is
 * read once.
 */
import type { InflateFault } from './engine.js';
import { ENTRY_BITS, ENTRY_MASK, type HuffmanCode, MAX_CODE_BITS, TABLE_MASK } from './huffman.js';

/** So many bits are there whenever bits are read one after the other: what a number of 31 bits takes byte by byte. */
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
  /** The next byte to be read; behind the input come bits of 0, which count as read only if somebody has taken them. */
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
