/**
 * The DEFLATE that a connection compresses with (RFC 1951), injected: the duties of an engine, and
 * the limits that it may state.
 *
 * An engine knows nothing of frames. It turns a message's payload into a compressed one and back,
 * over a sliding window that it keeps from message to message until told to forget it (RFC 7692
 * 7.2.3.2, "context takeover").
 */

/** Options of an engine without any: every name is rejected. */
export type NoOptions = Readonly<Record<string, never>>;

/** A compressor or a decompressor: some memory, to be given back. */
export interface DeflateContext {
  /**
   * Forgets the window: the next message is the first one. Not called while a promise is pending.
   */
  reset(): void;
  /**
   * Gives the memory back, once; nothing is called after. May come while a promise is pending: that
   * is then rejected, or fulfilled as it would have been, as it may be a prepared message that
   * other connections wait for.
   */
  close(): void;
}

/** A compressor for one direction of one connection, or of many one after the other. */
export interface Deflater extends DeflateContext {
  /**
   * Compresses one piece of a message and flushes it, so that the peer can inflate all of it. If it
   * throws or rejects, nothing is sent and it is closed.
   *
   * @param piece - never empty; not to be changed, nor kept once the answer is there; perhaps
   * Node's `Buffer`
   * @returns DEFLATE blocks that end at a byte with an empty stored block: their last four bytes
   * are 00 00 ff ff (RFC 7692 7.2.1); not to be written to again. Anything else counts as a throw
   */
  deflate(piece: Uint8Array): Uint8Array | PromiseLike<Uint8Array>;
}

/**
 * Why a message could not be inflated: the payload is not DEFLATE or ends inside a block; or it is
 * longer than allowed.
 */
export type InflateFault = 'EXTENSION_DATA' | 'MESSAGE_TOO_LARGE';

/** A decompressor for one direction of one connection, or of many one after the other. */
export interface Inflater extends DeflateContext {
  /**
   * Inflates one message. Where a block has BFINAL set the stream ends, and another one over the
   * same window follows (RFC 7692 7.2.3.4). With the bytes 00 00 ff ff behind it, the payload has
   * to end with a whole block; anything else is a fault, never a shortened message. After a fault
   * the inflater is closed.
   *
   * @param payload - as it came (RFC 7692 7.2.2), without the four bytes; never empty; the
   * inflater's to keep
   * @param maxBytes - an output of this many bytes is fine; of more it is `'MESSAGE_TOO_LARGE'`,
   * found without holding more than this and a constant
   * @returns the message in an array of its own, or the fault
   */
  inflate(payload: Uint8Array, maxBytes: number): Inflated | PromiseLike<Inflated>;
}

/** The result of {@link Inflater.inflate}. */
export type Inflated = Uint8Array | InflateFault;

/** The purpose of a {@link Deflater}. */
export interface DeflaterOptions {
  /** Base-two logarithm of the window: from the engine's `minWindowBits` to 15. */
  readonly windowBits: number;
  /** 0 (none) to 9 (best); undefined for the engine's own choice. */
  readonly level: number | undefined;
  /** 1 (least) to 9; undefined for the engine's own choice. An engine may ignore it. */
  readonly memoryLevel: number | undefined;
  /**
   * Whether the window is to be kept from message to message; if not, `reset` is called after each.
   */
  readonly takeover: boolean;
}

/** The purpose of an {@link Inflater}. */
export interface InflaterOptions {
  /** Base-two logarithm of the peer's window, 8 to 15. A larger one does no harm. */
  readonly windowBits: number;
  /** As for a deflater. */
  readonly takeover: boolean;
}

/**
 * A DEFLATE implementation. The negotiation rejects everything that it cannot do.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { DeflateEngine } from '@sanssocket/deflate';
 * import { nodeZlib } from '@sanssocket/deflate/node-zlib';
 *
 * const engine: DeflateEngine = nodeZlib();
 * const deflater = engine.createDeflater({
 *   windowBits: 15,
 *   level: undefined,
 *   memoryLevel: undefined,
 *   takeover: true,
 * });
 * const compressed = await deflater.deflate(new TextEncoder().encode('Hello'));
 * // RFC 7692 7.2.3.1, and the four bytes that are not sent
 * assert.deepEqual([...compressed], [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff]);
 * deflater.close();
 * ```
 */
export interface DeflateEngine {
  /**
   * The smallest window the deflater can be told to stay in, 8 to 15: zlib's is 9, 15 if it cannot
   * be told at all. Smaller ones are rejected, or, where a server insists, nothing is compressed.
   */
  readonly minWindowBits: number;
  /** Whether a deflater can keep its window from message to message. */
  readonly deflateTakeover: boolean;
  /** Whether an inflater can. If not, the peer is asked to forget its own after each message. */
  readonly inflateTakeover: boolean;
  /** Makes a compressor; called when the first message is to be compressed. */
  createDeflater(options: DeflaterOptions): Deflater;
  /** Makes a decompressor; called when the first compressed message has come. */
  createInflater(options: InflaterOptions): Inflater;
}
