/** The carrier of the bytes as a {@link ConnectionDriver} needs it: six methods, and no more. */

/**
 * A two-way stream of bytes: a TCP or TLS socket, a pair of web streams, a message port. A driver
 * calls these methods; the transport calls the driver's: `receive`, `receiveEof`, `written` or
 * `writable`, `wake`, `transportClosed`. Both may do so from inside of each other.
 *
 * Reading begins by itself. After {@link Transport.destroy}, or after the transport has called
 * `transportClosed`, none of these methods is called any more, but {@link Transport.wakeAt} once,
 * with Infinity.
 */
export interface Transport {
  /**
   * Writes chunks, in order, as one batch. Not called again before the whole batch is through.
   *
   * There are two kinds of transports. One that *holds* chunks returns 0 while bytes wait in it,
   * and calls `ConnectionDriver.written` when none do. One that *takes as many bytes as fit* (Bun's
   * sockets) returns how many these were, and calls `ConnectionDriver.writable` when more fit: it
   * is then offered the rest.
   *
   * @param chunks - at least one, none empty; not to be changed
   * @param last - whether nothing follows. {@link Transport.end} is called once they are through;
   * where the end can go with the last bytes, as a flag of their frame (HTTP/2's END_STREAM), a
   * transport may end by itself right behind them
   * @returns how many of the bytes are through. All of them: the next batch may follow at once
   */
  write(chunks: readonly Uint8Array[], last?: boolean): number;
  /**
   * Stops reading: the peer feels it as back-pressure. A chunk that comes all the same is taken.
   */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /**
   * Ends this side, behind everything that was written; the peer may still send (RFC 6455 7.1.1).
   * Called once at most.
   */
  end(): void;
  /** Gives up both sides now, and all that waits. Called once at most. */
  destroy(): void;
  /**
   * Asks for a call of `ConnectionDriver.wake`, in place of the one asked for before. It may come
   * late, not early.
   *
   * @param time - by the clock of the `now` that the driver is given. Infinity: never; a time gone
   * by: soon, after this call has returned
   */
  wakeAt(time: number): void;
  /**
   * Whether nobody holds a chunk any more once it is through, as the operating system has a copy:
   * its memory then serves for the next output. Not so where chunks are passed on as they are:
   * streams in the same program, HTTP/2, sockets of tools that intercept requests. False by
   * default, and right wherever it is not certain.
   */
  readonly copies?: boolean;
  /**
   * Whether nobody else uses a chunk that the driver is given: it has been read into memory of its
   * own. It is unmasked where it stands then, and a message that is at least a quarter of it may be
   * a view of it. False by default, and right wherever it is not certain.
   */
  readonly transfers?: boolean;
}

/**
 * The receiver of a transport's calls: the `ConnectionDriver` of a connection, and before it, if it has one, the
 * machine of the opening handshake. `now` is the clock in milliseconds.
 */
export interface TransportReceiver {
  /** Bytes were read. */
  receive(bytes: Uint8Array, now: number): void;
  /** The peer has ended its side. */
  receiveEof(now: number): void;
  /** All of a batch is through that was held back. */
  written(now: number): void;
  /** More of a batch fits that was not taken whole. */
  writable(now: number): void;
  /** The time has come that `Transport.wakeAt` asked for. */
  wake(now: number): void;
  /** Both sides have ended, or the transport has failed. */
  transportClosed(error?: unknown): void;
}

/**
 * A transport of an adapter. Its receiver may be exchanged at any time but while a batch is not
 * through: from then on the new one is called.
 */
export interface ReceivedTransport extends Transport {
  receiver: TransportReceiver;
}

/** Makes the receiver of a transport that an adapter has made. */
export type ReceiverOf = (transport: ReceivedTransport) => TransportReceiver;

// Time for adapters: the one clock, and a timer for each connection.

/** The longest delay of `setTimeout`; with a longer one it rings at once. */
const MAX_DELAY_MS = 0x7fff_ffff;

/**
 * The clock of all adapters, in milliseconds; it does not run backwards. Whole ones, as V8 keeps a
 * number with a fraction in an object of its own: 16 bytes for each time that a driver remembers. For
 * machines that share a transport with a driver: their times are by the same clock.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { now } from '@sanssocket/codec/driver';
 *
 * const before = now();
 * assert(Number.isInteger(before) && now() >= before);
 * ```
 */
export function now(): number {
  return Math.floor(performance.now());
}

/**
 * A transport over the runtime's `setTimeout`. One timer for all connections would save 200 bytes of
 * each, but ring in the async context of one of them (Node's `AsyncLocalStorage`): handlers would
 * run as somebody else's.
 */
export abstract class WakingTransport {
  abstract receiver: TransportReceiver;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** As `Transport.wakeAt`. */
  wakeAt(time: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (time === Number.POSITIVE_INFINITY) return;
    // Rounded up: a timer may ring within the millisecond before.
    const delay = Math.min(Math.max(0, Math.ceil(time - now())), MAX_DELAY_MS);
    this.#timer = setTimeout(wake, delay, this);
  }
}

/** One function for all: a closure takes 100 bytes a connection. Too early is nothing to a receiver. */
function wake({ receiver }: WakingTransport): void {
  receiver.wake(now());
}
