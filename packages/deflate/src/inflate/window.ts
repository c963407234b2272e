/**
 * The sliding window (RFC 1951 3.2.4, RFC 7692 7.2.3.2) as this package keeps it: for its own
 * inflater, and beside zlib's, which is lost with the end of a stream and which zlib gives to
 * nobody. Copying costs 60 ns for 128 bytes and 1 us for 32 KiB, against 1 and 60 us of inflating
 * them.
 */

import { copyOf, EMPTY } from './bytes.js';

const FIRST_SIZE = 256;

/**
 * The last bytes of one direction of one connection, in a ring that grows up to its limit: a
 * connection that received 3 KiB holds 4.
 */
export class Window {
  readonly #limit: number;
  #ring: Uint8Array = EMPTY;
  /** Behind the byte written last. */
  #at = 0;
  /** How many bytes of the ring are written. */
  #bytes = 0;

  /** @param limitBytes - how many bytes at most; 0 keeps none */
  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#bytes;
  }

  /** Puts a copy of bytes behind the earlier ones. */
  push(bytes: Uint8Array): void {
    if (this.#limit === 0) return;
    const last = bytes.length > this.#limit ? bytes.subarray(bytes.length - this.#limit) : bytes;
    const { length } = last;
    if (length === 0) return;
    if (this.#bytes + length > this.#ring.length && this.#ring.length < this.#limit) {
      this.#grow(this.#bytes + length);
    }
    const ring = this.#ring;
    if (this.#at === ring.length) this.#at = 0;
    const fits = Math.min(length, ring.length - this.#at);
    ring.set(fits === length ? last : last.subarray(0, fits), this.#at);
    if (fits < length) ring.set(last.subarray(fits), 0);
    // Between 1 and the ring's length, so that the bytes written last always end there.
    this.#at = fits < length ? length - fits : this.#at + length;
    this.#bytes = Math.min(this.#bytes + length, ring.length);
  }

  /**
   * Copies bytes of it, as a reference does (RFC 1951 3.2.5).
   *
   * @param distance - how far back the first one is, at most {@link Window.length}
   * @param length - how many, at most `distance`
   */
  copyTo(target: Uint8Array, at: number, distance: number, length: number): void {
    const ring = this.#ring;
    let from = this.#at - distance;
    if (from < 0) from += ring.length;
    for (let to = at; to < at + length; to++) {
      target[to] = ring[from]!;
      if (++from === ring.length) from = 0;
    }
  }

  /**
   * The last bytes in order, as a copy; undefined if there are none.
   *
   * @param atMost - how many; all of them by default
   */
  toBytes(atMost: number = this.#limit): Uint8Array | undefined {
    const length = Math.min(atMost, this.#bytes);
    if (length === 0) return undefined;
    const ring = this.#ring;
    const start = this.#at - length;
    if (start >= 0) return copyOf(ring, start, this.#at);
    const bytes = new Uint8Array(length);
    bytes.set(ring.subarray(ring.length + start), 0);
    bytes.set(ring.subarray(0, this.#at), -start);
    return bytes;
  }

  clear(): void {
    this.#ring = EMPTY;
    this.#at = 0;
    this.#bytes = 0;
  }

  /** Until the ring has its full size it is never wrapped: its bytes begin at 0. */
  #grow(needed: number): void {
    let size = Math.max(FIRST_SIZE, 2 * this.#ring.length);
    while (size < needed) size *= 2;
    const ring = new Uint8Array(Math.min(size, this.#limit));
    ring.set(this.#ring.subarray(0, this.#bytes));
    this.#ring = ring;
    this.#at = this.#bytes;
  }
}

/**
 * A block without compression (RFC 1951 3.2.4): inflated, it leaves a window of these bytes. For
 * inflaters that cannot be given one; Deno's zlib takes a dictionary and ignores it.
 *
 * @param bytes - at most 65,535
 */
export function storedBlock(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  const block = new Uint8Array(STORED_HEADER_BYTES + length);
  block[1] = length;
  block[2] = length >> 8;
  block[3] = ~length;
  block[4] = ~length >> 8;
  block.set(bytes, STORED_HEADER_BYTES);
  return block;
}

/** A block's header at the beginning of a byte, its length twice. */
const STORED_HEADER_BYTES = 5;

/**
 * Giving zlib a window costs 0.5 ns for each of its bytes, so 8 ns for each that paid for it;
 * inflating takes 20.
 */
const WINDOW_BYTES_PER_PAID_BYTE = 16;

/**
 * Whether giving zlib the window is paid for. Bytes of output pay for nothing: a peer gets a
 * thousand of them for one.
 *
 * @param payloadBytes - the bytes that came over the wire since the last time
 */
export function paysForPriming(payloadBytes: number, window: Window): boolean {
  return window.length <= WINDOW_BYTES_PER_PAID_BYTE * payloadBytes;
}
