/**
 * Messages compressed and back, on one connection (RFC 7692 7.2).
 *
 * A compressed message is its payload deflated, flushed to a byte's end with an empty stored block,
 * without that block's last four bytes 00 00 ff ff (7.2.1). RSV1 on its first frame tells it from a
 * plain one (6, 7.2.3); the codec sets and checks that bit, and keeps control frames out. In order:
 * contexts, which are compressors and decompressors, lent or owned; then the messages.
 */

import type { Decoded, Encoded, FragmentInfo, MessageExtension, MessageOpcode } from '@sanssocket/codec';
import { inWords, isBytes, usageError } from '@sanssocket/codec/options';
import { copyOf, EMPTY } from '../inflate/bytes.js';
import type { DeflateContext, Deflater, Inflated, Inflater } from '../inflate/engine.js';

// --- Contexts: compressors and decompressors, lent or owned ---

/**
 * How many wait to be lent again; more are in use only while asynchronous engines or fragmented
 * messages keep them.
 */
const MAX_IDLE = 4;

/**
 * Lends contexts of one kind. Those without takeover hold nothing between messages, so connections
 * share them: each is lent for one message. A thousand idle connections then have one, or none.
 */
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

/**
 * The source of one direction's context on one connection: its own for good (takeover), or lent for
 * each message.
 *
 * ```
 *   idle ── take ──> in use ── done ──> idle     own: the context stays; lent: it goes back
 *                      └────── drop ──> idle     the context is closed, after a fault or a throw
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

  /** The message failed, and left the context in an unknown state. */
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

/** The result of inflating the four bytes that are left out. */
const TAIL_BYTES = 4;

/** 7.2.3.6: an empty message is the header of an empty stored block. */
const EMPTY_BLOCK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0);

/** Chooses whether a message is compressed. */
export type ShouldCompress = (payload: Uint8Array, opcode: MessageOpcode) => boolean;

/** How one connection compresses. */
export interface MessageRules {
  /**
   * From how many bytes on an unfragmented message is compressed; Infinity if the engine cannot
   * stay in the agreed window.
   */
  readonly threshold: number;
  readonly shouldCompress: ShouldCompress | undefined;
  /** Whether this side's window is forgotten after each message. */
  readonly forgets: boolean;
  /**
   * Prepared messages compressed before, of all connections with the same parameters; null with
   * takeover.
   */
  readonly prepared: WeakMap<object, PreparedPayload> | null;
}

/** A prepared message compressed for the first connection; undefined if it was not worth it. */
type PreparedPayload = Encoded | PromiseLike<Encoded>;

/** permessage-deflate as agreed for one connection. */
export class DeflateMessages implements MessageExtension {
  /** RSV1 (RFC 7692 6). */
  readonly rsv = 0x40;
  /** Where nothing is remembered between messages, and nobody is asked. */
  readonly sharedEncodingKey: object | undefined;
  readonly #rules: MessageRules;
  readonly #deflaters: Lender<Deflater>;
  readonly #inflaters: Lender<Inflater>;
  #closed = false;

  constructor(rules: MessageRules, deflaters: Lender<Deflater>, inflaters: Lender<Inflater>) {
    this.#rules = rules;
    this.sharedEncodingKey = rules.shouldCompress === undefined ? (rules.prepared ?? undefined) : undefined;
    this.#deflaters = deflaters;
    this.#inflaters = inflaters;
  }

  encode(piece: Uint8Array, position: FragmentInfo): Encoded | PromiseLike<Encoded> {
    const { first, last, prepared, compress } = position;
    const { threshold, shouldCompress } = this.#rules;
    if (first) {
      // An engine that cannot stay in the agreed window compresses nothing, even if asked to.
      if (compress === false || threshold === Number.POSITIVE_INFINITY) return undefined;
      // How long a fragmented message will be is not known.
      if (compress === undefined && last && piece.length < threshold) return undefined;
      if (compress === undefined && shouldCompress?.(piece, position.opcode) === false) return undefined;
      const cache = this.#rules.prepared;
      if (prepared?.payload === piece && cache !== null) {
        return this.#encodePrepared(piece, position, prepared, cache);
      }
    }
    return this.#deflate(piece, position);
  }

  #encodePrepared(
    piece: Uint8Array,
    position: FragmentInfo,
    message: object,
    cache: WeakMap<object, PreparedPayload>,
  ): Encoded | PromiseLike<Encoded> {
    if (cache.has(message)) {
      const encoded = cache.get(message);
      if (!isPromise(encoded)) return encoded;
      // Another connection's compressor is at work on it, and the end of that connection must not
      // matter to this one.
      return encoded.then(undefined, (error) => {
        if (this.#closed) throw error;
        return this.#deflate(piece, position);
      });
    }
    const encoded = this.#deflate(piece, position);
    if (!isPromise(encoded)) return this.#keep(message, encoded, cache);
    const kept = encoded.then((result) => this.#keep(message, result, cache));
    cache.set(message, kept);
    kept.then(undefined, () => cache.delete(message));
    return kept;
  }

  /**
   * Kept for long, so as a copy: an engine's array may be a view that holds on to its neighbours.
   */
  #keep(message: object, encoded: Encoded, cache: WeakMap<object, PreparedPayload>): Encoded {
    const kept = encoded && copyOf(encoded);
    cache.set(message, kept);
    return kept;
  }

  #deflate(piece: Uint8Array, position: FragmentInfo): Encoded | PromiseLike<Encoded> {
    const { last } = position;
    if (piece.length === 0) {
      // The piece before ended with a whole block, so this is a block of its own.
      if (last) this.#deflaters.done();
      return last ? EMPTY_BLOCK : EMPTY;
    }
    const deflater = this.#deflaters.take();
    let deflated: Uint8Array | PromiseLike<Uint8Array>;
    try {
      deflated = deflater.deflate(piece);
    } catch (error) {
      throw this.#failed(error);
    }
    if (!isPromise(deflated)) return this.#deflated(deflated, piece, position);
    return deflated.then(
      (result) => this.#deflated(result, piece, position),
      (error) => {
        throw this.#failed(error);
      },
    );
  }

  /**
   * Nothing is sent, but the compressor's window may have the piece or a part of it. The next one
   * has none, so it refers to nothing that the peer has not got, and the piece may be sent again.
   */
  #failed(error: unknown): unknown {
    this.#deflaters.drop();
    return error;
  }

  #deflated(deflated: Uint8Array, piece: Uint8Array, { first, last }: FragmentInfo): Encoded {
    if (!isFlushed(deflated)) throw this.#failed(notFlushed(deflated));
    // 7.2.1: the four bytes go from the end of the message only; in between they stay.
    if (!last) return deflated;
    this.#deflaters.done();
    const length = deflated.length - TAIL_BYTES;
    // 6.1: a message may be sent as it is. Not with takeover: its bytes are in the window already.
    if (first && this.#rules.forgets && length >= piece.length) return undefined;
    return deflated.subarray(0, length);
  }

  decode(message: Uint8Array, _opcode: MessageOpcode, maxBytes: number): Decoded | PromiseLike<Decoded> {
    // Not even the one byte of 7.2.3.6: with the four behind it, it would be half a block. Peers
    // that leave the byte out mean an empty message.
    if (message.length === 0) return EMPTY;
    const inflated = this.#inflaters.take().inflate(message, maxBytes);
    return isPromise(inflated) ? inflated.then((result) => this.#inflated(result)) : this.#inflated(inflated);
  }

  #inflated(inflated: Inflated): Decoded {
    // The codec rejects results that are neither a message nor a fault.
    if (isBytes(inflated)) this.#inflaters.done();
    else this.#inflaters.drop();
    return inflated;
  }

  close(): void {
    this.#closed = true;
    this.#deflaters.close();
    this.#inflaters.close();
  }
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { readonly then?: unknown } | undefined)?.then === 'function';
}

/**
 * Whether bytes end as a flush does: without these four, which are left out, no peer could read
 * them (7.2.1).
 */
function isFlushed(deflated: Uint8Array): boolean {
  if (!isBytes(deflated)) return false;
  const at = deflated.length - TAIL_BYTES;
  const zeros = deflated[at] === 0 && deflated[at + 1] === 0;
  return zeros && deflated[at + 2] === 0xff && deflated[at + 3] === 0xff;
}

function notFlushed(deflated: unknown): Error {
  const got = isBytes(deflated) ? 'other bytes' : inWords(deflated);
  const wanted = 'an engine has to give DEFLATE that ends with 00 00 ff ff';
  return usageError(TypeError, 'OPTION_INVALID', `${wanted}, not ${got}`);
}
