/**
 * The body of a rejection: its end by RFC 9112 6.3 (`bodyEnd`), its bytes up to a limit
 * (`RejectionBody`), and its chunks (RFC 9112 7.1), which have a state for each part of them. Any
 * byte that the table does not name is wrong:
 *
 * ```
 * state      stays while byte is    leaves on       to
 * SIZE       a hexadecimal digit    ; SP HTAB       EXTENSION
 *                                   CR              SIZE_LF
 * EXTENSION  FIELD                  CR              SIZE_LF
 * SIZE_LF    -                      LF              DATA, or of a size of 0 LINE
 * DATA       any, size times        -               DATA_CR
 * DATA_CR    -                      CR              DATA_LF
 * DATA_LF    -                      LF              SIZE
 * LINE       -                      a TOKEN's byte  NAME
 *                                   CR              END_LF
 * NAME       TOKEN                  :               VALUE
 * VALUE      FIELD                  CR              VALUE_LF
 * VALUE_LF   -                      LF              LINE
 * END_LF     -                      LF              (whole)
 * ```
 */

import type { ResponseRejection } from './client.js';
import { canUpgrade } from './head-writer.js';
import {
  append,
  CLASSES,
  consistsOf,
  DIGIT,
  FIELD,
  headerValues,
  isBlank,
  listElements,
  type OwnBytes,
  type RawHeaders,
  TOKEN,
} from './syntax.js';

/**
 * The end of a body: after so many bytes, with the last chunk, or with the connection (`Infinity`).
 * None, if the head contradicts itself: its framing is faulty.
 */
type BodyEnd = number | 'chunks' | 'faulty';

function bodyEnd(headers: RawHeaders, httpVersion: string): BodyEnd {
  const lines = headerValues(headers, 'transfer-encoding');
  if (lines.length > 0) {
    const codings = listElements(lines)?.map((coding) => coding.toLowerCase());
    // 6.1: HTTP/1.0 has no codings, and a length beside one does not count.
    if (codings === undefined || !canUpgrade(httpVersion)) return 'faulty';
    const chunked = codings.indexOf('chunked');
    // 6.1: "A sender MUST NOT apply the chunked transfer coding more than once".
    if (chunked !== codings.lastIndexOf('chunked')) return 'faulty';
    // 6.3 item 4, which goes before a length.
    return chunked >= 0 && chunked === codings.length - 1 ? 'chunks' : Number.POSITIVE_INFINITY;
  }
  const lengths = headerValues(headers, 'content-length');
  if (lengths.length === 0) return Number.POSITIVE_INFINITY;
  // 6.3 item 5, RFC 9110 8.6: a list counts if its values are valid and the same.
  const values = listElements(lengths) ?? [];
  const [length = ''] = values;
  const isValid = consistsOf(length, DIGIT) && values.every((value) => value === length);
  return isValid ? Number(length) : 'faulty';
}

const SIZE = 0;

const EXTENSION = 1;

const SIZE_LF = 2;

const DATA = 3;

const DATA_CR = 4;

const DATA_LF = 5;

const LINE = 6;

const NAME = 7;

const VALUE = 8;

const VALUE_LF = 9;

const END_LF = 10;

const CR = 0x0d;

const LF = 0x0a;

const COLON = 0x3a;

const SEMICOLON = 0x3b;

/** A chunk's size with its extensions; RFC 9112 7.1.1 wants a limit. */
const MAX_SIZE_LINE_BYTES = 1024;

/** Takes a body, up to a limit. */
export class RejectionBody {
  readonly #maxBytes: number;
  readonly #isChunked: boolean;
  /**
   * Bytes of the body, or of the chunk, that are still to come; Infinity up to the end of the
   * connection.
   */
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

  constructor(
    { status, headers }: ResponseRejection,
    httpVersion: string,
    maxBytes: number,
    maxTrailerBytes: number,
  ) {
    this.#maxBytes = maxBytes;
    this.#maxTrailerBytes = maxTrailerBytes;
    // RFC 9112 6.3 item 1: these have no body, and a length in their headers does not count.
    const end = status === 204 || status === 304 ? 0 : bodyEnd(headers, httpVersion);
    this.#isChunked = end === 'chunks';
    this.#left = typeof end === 'number' ? end : 0;
    this.complete = end === 0;
    // 6.3 item 5: faulty framing cannot be recovered from. The connection is to be closed, and no
    // byte that follows is known to be one of the body's.
    this.done = this.complete || end === 'faulty';
  }

  /** The bytes that have come, codings other than chunks not undone. */
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
   * Keeps as much as there is room for of `chunk[start]` to `chunk[end - 1]`.
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

  /** Takes a byte around the data; false if it is wrong, or one too many. */
  #step(byte: number): boolean {
    const state = this.#state;
    if (byte === LF) return this.#endLine(state);
    if (state === SIZE_LF || state === DATA_LF || state === VALUE_LF || state === END_LF) return false;
    if (state === DATA_CR) {
      this.#state = DATA_LF;
      return byte === CR;
    }
    if (this.#lineLeft-- === 0) return false;
    if (byte === CR) {
      this.#state = state === LINE ? END_LF : state === VALUE ? VALUE_LF : SIZE_LF;
      return state === SIZE ? this.#digits > 0 : state !== NAME;
    }
    if (state === SIZE) return this.#size(byte);
    if (state === LINE || state === NAME) return this.#name(byte);
    return (CLASSES[byte]! & FIELD) !== 0;
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

  /** RFC 9112 5.1, as in a head: a token, and the colon right behind it. */
  #name(byte: number): boolean {
    const isNamed = this.#state === NAME;
    this.#state = byte === COLON ? VALUE : NAME;
    return byte === COLON ? isNamed : (CLASSES[byte]! & TOKEN) !== 0;
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
    if (state === VALUE_LF) {
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
