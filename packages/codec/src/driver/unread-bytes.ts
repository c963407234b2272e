/**
 * How much a peer may still have to read of the bytes that have left us, if it reads no slower than
 * it must.
 *
 * Bytes that the transport has let through lie in kernels and proxies, and nobody tells how many
 * are left there. A peer that reads at the lowest rate allowed has read so many in the time gone
 * by; one that reads faster has fewer before it. So the count is never less than the bytes that
 * such a peer has before it, and a limit that begins when it would have read everything does not
 * end a peer that reads.
 *
 * - Bounded: bytes in kernels and proxies count up to `MAX_UNREAD_BYTES`, so that a peer that reads
 *   nothing is given up in bounded time: 18 minutes at 240 bytes a second, and 23 more for a batch
 *   of 320 KiB under way, which is the longest. Where more lies there, a peer must read it all in
 *   that time.
 * - Sends cost nothing: bytes that have left since the last look count as if they had left now,
 *   which is later than they did. There is a look whenever the timer rings.
 * - A Pong to one of our Pings shows that everything before that Ping has been read. It is known by
 *   its payload, which a Pong repeats (RFC 6455 5.5.3): neither a Pong that nobody asked for nor
 *   the answer to a Ping of the application's is taken for one. A peer may answer the newest Ping
 *   alone, and so a Pong stands for the Pings before its own.
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
   * The first Ping that no Pong has told of, 0 if there is none, and how much will have left with
   * it.
   */
  #first = 0;
  #firstEnd = 0;
  /** The same of the newest. */
  #newest = 0;
  #newestEnd = 0;

  /**
   * @param bytesPerSecond - the lowest rate allowed
   * @param now - the clock
   */
  constructor(bytesPerSecond: number, now: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#at = now;
  }

  /** Counts anew, at a time when so many bytes have left in all. */
  count(now: number, left: number): void {
    const read = (Math.max(0, now - this.#at) / 1000) * this.#bytesPerSecond;
    const bytes = Math.max(0, this.#bytes - read) + left - this.#left;
    this.#bytes = Math.min(MAX_UNREAD_BYTES, bytes);
    this.#at = now;
    this.#left = left;
  }

  /**
   * A Ping has been made.
   *
   * @param ping - its number
   * @param end - how many bytes will have left when it has
   */
  made(ping: number, end: number): void {
    if (this.#first === 0) {
      this.#first = ping;
      this.#firstEnd = end;
    }
    this.#newest = ping;
    this.#newestEnd = end;
  }

  /** The Ping of this number has been read, and all before it, at the time counted last. */
  answered(ping: number): void {
    if (this.#first === 0 || ping < this.#first) return;
    const end = ping === this.#newest ? this.#newestEnd : this.#firstEnd;
    this.#first = 0;
    this.#bytes = Math.min(this.#bytes, Math.max(0, this.#left - end));
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

// Payloads of our Pings: two letters, so that a number of the application's is no answer, and the
// last 16 bits of the Ping's own number.

const PING_MARK = 0x7373;

const PING_NUMBERS = 0x1_0000;

/** The payload of the Ping of a number. */
export function pingPayload(ping: number): Uint8Array {
  const number = ping % PING_NUMBERS;
  return Uint8Array.of(PING_MARK >> 8, PING_MARK & 0xff, number >> 8, number & 0xff);
}

/**
 * How many of our Pings were made behind the one with this payload; -1 if it is of no such Ping.
 */
export function pingsBehind(newest: number, bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 4 || uint16(bytes, start) !== PING_MARK) return -1;
  const number = uint16(bytes, start + 2);
  const behind = (newest - number + PING_NUMBERS) % PING_NUMBERS;
  return behind < newest ? behind : -1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
