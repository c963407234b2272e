/** A share of the room's time for one speaker: a bucket of tokens that fills with time. */

/** Bounds of a {@link FairShare}. */
export interface ShareLimits {
  /** Messages a second that each client may send. */
  readonly messagesPerSecond: number;
  /** Messages that it may send at once, after it was quiet. */
  readonly burst: number;
}

/** A longer message counts as several: one for each of these units. */
const UNITS_OF_A_MESSAGE = 500;

/** How much one client has sent, lately. */
export class FairShare {
  readonly #limits: ShareLimits;
  #tokens: number;
  #at: number;

  /** @param now - in milliseconds, by the clock of all calls */
  constructor(limits: ShareLimits, now: number) {
    this.#limits = limits;
    this.#tokens = limits.burst;
    this.#at = now;
  }

  /**
   * A message has come, and is taken.
   *
   * @returns for how many milliseconds the next has to wait
   */
  take(length: number, now: number): number {
    const { messagesPerSecond, burst } = this.#limits;
    const gained = (Math.max(0, now - this.#at) / 1000) * messagesPerSecond;
    this.#at = now;
    this.#tokens = Math.min(burst, this.#tokens + gained) - Math.ceil((length + 1) / UNITS_OF_A_MESSAGE);
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / messagesPerSecond) * 1000);
  }

  /** The time after which nothing of it is spent any more, at most a day. */
  refillMs(now: number): number {
    const { messagesPerSecond, burst } = this.#limits;
    const missing = burst - this.#tokens - ((now - this.#at) / 1000) * messagesPerSecond;
    return Math.min(86_400_000, Math.max(0, Math.ceil((missing / messagesPerSecond) * 1000)));
  }
}
