/** The wait before another attempt, as a pure machine: time and chance are arguments. */

import { requireInteger, requireKnown } from '@sanssocket/codec/options';

/** Options of a {@link Backoff}. */
export interface BackoffOptions {
  /** The longest wait before the first attempt after a loss, in milliseconds; 500 by default. */
  readonly firstMs?: number | undefined;
  /** The longest wait at all; 30,000 by default. */
  readonly maxMs?: number | undefined;
  /** A connection that has been open for so long was a good one: the waits begin anew. 10,000 by default. */
  readonly stableMs?: number | undefined;
}

const OPTIONS: readonly (keyof BackoffOptions)[] = ['firstMs', 'maxMs', 'stableMs'];

/**
 * Waits that double with each attempt that failed, each of them between half and all of its length by
 * chance: clients that were lost together do not come back together.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Backoff } from 'sanssocket';
 *
 * const backoff = new Backoff({ firstMs: 100, maxMs: 300 });
 * const waits = [1, 2, 3, 4].map(() => backoff.next(1));
 * assert.deepEqual(waits, [100, 200, 300, 300]);
 * backoff.opened(0);
 * backoff.lost(60_000);
 * assert.equal(backoff.next(0), 50);
 * ```
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #stableMs: number;
  #waitMs: number;
  #openedAt = Number.POSITIVE_INFINITY;

  /** @throws RangeError for a time that is not a positive integer, TypeError for another option */
  constructor(options: BackoffOptions = {}) {
    requireKnown(options, OPTIONS);
    const { firstMs = 500, maxMs = 30_000, stableMs = 10_000 } = options;
    this.#firstMs = requireInteger('firstMs', firstMs, 1, Number.MAX_SAFE_INTEGER);
    this.#maxMs = requireInteger('maxMs', maxMs, firstMs, Number.MAX_SAFE_INTEGER);
    this.#stableMs = requireInteger('stableMs', stableMs, 0, Number.MAX_SAFE_INTEGER);
    this.#waitMs = this.#firstMs;
  }

  /**
   * The wait before the next attempt.
   *
   * @param chance - from 0 to 1
   * @returns milliseconds
   */
  next(chance: number): number {
    const wait = this.#waitMs;
    this.#waitMs = Math.min(2 * wait, this.#maxMs);
    return Math.round(wait / 2 + (wait / 2) * chance);
  }

  /** A connection is open. */
  opened(now: number): void {
    this.#openedAt = now;
  }

  /** It was lost. */
  lost(now: number): void {
    if (now - this.#openedAt >= this.#stableMs) this.#waitMs = this.#firstMs;
    this.#openedAt = Number.POSITIVE_INFINITY;
  }
}
