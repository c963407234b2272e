/**
 * How much a peer may still have to read of what has left us, if it reads no slower than it must.
 *
 * Bytes that the transport has let through lie in kernels and proxies, and nobody tells how many
 * are left there. A peer that reads at the lowest rate allowed has read so many in the time gone
 * by; one that reads faster has fewer before it. So what is counted here is never less than what
 * such a peer has before it, and a limit that begins when it would have read everything does not
 * end a peer that reads.
 *
 * - Bounded: what kernels and proxies hold counts up to `MAX_UNREAD_BYTES`, so that a peer that
 *   reads nothing is given up in bounded time: 18 minutes at 240 bytes a second, and 23 more for a
 *   batch of 320 KiB under way. Where more lies there, a peer must read it all in that time.
 * - Sends cost nothing: what has left since the last look counts as if it had left now, which is
 *   later than it did.
 * - A Pong that has come shows that everything before its Ping has been read.
 */

/**
 * As much is thought to lie between two ends at most: socket buffers of slow paths, and a
 * proxy's.
 */
const MAX_UNREAD_BYTES = 0x4_0000;

/** The count of one connection. */
export class UnreadBytes {
  readonly #bytesPerSecond: number;
  #bytes = 0;
  /** When that was counted. */
  #at: number;
  /** How many bytes had left then, in all. */
  #left = 0;

  /**
   * @param bytesPerSecond - the lowest rate allowed
   * @param now - the clock
   */
  constructor(bytesPerSecond: number, now: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#at = now;
  }

  /** How many bytes had left when it was last counted. */
  get left(): number {
    return this.#left;
  }

  /** Counts anew, at a time when so many bytes have left in all. */
  count(now: number, left: number): void {
    const read = (Math.max(0, now - this.#at) / 1000) * this.#bytesPerSecond;
    const bytes = Math.max(0, this.#bytes - read) + left - this.#left;
    this.#bytes = Math.min(MAX_UNREAD_BYTES, bytes);
    this.#at = now;
    this.#left = left;
  }

  /** The peer has read everything that had left when so many bytes had. */
  readTo(position: number): void {
    this.#bytes = Math.min(this.#bytes, Math.max(0, this.#left - position));
  }

  /**
   * When all of it will have been read at the latest. Less than a second does not count.
   *
   * @param ahead - so many bytes more are to be read before
   */
  readBy(ahead: number): number {
    return this.#at + 1000 * Math.floor((this.#bytes + ahead) / this.#bytesPerSecond);
  }
}
