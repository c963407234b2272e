/**
 * Inflates one message (RFC 1951, RFC 7692 7.2.2), strictly, within bounds and without any help. It is the judge of this package:
 * other engines inflate what is plain, and whatever they do not take for a whole message comes here, so that all give the same
 * bytes or the same fault. Each bit of the payload is read once and each byte of output written once, and an end of a stream
 * inside of a message (BFINAL, RFC 7692 7.2.3.4) costs what its own two bytes cost: the window is not moved for it.
 */
import { copyOf } from './bytes.js';
import type { Inflated, InflateFault } from './engine.js';
import {
  BlockCodes,
  ENTRY_BITS,
  ENTRY_MASK,
  type HuffmanCode,
  MAX_CODE_BITS,
  TABLE_MASK,
} from './huffman.js';
import { codesScratch, outputScratch } from './scratch.js';
import type { Window } from './window.js';

/** RFC 1951 3.2.5: what the symbols from 257 on stand for: a base, and how many more bits. */
const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
const LENGTH_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const DISTANCES = 30;
const END_OF_BLOCK = 256;
/** RFC 1951 3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/** So many bits are there whenever bits are read one after the other: what a number of 31 bits takes byte by byte. */
const FILLED_BITS = 24;

/** Thrown inside; a value outside. */
class InflateError extends Error {
  readonly fault: InflateFault;

  constructor(fault: InflateFault) {
    super(fault);
    this.fault = fault;
  }
}

let fixed: BlockCodes | undefined;

/** RFC 1951 3.2.6. */
function fixedCodes(): BlockCodes {
  if (fixed === undefined) {
    fixed = new BlockCodes();
    const { literals, distances, lengths } = fixed;
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288);
    literals.make(lengths, 0, 288, false);
    distances.make(lengths, 288, 320, false);
  }
  return fixed;
}

/** One message's way from bits to bytes. */
class Decoder {
  readonly #input: Uint8Array;
  readonly #window: Window;
  readonly #maxBytes: number;
  readonly #codes: BlockCodes;
  /** The next byte to be read; behind the input come bits of 0, which count as read only if a code has taken them. */
  #at = 0;
  #hold = 0;
  #held = 0;
  /** The message so far: scratch until that is full. */
  #out: Uint8Array;
  /** How much of `#out` may be written. */
  #room: number;
  #end = 0;

  constructor(input: Uint8Array, window: Window, maxBytes: number, scratch: Uint8Array, codes: BlockCodes) {
    this.#input = input;
    this.#window = window;
    this.#maxBytes = maxBytes;
    this.#codes = codes;
    this.#out = scratch;
    this.#room = Math.min(scratch.length, maxBytes);
  }

  /** Goes from block to block; the message is in `output` then. */
  run(): void {
    const { length } = this.#input;
    for (;;) {
      const last = this.#bits(1);
      const type = this.#bits(2);
      if (type === 0) {
        this.#align();
        // 7.2.2: an empty stored block of which the four bytes that are appended are all but the header.
        if (this.#at === length) return;
        this.#stored();
      } else if (type === 1) this.#compressed(fixedCodes());
      else if (type === 2) this.#compressed(this.#dynamicCodes());
      else throw new InflateError('EXTENSION_DATA');
      if (last === 0) continue;
      // 7.2.3.4: the stream ends at a byte, the window goes on. Policy P7: nothing need follow.
      this.#align();
      if (this.#at === length) return;
    }
  }

  /** The message, in an array of its own. */
  output(scratch: Uint8Array): Uint8Array {
    const out = this.#out;
    return out !== scratch && this.#end === out.length ? out : copyOf(out, 0, this.#end);
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

  #bits(count: number): number {
    if (this.#held < count) this.#fill();
    const value = this.#hold & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  #symbol(code: HuffmanCode): number {
    if (this.#held < MAX_CODE_BITS) this.#fill();
    const entry = code.table[this.#hold & TABLE_MASK]! || code.search(this.#hold);
    if (entry === 0) throw new InflateError('EXTENSION_DATA');
    this.#drop(entry & ENTRY_MASK);
    return entry >> ENTRY_BITS;
  }

  /** Goes to the next byte; whole bytes that were read ahead are given back. */
  #align(): void {
    this.#at -= this.#held >> 3;
    this.#hold = 0;
    this.#held = 0;
  }

  /** RFC 1951 3.2.4, from the length on. */
  #stored(): void {
    const length = this.#bits(16);
    if ((length ^ this.#bits(16)) !== 0xffff) throw new InflateError('EXTENSION_DATA');
    this.#align();
    const input = this.#input;
    const available = Math.min(length, input.length - this.#at);
    this.#reserve(available);
    if (available < length) throw new InflateError('EXTENSION_DATA');
    this.#out.set(input.subarray(this.#at, this.#at + length), this.#end);
    this.#at += length;
    this.#end += length;
  }

  /** RFC 1951 3.2.7. */
  #dynamicCodes(): BlockCodes {
    const literalCount = this.#bits(5) + 257;
    const distanceCount = this.#bits(5) + 1;
    const codeLengthCount = this.#bits(4) + 4;
    if (literalCount > 286 || distanceCount > DISTANCES) throw new InflateError('EXTENSION_DATA');
    const codes = this.#codes;
    const { literals, distances, codeLengths, lengths } = codes;
    lengths.fill(0, 0, CODE_LENGTH_ORDER.length);
    for (let i = 0; i < codeLengthCount; i++) lengths[CODE_LENGTH_ORDER[i]!] = this.#bits(3);
    this.#make(codeLengths, lengths, 0, CODE_LENGTH_ORDER.length, false);
    const count = literalCount + distanceCount;
    for (let i = 0; i < count; ) {
      const symbol = this.#symbol(codeLengths);
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new InflateError('EXTENSION_DATA');
      const value = symbol === 16 ? lengths[i - 1]! : 0;
      const repeat =
        symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (i + repeat > count) throw new InflateError('EXTENSION_DATA');
      lengths.fill(value, i, i + repeat);
      i += repeat;
    }
    if (lengths[END_OF_BLOCK] === 0) throw new InflateError('EXTENSION_DATA');
    this.#make(literals, lengths, 0, literalCount, true);
    this.#make(distances, lengths, literalCount, count, true);
    return codes;
  }

  #make(code: HuffmanCode, lengths: Uint8Array, start: number, end: number, incomplete: boolean): void {
    if (!code.make(lengths, start, end, incomplete)) throw new InflateError('EXTENSION_DATA');
  }

  /** RFC 1951 3.2.3: symbols up to the end of the block. */
  #compressed({ literals, distances }: BlockCodes): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        if (this.#end === this.#room) this.#reserve(1);
        this.#out[this.#end++] = symbol;
        continue;
      }
      const base = LENGTH_BASE[symbol - END_OF_BLOCK - 1];
      if (base === undefined) throw new InflateError('EXTENSION_DATA');
      const length = base + this.#bits(LENGTH_BITS[symbol - END_OF_BLOCK - 1]!);
      const code = this.#symbol(distances);
      if (code >= DISTANCES) throw new InflateError('EXTENSION_DATA');
      const more = code < 4 ? 0 : (code >> 1) - 1;
      const distance = (code < 4 ? code : (2 + (code & 1)) << more) + 1 + this.#bits(more);
      this.#copy(distance, length);
    }
  }

  /** RFC 1951 3.2.3: copies what stands so far back in the message or, before it, in the window. */
  #copy(distance: number, length: number): void {
    const before = distance - this.#end;
    if (before > this.#window.length) throw new InflateError('EXTENSION_DATA');
    this.#reserve(length);
    const out = this.#out;
    let end = this.#end;
    const stop = end + length;
    if (before > 0) {
      const ofWindow = Math.min(before, length);
      this.#window.copyTo(out, end, before, ofWindow);
      end += ofWindow;
    }
    // Byte by byte, as the distance may be shorter than the length.
    for (; end < stop; end++) out[end] = out[end - distance]!;
    this.#end = stop;
  }

  /** Makes room; nothing is allocated but for bytes that are there. */
  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed > this.#maxBytes) throw new InflateError('MESSAGE_TOO_LARGE');
    if (needed <= this.#room) return;
    const grown = new Uint8Array(Math.min(Math.max(needed, 2 * this.#out.length), this.#maxBytes));
    grown.set(this.#out.subarray(0, this.#end));
    this.#out = grown;
    this.#room = grown.length;
  }
}

/**
 * Inflates one message.
 *
 * @param payload - without the four bytes that are left out (RFC 7692 7.2.1); not empty
 * @param window - what stood before; not changed
 * @param maxBytes - an output of this many bytes is fine
 * @returns an array of its own, or what was wrong first
 */
export function inflateMessage(payload: Uint8Array, window: Window, maxBytes: number): Inflated {
  const scratch = outputScratch.borrow();
  const codes = codesScratch.borrow();
  try {
    const decoder = new Decoder(payload, window, maxBytes, scratch, codes);
    decoder.run();
    return decoder.output(scratch);
  } catch (error) {
    if (error instanceof InflateError) return error.fault;
    throw error;
  } finally {
    outputScratch.giveBack(scratch);
    codesScratch.giveBack(codes);
  }
}
