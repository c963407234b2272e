/**
 * Inflates one message (RFC 1951, RFC 7692 7.2.2), strictly, within bounds and without any help. It
 * is the judge of this package: other engines inflate plain messages, and a payload that they do
 * not take for a whole message comes here, so that all give the same bytes or the same fault. Each
 * bit of the payload is read once and each byte of output written once, and an end of a stream
 * inside of a message (BFINAL, RFC 7692 7.2.3.4) costs no more than its own two bytes: the window
 * is not moved for it. In order: block headers, memory that calls share, one message, and the
 * inflater of a connection with its window.
 */

import { copyOf } from './bytes.js';
import type { Inflated, Inflater, InflaterOptions } from './engine.js';
import { BitReader, BlockCodes, type HuffmanCode, InflateError } from './huffman.js';
import { Window } from './window.js';

// --- Block headers (RFC 1951 3.2.4 to 3.2.7): a stored block's length, a compressed one's codes
// ---

/** RFC 1951 3.2.3: BTYPE. */
export const STORED = 0;

export const FIXED = 1;

export const DYNAMIC = 2;

/** RFC 1951 3.2.5. */
export const END_OF_BLOCK = 256;

/** RFC 1951 3.2.6: two more have codes, but no meaning. */
const DISTANCES = 30;

const LITERALS = 286;

/** RFC 1951 3.2.5: the meaning of the symbols from 257 on: a base, and how many more bits. */
const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];

export const LENGTH_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];

/** RFC 1951 3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

let fixed: BlockCodes | undefined;

/** RFC 1951 3.2.6. */
export function fixedCodes(): BlockCodes {
  if (fixed === undefined) {
    fixed = new BlockCodes();
    const { literals, distances, lengths } = fixed;
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288);
    literals.make(lengths, 0, 288, false);
    distances.make(lengths, 288, 320, false);
  }
  return fixed;
}

/** RFC 1951 3.2.5: how many more bits a distance has. */
export function distanceBits(symbol: number): number {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** RFC 1951 3.2.4: the length of a stored block, which begins with a byte; its data is next. */
export function readStoredLength(reader: BitReader): number {
  const length = reader.bits(16);
  if ((length ^ reader.bits(16)) !== 0xffff) throw new InflateError('EXTENSION_DATA');
  reader.align();
  return length;
}

/**
 * RFC 1951 3.2.7: the codes that a block brings.
 *
 * @param codes - the memory for them
 */
export function readCodes(reader: BitReader, codes: BlockCodes): void {
  const literalCount = reader.bits(5) + 257;
  const distanceCount = reader.bits(5) + 1;
  const codeLengthCount = reader.bits(4) + 4;
  if (literalCount > LITERALS || distanceCount > DISTANCES) throw new InflateError('EXTENSION_DATA');
  const { literals, distances, codeLengths, lengths } = codes;
  lengths.fill(0, 0, CODE_LENGTH_ORDER.length);
  for (let i = 0; i < codeLengthCount; i++) lengths[CODE_LENGTH_ORDER[i]!] = reader.bits(3);
  make(codeLengths, lengths, 0, CODE_LENGTH_ORDER.length, false);
  const count = literalCount + distanceCount;
  for (let i = 0; i < count; ) {
    const symbol = reader.symbol(codeLengths);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) throw new InflateError('EXTENSION_DATA');
    const value = symbol === 16 ? lengths[i - 1]! : 0;
    const repeat =
      symbol === 16 ? 3 + reader.bits(2) : symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7);
    if (i + repeat > count) throw new InflateError('EXTENSION_DATA');
    lengths.fill(value, i, i + repeat);
    i += repeat;
  }
  if (lengths[END_OF_BLOCK] === 0) throw new InflateError('EXTENSION_DATA');
  make(literals, lengths, 0, literalCount, true);
  make(distances, lengths, literalCount, count, true);
}

function make(code: HuffmanCode, lengths: Uint8Array, start: number, end: number, incomplete: boolean): void {
  if (!code.make(lengths, start, end, incomplete)) throw new InflateError('EXTENSION_DATA');
}

// --- Memory that calls share ---
//
// A call borrows it and gives it back before it returns. All connections share it, as zlib calls
// nobody back and fresh memory is dear (64 KiB cost 17 us, the codes 7, where a message of 128
// bytes takes 1). Memory that lives longer belongs to one connection: its `Window`, and the memory
// of its compressor and decompressor.
//
// | memory                | writer       | until      | later readers    | bound             |
// | --------------------- | ------------ | ---------- | ---------------- | ----------------- |
// | {@link outputScratch} | the borrower | `giveBack` | none, but copies | 64 KiB, one spare |
// | {@link codesScratch}  | the borrower | `giveBack` | none             | 5 KiB, one spare  |
//
// The borrower owns it alone: should a call ever begin within another, the inner one gets memory of
// its own. A call that throws may keep the memory; the next one makes it anew.

/** How much output one call of zlib may give. */
const SCRATCH_BYTES = 0x1_0000;

/** One thing to be borrowed, made when it is first needed and when it is in use. */
export class Scratch<Thing> {
  /** For tests: memory that is given back is spoilt, so that a part kept by mistake shows. */
  static spoils = false;

  readonly #make: () => Thing;
  readonly #spoil: (thing: Thing) => void;
  #spare: Thing | null = null;

  /**
   * @param make - how to make one
   * @param spoil - overwrites all of it
   */
  constructor(make: () => Thing, spoil: (thing: Thing) => void) {
    this.#make = make;
    this.#spoil = spoil;
  }

  /** Borrows it: the caller's alone until given back. Its content means nothing. */
  borrow(): Thing {
    const spare = this.#spare;
    this.#spare = null;
    return spare ?? this.#make();
  }

  /**
   * Gives it back: nobody may touch it any more.
   *
   * @throws Error if it has been given back already
   */
  giveBack(thing: Thing): void {
    if (this.#spare === thing) throw new Error('given back twice');
    if (Scratch.spoils) this.#spoil(thing);
    this.#spare = thing;
  }
}

const SPOILT = 0xdb;

/** Where output stands until it is copied to an array of its size. */
export const outputScratch: Scratch<Uint8Array<ArrayBuffer>> = /* @__PURE__ */ new Scratch(
  () => new Uint8Array(SCRATCH_BYTES),
  (bytes) => bytes.fill(SPOILT),
);

/** The codes of the block that is being inflated. */
export const codesScratch: Scratch<BlockCodes> = /* @__PURE__ */ new Scratch(
  () => new BlockCodes(),
  (codes) => codes.fill(SPOILT),
);

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
        // 7.2.2: an empty stored block of which the four bytes that are appended are all but the
        // header.
        if (reader.atEnd) return;
        this.#stored();
      } else if (type === FIXED) this.#compressed(fixedCodes());
      else if (type === DYNAMIC) {
        readCodes(reader, this.#codes);
        this.#compressed(this.#codes);
      } else throw new InflateError('EXTENSION_DATA');
      if (last === 0) continue;
      // 7.2.3.4: the stream ends at a byte, the window goes on. Nothing need follow, as many
      // senders end a message so.
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

  /** RFC 1951 3.2.3: copies bytes from so far back in the message or, before it, in the window. */
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
 * @param window - the bytes before the message; not changed
 * @param maxBytes - an output of this many bytes is fine
 * @returns an array of its own, or the first fault
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

// --- The inflater of a connection ---

/** zlib cannot stay in a window of 256 bytes, so peers that agreed to one may use 512. */
const MIN_WINDOW_BITS = 9;

/**
 * An inflater in JavaScript, with takeover: for engines with an inflating half that does not look
 * at everything. fflate passes over the complement of a stored block's length and does not tell
 * where a stream ended; functions that take a message all at once do not tell one that is cut; a
 * `DecompressionStream` does not go on behind BFINAL.
 */
export class RawInflater implements Inflater {
  /** The bytes inflated last, by any engine; empty without takeover. */
  readonly window: Window;

  constructor({ windowBits, takeover }: InflaterOptions) {
    this.window = new Window(takeover ? 1 << Math.max(windowBits, MIN_WINDOW_BITS) : 0);
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated {
    const message = inflateMessage(payload, this.window, maxBytes);
    if (typeof message !== 'string') this.window.push(message);
    return message;
  }

  reset(): void {
    this.window.clear();
  }

  close(): void {
    this.window.clear();
  }
}
