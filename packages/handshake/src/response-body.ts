// The body of a refusal, as RFC 9112 6.3 says how long it is: none, so many bytes, chunks, or all until the connection ends.
//
// Chunks (RFC 9112 7.1), a state for each part of them; any other byte than those named is wrong:
//
//   state      stays while byte is    leaves on    to
//   SIZE       a hexadecimal digit    ; SP HTAB    EXTENSION
//                                     CR           SIZE_LF
//   EXTENSION  FIELD                  CR           SIZE_LF
//   SIZE_LF    -                      LF           DATA, or of a size of 0 LINE
//   DATA       any, size times        -            DATA_CR
//   DATA_CR    -                      CR           DATA_LF
//   DATA_LF    -                      LF           SIZE
//   LINE       FIELD, at once TRAILER CR           END_LF
//   TRAILER    FIELD                  CR           TRAILER_LF
//   TRAILER_LF -                      LF           LINE
//   END_LF     -                      LF           (whole)

import type { ResponseRejection } from './client.js';
import {
  append,
  consistsOf,
  DIGIT,
  headerValues,
  isBlank,
  isField,
  listElements,
  type OwnBytes,
} from './syntax.js';

const SIZE = 0;

const EXTENSION = 1;

const SIZE_LF = 2;

const DATA = 3;

const DATA_CR = 4;

const DATA_LF = 5;

const LINE = 6;

const TRAILER = 7;

const TRAILER_LF = 8;

const END_LF = 9;

const CR = 0x0d;

const LF = 0x0a;

const SEMICOLON = 0x3b;

/** A chunk's size with its extensions; RFC 9112 7.1.1 wants a limit. */
const MAX_SIZE_LINE_BYTES = 1024;

/** Takes a body, up to a limit. */
export class RefusalBody {
  readonly #maxBytes: number;
  readonly #isChunked: boolean;
  /** How many bytes of the body, or of the chunk, are still to come; Infinity if only the end of the connection tells. */
  #left: number;
  #bytes: OwnBytes = new Uint8Array(0);
  #length = 0;
  #state = SIZE;
  /** Digits of the size that has begun. */
  #digits = 0;
  /** Bytes that the size line, or all trailers, may still have. */
  #lineLeft = MAX_SIZE_LINE_BYTES;
  readonly #maxTrailerBytes: number;
  /** Whether nothing more is to be taken. */
  done: boolean;
  /** Whether it is known to be whole. */
  complete: boolean;

  constructor({ status, headers }: ResponseRejection, maxBytes: number, maxTrailerBytes: number) {
    const coding = listElements(headerValues(headers, 'transfer-encoding'))?.at(-1);
    const lengths = headerValues(headers, 'content-length');
    this.#maxBytes = maxBytes;
    this.#maxTrailerBytes = maxTrailerBytes;
    // RFC 9112 6.3, items 1, 4 and 6: a coding comes before a length.
    const isEmpty = status === 204 || status === 304;
    this.#isChunked = !isEmpty && coding?.toLowerCase() === 'chunked';
    const isCounted = coding === undefined && lengths.length === 1 && consistsOf(lengths[0]!, DIGIT);
    this.#left = isEmpty || this.#isChunked ? 0 : isCounted ? Number(lengths[0]) : Infinity;
    this.complete = this.#left === 0 && !this.#isChunked;
    this.done = this.complete;
  }

  /** What has come of it, codings other than chunks not undone. */
  get bytes(): OwnBytes {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes bytes that follow the head. */
  take(chunk: Uint8Array): void {
    if (this.#isChunked) this.#takeChunks(chunk);
    else if (!this.done) {
      this.#keep(chunk, 0, chunk.length);
      this.complete = this.#left === 0;
      this.done = this.complete || this.#length === this.#maxBytes;
    }
  }

  /** The connection has ended. */
  end(): void {
    if (this.#left === Infinity && !this.#isChunked && !this.done) this.complete = true;
    this.done = true;
  }

  /**
   * Keeps what there is room for of `chunk[start]` to `chunk[end - 1]`.
   *
   * @returns the index after the last byte that was taken
   */
  #keep(chunk: Uint8Array, start: number, end: number): number {
    const count = Math.min(end - start, this.#left, this.#maxBytes - this.#length);
    if (count > 0) {
      this.#bytes = append(this.#bytes, this.#length, chunk.subarray(start), count, this.#maxBytes);
      this.#length += count;
      this.#left -= count;
    }
    return start + count;
  }

  #takeChunks(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length && !this.done; ) {
      if (this.#state === DATA) {
        i = this.#keep(chunk, i, chunk.length);
        if (this.#left === 0) this.#state = DATA_CR;
        else if (this.#length === this.#maxBytes) this.done = true; // the rest is not waited for
      } else if (!this.#step(chunk[i++]!)) this.done = true;
    }
  }

  /** Takes a byte of what is around the data; false if it is wrong, or one too many. */
  #step(byte: number): boolean {
    const state = this.#state;
    if (byte === LF) return this.#endLine(state);
    if (state === SIZE_LF || state === DATA_LF || state === TRAILER_LF || state === END_LF) return false;
    if (state === DATA_CR) {
      this.#state = DATA_LF;
      return byte === CR;
    }
    if (this.#lineLeft-- === 0) return false;
    if (byte === CR) {
      this.#state = state === LINE ? END_LF : state === TRAILER ? TRAILER_LF : SIZE_LF;
      return state !== SIZE || this.#digits > 0;
    }
    if (state === SIZE) return this.#size(byte);
    if (state === LINE) this.#state = TRAILER;
    return isField(byte);
  }

  #size(byte: number): boolean {
    const digit = hexDigit(byte);
    if (digit < 0) {
      this.#state = EXTENSION;
      return this.#digits > 0 && (byte === SEMICOLON || isBlank(byte));
    }
    this.#digits++;
    // Past 2^53 it is not exact, and past any limit.
    this.#left = 16 * this.#left + digit;
    return true;
  }

  /** Takes an LF, which is right behind a CR only. */
  #endLine(state: number): boolean {
    if (state === SIZE_LF) {
      this.#lineLeft = this.#left === 0 ? this.#maxTrailerBytes : MAX_SIZE_LINE_BYTES;
      this.#state = this.#left === 0 ? LINE : DATA;
      // There is no room for a byte that has been announced.
      return this.#left === 0 || this.#length < this.#maxBytes;
    }
    if (state === DATA_LF) {
      this.#state = SIZE;
      this.#digits = 0;
      return true;
    }
    if (state === TRAILER_LF) {
      this.#state = LINE;
      return true;
    }
    this.complete = state === END_LF;
    return false;
  }
}

/** The value of a hexadecimal digit; -1 for another byte. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
