/** Where one direction of one connection has its context from: its own for good (takeover), or lent for each message. */

import type { DeflateContext } from '../deflate/engine.js';
import type { ContextPool } from './context-pool.js';

/**
 * ```
 *   idle ── take ──> in use ── done ──> idle     own: the context stays; lent: it goes back
 *                      └────── drop ──> idle     the context is closed, after a fault or when it threw
 *   any ── close ──> closed                      in use: closed once it is done
 * ```
 */
export class Lender<Context extends DeflateContext> {
  readonly #create: (() => Context) | null;
  readonly #pool: ContextPool<Context> | null;
  #context: Context | null = null;
  #joined = false;

  /** @param source - a pool to be lent from, or how to make one's own */
  constructor(source: ContextPool<Context> | (() => Context)) {
    this.#create = typeof source === 'function' ? source : null;
    this.#pool = typeof source === 'function' ? null : source;
  }

  /** The context: the one in use, the own, or one just made or lent. */
  take(): Context {
    if (this.#context !== null) return this.#context;
    if (this.#pool === null) {
      this.#context = this.#create!();
    } else {
      if (!this.#joined) this.#pool.join();
      this.#joined = true;
      this.#context = this.#pool.take();
    }
    return this.#context;
  }

  /** The message is done. */
  done(): void {
    const context = this.#context;
    if (this.#pool === null || context === null) return;
    this.#context = null;
    this.#pool.giveBack(context);
  }

  /** The message failed: what the context is worth now, nobody knows. */
  drop(): void {
    const context = this.#context;
    this.#context = null;
    context?.close();
  }

  close(): void {
    this.drop();
    if (this.#joined) this.#pool!.leave();
    this.#joined = false;
  }
}
