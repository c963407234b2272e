/**
 * The last bytes of output, for engines that lose their window with the end of a stream (BFINAL, RFC 7692 7.2.3.4): zlib gives
 * its window to nobody. Copying costs 60 ns for 128 bytes and 1 us for 32 KiB, against 1 and 60 us of inflating them.
 */

/** A ring that grows up to the window's size: a connection that received 3 KiB holds 4. */
export class WindowCopy {
  readonly #limit: number;
  #ring: Uint8Array = new Uint8Array(0);
  /** Behind the byte written last. */
  #at = 0;
  /** How many bytes of the ring are written. */
  #bytes = 0;

  /** @param windowBits - base-two logarithm of the window */
  constructor(windowBits: number) {
    this.#limit = 1 << windowBits;
  }

  /** Puts output behind what came before. */
  push(output: Uint8Array): void {
    const { length } = output;
    if (length === 0) return;
    if (length >= this.#limit) {
      this.#ring = output.slice(length - this.#limit);
      this.#at = this.#limit;
      this.#bytes = this.#limit;
      return;
    }
    if (this.#bytes + length > this.#ring.length && this.#ring.length < this.#limit) {
      this.#grow(this.#bytes + length);
    }
    const ring = this.#ring;
    if (this.#at === ring.length) this.#at = 0;
    const fits = Math.min(length, ring.length - this.#at);
    ring.set(fits === length ? output : output.subarray(0, fits), this.#at);
    if (fits < length) ring.set(output.subarray(fits), 0);
    // Between 1 and the ring's length, so that what was written last always ends there.
    this.#at = fits < length ? length - fits : this.#at + length;
    this.#bytes = Math.min(this.#bytes + length, ring.length);
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
    if (start >= 0) return ring.slice(start, this.#at);
    const bytes = new Uint8Array(length);
    bytes.set(ring.subarray(start), 0);
    bytes.set(ring.subarray(0, this.#at), -start);
    return bytes;
  }

  clear(): void {
    this.#ring = new Uint8Array(0);
    this.#at = 0;
    this.#bytes = 0;
  }

  /** Until the ring has its full size it is never wrapped: what is there begins at 0. */
  #grow(needed: number): void {
    let size = Math.max(256, 2 * this.#ring.length);
    while (size < needed) size *= 2;
    const ring = new Uint8Array(Math.min(size, this.#limit));
    ring.set(this.#ring.subarray(0, this.#bytes));
    this.#ring = ring;
    this.#at = this.#bytes;
  }
}

/**
 * A block without compression (RFC 1951 3.2.4): inflated, it leaves a window of these bytes. For inflaters that cannot be given
 * one; Deno's zlib takes a dictionary and ignores it.
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
