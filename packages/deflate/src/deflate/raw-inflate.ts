/**
 * Inflates one message (RFC 1951, RFC 7692 7.2.2), strictly, within bounds and without any help. It is the judge of this package:
 * other engines inflate what is plain, and whatever they do not take for a whole message comes here, so that all give the same
 * bytes or the same fault. Each bit of the payload is read once and each byte of output written once, and an end of a stream
 * inside of a message (BFINAL, RFC 7692 7.2.3.4) costs what its own two bytes cost: the window is not moved for it.
 */
import { BitReader, InflateError } from './bit-reader.js';
import {
  DISTANCES,
  DYNAMIC,
  distanceBits,
  END_OF_BLOCK,
  FIXED,
  fixedCodes,
  LENGTH_BASE,
  LENGTH_BITS,
  readCodes,
  readStoredLength,
  STORED,
} from './blocks.js';
import { copyOf } from './bytes.js';
import type { Inflated } from './engine.js';
import type { BlockCodes } from './huffman.js';
import { codesScratch, outputScratch } from './scratch.js';
import type { Window } from './window.js';

/** One message's way from bits to bytes. */
class Decoder {
  readonly #reader: BitReader;
  readonly #window: Window;
  readonly #maxBytes: number;
  readonly #codes: BlockCodes;
  /** The message so far: scratch until that is full. */
  #out: Uint8Array;
  /** How much of `#out` may be written. */
  #room: number;
  #end = 0;

  constructor(input: Uint8Array, window: Window, maxBytes: number, scratch: Uint8Array, codes: BlockCodes) {
    this.#reader = new BitReader(input);
    this.#window = window;
    this.#maxBytes = maxBytes;
    this.#codes = codes;
    this.#out = scratch;
    this.#room = Math.min(scratch.length, maxBytes);
  }

  /** Goes from block to block; the message is in `output` then. */
  run(): void {
    const reader = this.#reader;
    for (;;) {
      const last = reader.bits(1);
      const type = reader.bits(2);
      if (type === STORED) {
        reader.align();
        // 7.2.2: an empty stored block of which the four bytes that are appended are all but the header.
        if (reader.atEnd) return;
        this.#stored();
      } else if (type === FIXED) this.#compressed(fixedCodes());
      else if (type === DYNAMIC) {
        readCodes(reader, this.#codes);
        this.#compressed(this.#codes);
      } else throw new InflateError('EXTENSION_DATA');
      if (last === 0) continue;
      // 7.2.3.4: the stream ends at a byte, the window goes on. Policy P7: nothing need follow.
      reader.align();
      if (reader.atEnd) return;
    }
  }

  /** The message, in an array of its own. */
  output(scratch: Uint8Array): Uint8Array {
    const out = this.#out;
    return out !== scratch && this.#end === out.length ? out : copyOf(out, 0, this.#end);
  }

  /** RFC 1951 3.2.4, from the length on. */
  #stored(): void {
    const length = readStoredLength(this.#reader);
    const bytes = this.#reader.bytes(length);
    this.#reserve(bytes.length);
    if (bytes.length < length) throw new InflateError('EXTENSION_DATA');
    this.#out.set(bytes, this.#end);
    this.#end += length;
  }

  /** RFC 1951 3.2.3: symbols up to the end of the block. */
  #compressed({ literals, distances }: BlockCodes): void {
    const reader = this.#reader;
    for (;;) {
      const symbol = reader.symbol(literals);
      if (symbol === END_OF_BLOCK) return;
      if (symbol < END_OF_BLOCK) {
        if (this.#end === this.#room) this.#reserve(1);
        this.#out[this.#end++] = symbol;
        continue;
      }
      const base = LENGTH_BASE[symbol - END_OF_BLOCK - 1];
      if (base === undefined) throw new InflateError('EXTENSION_DATA');
      const length = base + reader.bits(LENGTH_BITS[symbol - END_OF_BLOCK - 1]!);
      const code = reader.symbol(distances);
      if (code >= DISTANCES) throw new InflateError('EXTENSION_DATA');
      const more = distanceBits(code);
      const distance = (code < 4 ? code : (2 + (code & 1)) << more) + 1 + reader.bits(more);
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
