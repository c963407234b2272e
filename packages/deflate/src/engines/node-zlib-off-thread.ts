/**
 * Large messages on a thread of Node's pool, by the documented one-shot functions; the rest as before. The codec keeps the
 * order: while one is under way, what follows in that direction of that connection waits.
 */
import { deflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';
import { concat, copyOf } from '../deflate/bytes.js';
import type { Deflater, Inflated, Inflater } from '../deflate/engine.js';
import { paysForPriming, storedBlock, type Window } from '../deflate/window.js';
import { MAX_TAIL_OUTPUT_BYTES, markedTail, unmarked } from './marked-tail.js';
import { SYNC_FLUSH, type ZlibInflater } from './zlib-shape.js';

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
        // The peer's window now ends with this piece, which our own has not seen: it begins anew, as it may at any time.
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
