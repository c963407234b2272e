/**
 * Engines shaped like zlib: the demands of RFC 7692 in terms of zlib's two calls. `node:zlib` and
 * pako bring the calls; zlib in WebAssembly would do as well.
 */

import { concat, copyOf } from '../inflate/bytes.js';
import type { Deflater, Inflated, Inflater } from '../inflate/engine.js';
import { outputScratch, type RawInflater } from '../inflate/inflate.js';
import { paysForPriming, storedBlock, Window } from '../inflate/window.js';

/** zlib's flush values. */
export const SYNC_FLUSH = 2;

export const BLOCK = 5;

/** One `z_stream`: a call of `deflate()` or `inflate()` at a time. */
export interface ZlibStream {
  /**
   * One call: takes of the input and gives output until the one is used up or the other full. Keeps
   * neither.
   *
   * @returns false if the data made no sense
   */
  run(
    flush: typeof SYNC_FLUSH | typeof BLOCK,
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array,
  ): boolean;
  /** How many bytes of input the last call left. */
  readonly inputLeft: number;
  /** How many bytes of room for output the last call left. */
  readonly outputLeft: number;
  /** Begins anew, also behind data that made no sense. */
  reset(): void;
  close(): void;
}

/** Compresses with a zlib-shaped stream. */
export class ZlibDeflater implements Deflater {
  readonly #stream: ZlibStream;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
  }

  deflate(piece: Uint8Array): Uint8Array {
    const stream = this.#stream;
    const output = outputScratch.borrow();
    const { length } = piece;
    let chunks: Uint8Array[] | null = null;
    let start = 0;
    for (;;) {
      if (!stream.run(SYNC_FLUSH, piece, start, length, output)) throw new Error('deflate failed');
      start = length - stream.inputLeft;
      const { outputLeft } = stream;
      const chunk = copyOf(output, 0, output.length - outputLeft);
      if (outputLeft > 0) {
        outputScratch.giveBack(output);
        return chunks === null ? chunk : concat([...chunks, chunk]);
      }
      chunks ??= [];
      chunks.push(chunk);
    }
  }

  reset(): void {
    this.#stream.reset();
  }

  close(): void {
    this.#stream.close();
  }
}

/**
 * The bytes left out at the end of a message (RFC 7692 7.2.1), and one byte more, see
 * {@link ZlibInflater}.
 */
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00);

/**
 * Inflates plain messages with a zlib-shaped stream: nearly all, those that end as 7.2.1 says, or
 * with a stream. All others are inflated once more by the {@link RawInflater}, and its answer
 * counts.
 *
 * A message cut short must not pass for a whole one, but zlib in the middle of a block just waits
 * for more. With `Z_BLOCK`, though, it stops at the end of a block: given the four bytes and one
 * more, it leaves exactly that one if, and only if, a block ended with the fourth.
 *
 * zlib loses its window with the end of a stream. To give it one takes up to 32 KiB of work, which
 * a peer must not get for a message of two bytes. So until the payloads that followed have paid for
 * it, they go to the other inflater, which keeps its own.
 */
export class ZlibInflater implements Inflater {
  readonly #stream: ZlibStream;
  readonly #raw: RawInflater;
  /** The stream lacks the window. */
  #behind = false;
  /** How many bytes of payload have come since. */
  #paidBytes = 0;

  /** @param raw - the inflater with the window and the last word */
  constructor(stream: ZlibStream, raw: RawInflater) {
    this.#stream = stream;
    this.#raw = raw;
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated {
    if (this.#behind && !this.#catchUp(payload.length)) return this.#raw.inflate(payload, maxBytes);
    const message = this.#inflatePlain(payload, maxBytes);
    if (message === undefined) {
      this.fallBehind();
      return this.#raw.inflate(payload, maxBytes);
    }
    if (typeof message !== 'string') this.#raw.window.push(message);
    return message;
  }

  /** A message goes another way: the stream does not know it. */
  fallBehind(): void {
    this.#behind = true;
    this.#paidBytes = 0;
  }

  /** Gives the stream the window, if that is paid for. */
  #catchUp(payloadBytes: number): boolean {
    const { window } = this.#raw;
    this.#paidBytes += payloadBytes;
    if (!paysForPriming(this.#paidBytes, window)) return false;
    const stream = this.#stream;
    stream.reset();
    const bytes = window.toBytes();
    if (bytes !== undefined) {
      const block = storedBlock(bytes);
      const output = outputScratch.borrow();
      stream.run(SYNC_FLUSH, block, 0, block.length, output);
      outputScratch.giveBack(output);
    }
    this.#behind = false;
    return true;
  }

  /**
   * @returns undefined for a message that is not plain; the only fault that is sure is too long a
   * message
   */
  #inflatePlain(payload: Uint8Array, maxBytes: number): Inflated | undefined {
    const stream = this.#stream;
    const output = outputScratch.borrow();
    const { length } = payload;
    let chunks: Uint8Array[] | null = null;
    let bytes = 0;
    let start = 0;
    let message: Inflated | undefined;
    while (stream.run(SYNC_FLUSH, payload, start, length, output)) {
      start = length - stream.inputLeft;
      const { outputLeft } = stream;
      const used = output.length - outputLeft;
      bytes += used;
      if (bytes > maxBytes) {
        message = 'MESSAGE_TOO_LARGE';
        break;
      }
      if (outputLeft === 0) {
        chunks ??= [];
        chunks.push(copyOf(output));
        continue;
      }
      if (this.#ends(payload, start, output)) {
        chunks?.push(output.subarray(0, used));
        message = chunks === null ? copyOf(output, 0, used) : concat(chunks);
      }
      break;
    }
    outputScratch.giveBack(output);
    return message;
  }

  /**
   * Whether the message is whole.
   *
   * @param start - how much of the payload the stream took
   * @param output - where no more may come
   */
  #ends(payload: Uint8Array, start: number, output: Uint8Array): boolean {
    const stream = this.#stream;
    const { length } = payload;
    if (start === length) {
      const made = stream.run(BLOCK, TAIL, 0, TAIL.length, output);
      if (!made || stream.outputLeft < output.length) return false;
      if (stream.inputLeft === 1) return true;
      // Nothing taken: the stream ended with the payload, as 7.2.3.4 allows.
      if (stream.inputLeft < TAIL.length) return false;
    } else if (start < length - 1 || payload[start] !== 0) {
      return false;
    }
    // 7.2.3.4: BFINAL, and perhaps the header of an empty block.
    this.fallBehind();
    return true;
  }

  reset(): void {
    this.#behind = false;
    this.#stream.reset();
    this.#raw.reset();
  }

  close(): void {
    this.#stream.close();
    this.#raw.close();
  }
}

// --- Compressing by a function that takes a message all at once ---

/**
 * Compresses, flushing to the end of a byte.
 *
 * @param dictionary - the window; undefined if nothing came before
 */
export type DeflateFunction = (piece: Uint8Array, dictionary: Uint8Array | undefined) => Uint8Array;

/**
 * Compresses with a function. The window is kept here and handed in with every message, as a
 * dictionary: slower than an engine that keeps it itself.
 */
export class OneShotDeflater implements Deflater {
  readonly #deflate: DeflateFunction;
  readonly #window: Window;

  constructor(windowBits: number, deflate: DeflateFunction) {
    this.#window = new Window(1 << windowBits);
    this.#deflate = deflate;
  }

  deflate(piece: Uint8Array): Uint8Array {
    // A copy: zlib's own array is the beginning of a chunk of 64 KiB, which it would hold as long
    // as it waits to be sent.
    const deflated = copyOf(this.#deflate(piece, this.#window.toBytes()));
    this.#window.push(piece);
    return deflated;
  }

  reset(): void {
    this.#window.clear();
  }

  close(): void {
    this.#window.clear();
  }
}
