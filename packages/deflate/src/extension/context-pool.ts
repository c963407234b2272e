/**
 * Compressors and decompressors without takeover hold nothing between messages, so connections share them: each is lent for
 * one message. A thousand idle connections then have one, or none.
 */
import type { DeflateContext } from '../deflate/engine.js';

/** How many wait to be lent again; more are in use only while asynchronous engines or fragmented messages keep them. */
const MAX_IDLE = 4;

/** Lends contexts of one kind. */
export class ContextPool<Context extends DeflateContext> {
  readonly #create: () => Context;
  readonly #idle: Context[] = [];
  #users = 0;

  constructor(create: () => Context) {
    this.#create = create;
  }

  /** A connection begins to use the pool. */
  join(): void {
    this.#users++;
  }

  /** A connection has ended; with the last one the memory goes back. */
  leave(): void {
    if (--this.#users === 0) for (const context of this.#idle.splice(0)) context.close();
  }

  /** Lends one; give it back with {@link ContextPool.giveBack}, or close it. */
  take(): Context {
    return this.#idle.pop() ?? this.#create();
  }

  giveBack(context: Context): void {
    if (this.#users === 0 || this.#idle.length >= MAX_IDLE) {
      context.close();
    } else {
      context.reset();
      this.#idle.push(context);
    }
  }
}
