/**
 * Large messages on a thread of Node's pool, by the documented one-shot functions; the rest as
 * before. The codec keeps the order: while one is under way, later ones in that direction of that
 * connection wait.
 */

import { deflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';
import { concat, copyOf } from '../inflate/bytes.js';
import type { Deflater, Inflated, Inflater } from '../inflate/engine.js';
import { paysForPriming, storedBlock, type Window } from '../inflate/window.js';
import { SYNC_FLUSH, type ZlibInflater } from './zlib-shape.js';

// A message cut short must not pass for a whole one, and functions that take it all at once do not
// tell where a block ended. A payload ends with the header of a stored block, and the length of the
// block, 0, is the four bytes that are left out (RFC 7692 7.2.1, 7.2.2). So the payload gets
// another length behind it, and as many bytes that cannot be guessed; an output that ends with
// these bytes proves that the payload ended with that header. Only a stored block that is too short
// could take all of it for its own, and then shows the length, too. The length is another one each
// time, so that no peer can make such messages on purpose.

/** How many unknown bytes at least, and how many more at most: less than a power of 2 by 1. */
const MIN_MARK_BYTES = 8;

const MORE_MARK_BYTES = 63;

/** A length takes four bytes, as it stands there twice (RFC 1951 3.2.4). */
const LENGTH_BYTES = 4;

/** An empty last block, so that the stream has an end. */
const LAST_BLOCK: readonly number[] = [1, 0, 0, 0xff, 0xff];

const MAX_TAIL_BYTES = LENGTH_BYTES + MIN_MARK_BYTES + MORE_MARK_BYTES + LAST_BLOCK.length;

/** RFC 1951 3.2.5: the longest that one symbol stands for; one takes a bit at least. */
const MAX_LENGTH = 258;

/**
 * How many bytes of output a tail can make at most, if a payload that is cut takes it for data:
 * output that is longer than allowed by more than this is too long for sure.
 */
export const MAX_TAIL_OUTPUT_BYTES: number = 8 * MAX_TAIL_BYTES * MAX_LENGTH;

/** Makes a tail to append to a payload, another one each time. */
export function markedTail(): Uint8Array {
  const random = crypto.getRandomValues(new Uint8Array(MAX_TAIL_BYTES));
  const markBytes = MIN_MARK_BYTES + (random[0]! & MORE_MARK_BYTES);
  const end = LENGTH_BYTES + markBytes;
  random.set([markBytes, 0, ~markBytes, 0xff]);
  random.set(LAST_BLOCK, end);
  return random.subarray(0, end + LAST_BLOCK.length);
}

/**
 * The inflated bytes of a payload with a tail.
 *
 * @param start - where the message begins in the output
 * @returns a copy; undefined if it is not sure that this is the whole message
 */
export function unmarked(output: Uint8Array, start: number, tail: Uint8Array): Uint8Array | undefined {
  const markEnd = tail.length - LAST_BLOCK.length;
  const end = output.length - (markEnd - LENGTH_BYTES);
  if (end < start || !endsWith(output, output.length, tail, LENGTH_BYTES, markEnd)) return undefined;
  if (end - start >= LENGTH_BYTES && endsWith(output, end, tail, 0, LENGTH_BYTES)) return undefined;
  return copyOf(output, start, end);
}

/** Whether the bytes before `end` are `tail[from]` to `tail[to - 1]`. */
function endsWith(output: Uint8Array, end: number, tail: Uint8Array, from: number, to: number): boolean {
  for (let i = 1; i <= to - from; i++) if (output[end - i] !== tail[to - i]) return false;
  return true;
}

const CHUNK_BYTES = 0x1_0000;

/** Node's `maxOutputLength` takes no more. */
const MAX_OUTPUT_BYTES = 0xffff_ffff;

/** Compresses large pieces on another thread. */
export class OffThreadDeflater implements Deflater {
  readonly #deflater: Deflater;
  readonly #options: ZlibOptions;
  readonly #fromBytes: number;
  #closed = false;

  constructor(deflater: Deflater, options: ZlibOptions, fromBytes: number) {
    this.#deflater = deflater;
    this.#options = options;
    this.#fromBytes = fromBytes;
  }

  deflate(piece: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    if (piece.length < this.#fromBytes) return this.#deflater.deflate(piece);
    return new Promise((resolve, reject) => {
      const options = { ...this.#options, finishFlush: SYNC_FLUSH, chunkSize: CHUNK_BYTES };
      deflateRaw(piece, options, (error, deflated) => {
        if (error !== null) {
          reject(error);
          return;
        }
        // The peer's window now ends with this piece, which our own has not seen: it begins anew,
        // as it may at any time.
        if (!this.#closed) this.#deflater.reset();
        resolve(copyOf(deflated));
      });
    });
  }

  reset(): void {
    this.#deflater.reset();
  }

  close(): void {
    this.#closed = true;
    this.#deflater.close();
  }
}

/** Inflates large payloads on another thread. */
export class OffThreadInflater implements Inflater {
  readonly #inflater: ZlibInflater;
  /** The inflater's. */
  readonly #window: Window;
  readonly #windowBits: number;
  readonly #fromBytes: number;
  #closed = false;

  constructor(inflater: ZlibInflater, window: Window, windowBits: number, fromBytes: number) {
    this.#inflater = inflater;
    this.#window = window;
    this.#windowBits = windowBits;
    this.#fromBytes = fromBytes;
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated | PromiseLike<Inflated> {
    if (payload.length < this.#fromBytes || !paysForPriming(payload.length, this.#window)) {
      return this.#inflater.inflate(payload, maxBytes);
    }
    const before = this.#window.toBytes();
    const start = before === undefined ? 0 : before.length;
    const tail = markedTail();
    const stream = concat(before === undefined ? [payload, tail] : [storedBlock(before), payload, tail]);
    const options = {
      windowBits: this.#windowBits,
      maxOutputLength: Math.min(start + maxBytes + MAX_TAIL_OUTPUT_BYTES, MAX_OUTPUT_BYTES),
      chunkSize: CHUNK_BYTES,
    };
    return new Promise((resolve) => {
      inflateRaw(stream, options, (error, output) => {
        if (this.#closed) {
          resolve('EXTENSION_DATA');
          return;
        }
        if ((error as { readonly code?: string } | null)?.code === 'ERR_BUFFER_TOO_LARGE') {
          resolve('MESSAGE_TOO_LARGE');
          return;
        }
        const message = error === null ? unmarked(output, start, tail) : undefined;
        if (message === undefined || message.length > maxBytes) {
          // Not plain, or a fault: rare enough to do it again, here. Nothing has moved yet.
          resolve(this.#inflater.inflate(payload, maxBytes));
        } else {
          this.#window.push(message);
          this.#inflater.fallBehind();
          resolve(message);
        }
      });
    });
  }

  reset(): void {
    this.#inflater.reset();
  }

  close(): void {
    this.#closed = true;
    this.#inflater.close();
  }
}
