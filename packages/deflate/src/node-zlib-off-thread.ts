/**
 * Large messages on a thread of Node's pool, by the documented one-shot functions; the rest as before. The codec keeps the
 * order: while one is under way, what follows in that direction of that connection waits.
 */
import { deflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';
import type { Deflater, Inflated, Inflater } from './engine.js';
import { endsLikeTail } from './one-shot.js';
import { storedBlock, type WindowCopy } from './window.js';
import { concat, SYNC_FLUSH, type ZlibInflater } from './zlib-shape.js';

const CHUNK_BYTES = 0x1_0000;
const MAX_OUTPUT_BYTES = 0xffff_ffff;
/** The four bytes left out (RFC 7692 7.2.2), and an empty last block, so that zlib tells a stream that is cut. */
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff);

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
        resolve(new Uint8Array(deflated.buffer, deflated.byteOffset, deflated.length));
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
  /** The window of the inflater; null without takeover. */
  readonly #window: WindowCopy | null;
  readonly #windowBits: number;
  readonly #fromBytes: number;
  #closed = false;

  constructor(inflater: ZlibInflater, window: WindowCopy | null, windowBits: number, fromBytes: number) {
    this.#inflater = inflater;
    this.#window = window;
    this.#windowBits = windowBits;
    this.#fromBytes = fromBytes;
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated | PromiseLike<Inflated> {
    if (payload.length < this.#fromBytes) return this.#inflater.inflate(payload, maxBytes);
    const window = this.#window?.toBytes();
    const before = window === undefined ? 0 : window.length;
    const stream = concat(window === undefined ? [payload, TAIL] : [storedBlock(window), payload, TAIL]);
    const options = {
      windowBits: this.#windowBits,
      maxOutputLength: Math.min(before + maxBytes, MAX_OUTPUT_BYTES),
      chunkSize: CHUNK_BYTES,
      info: true,
    };
    return new Promise((resolve) => {
      inflateRaw(stream, options, (error, result) => {
        if (this.#closed) resolve('EXTENSION_DATA');
        else if (error !== null) {
          resolve(error.code === 'ERR_BUFFER_TOO_LARGE' ? 'MESSAGE_TOO_LARGE' : 'EXTENSION_DATA');
        } else if (result.engine.bytesWritten !== stream.length || endsLikeTail(result.buffer)) {
          // BFINAL inside, or perhaps a stored block cut short: rare enough to do it again, here. Nothing has moved yet.
          resolve(this.#inflater.inflate(payload, maxBytes));
        } else {
          const message = new Uint8Array(result.buffer.subarray(before));
          this.#window?.push(message);
          if (this.#window !== null) this.#inflater.renew();
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
