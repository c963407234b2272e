/**
 * A driver of one connection: everything between a `Connection` and a transport, as a machine of
 * its own. No I/O, no timer, no clock: the transport does the one, and the others come as an
 * argument. The methods that callers see are here; `loop` is what they set going, with its states.
 *
 * Back-pressure, both ways: a peer that does not read the answers to its own messages is not read
 * from (`Reading`). Messages that the application sends by itself are its own affair up to a limit;
 * `needDrain` and `onDrain` tell it when to wait.
 */

import type { SendOptions } from '../connection/config.js';
import type { Connection } from '../connection/connection.js';
import type { PreparedMessage } from '../connection/prepared-message.js';
import type { Slice } from '../memory/bytes.js';
import { POLICY_VIOLATION } from '../wire/close.js';
import { requireBytes, requireMethods } from '../wire/errors.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import type { Keepalive } from './keepalive.js';
import { DriverLoop } from './loop.js';
import { DriverConfig, type DriverOptions } from './options.js';
import type { Transport, TransportReceiver } from './transport.js';

export { DriverConfig, type DriverOptions } from './options.js';
export {
  now,
  type ReceivedTransport,
  type ReceiverOf,
  type Transport,
  type TransportReceiver,
} from './transport.js';

/** The methods of a transport. */
const TRANSPORT_METHODS = ['write', 'pause', 'resume', 'end', 'destroy', 'wakeAt'] as const;

/**
 * Runs a connection over a transport until both have ended, whatever the peer does or leaves
 * undone.
 *
 * An application gives the connection its handlers, and sends by the methods of this class, which
 * also write. After other calls to the connection (`textWriter`, `pong`) it calls
 * {@link ConnectionDriver.flush}.
 *
 * An exception of the connection's handlers, or a rejection of their promises, never passes through
 * a call of the driver's: it goes to the handlers' `error`, or is uncaught without one, and the
 * connection is failed with 1011. One client's misfortune is nobody else's, and nobody is left
 * waiting. Calls to {@link ConnectionDriver.connection} itself throw as they do without a driver.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { ConnectionDriver, type Transport } from '@sanssocket/codec/driver';
 *
 * const written: Uint8Array[] = [];
 * const transport: Transport = {
 *   write(chunks) {
 *     written.push(...chunks);
 *     return chunks.reduce((bytes, { length }) => bytes + length, 0); // all of them
 *   },
 *   pause() {}, resume() {}, end() {}, destroy() {}, wakeAt() {},
 * };
 * const connection = new Connection({ role: 'server' }, {
 *   text: (text) => driver.sendText(text.toUpperCase()),
 * });
 * const driver: ConnectionDriver = new ConnectionDriver(connection, transport, {}, 0);
 * driver.receive(Uint8Array.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69), 10);
 * assert.deepEqual([...written[0]!], [0x81, 2, 0x48, 0x49]);
 * ```
 */
export class ConnectionDriver implements TransportReceiver {
  /** The connection that is driven. Never give it input, nor take its output. */
  get connection(): Connection {
    return this.#loop.connection;
  }
  /**
   * When the peer is pinged and given up. The driver tells it of bytes and of the closing; with
   * `idleTimeoutMs` the application calls its `active(now)` at each message that counts.
   */
  get keepalive(): Keepalive {
    return this.#loop.watch;
  }
  /**
   * Called when {@link ConnectionDriver.needDrain} has been true, and half of `highWaterMark` or
   * less wait again; also when the transport is gone, as nothing waits then:
   * `closed` tells, and methods that send return false.
   */
  onDrain: (() => void) | undefined;
  /**
   * Called once, when the transport is gone; last, behind `onDrain`. The connection's handlers have
   * heard `close` by then, unless it is paused.
   */
  onClose: (() => void) | undefined;
  readonly #loop: DriverLoop;

  /**
   * @param connection - with handlers of the application's; of its own, no other driver's
   * @param transport - behind the opening handshake
   * @param config - limits and times; to be shared by many drivers, make a {@link DriverConfig}
   * @param now - the clock, in milliseconds, that does not run backwards (`performance.now()`)
   * @throws TypeError or RangeError for options that make no sense, TypeError for a connection or a
   * transport that is none (`OPTION_INVALID`), RangeError if `now` is not a finite number
   */
  constructor(
    connection: Connection,
    transport: Transport,
    config: DriverOptions | DriverConfig,
    now: number,
  ) {
    requireMethods('a connection', connection, ['receive', 'dataToSend']);
    requireMethods('a transport', transport, TRANSPORT_METHODS);
    const limits = config instanceof DriverConfig ? config : new DriverConfig(config);
    this.#loop = new DriverLoop(connection, transport, limits, now, this);
  }

  // For the transport.

  /**
   * Takes the bytes that the transport has read, in chunks of any size. Those that followed the
   * opening handshake come first.
   *
   * @param bytes - as for `Connection.receive`
   * @param now - the clock
   * @throws TypeError for anything but a Uint8Array, RangeError if `now` is not a finite number,
   * Error when called by a handler
   */
  receive(bytes: Uint8Array, now: number): void {
    requireBytes(bytes, 'a chunk');
    this.#loop.receive(bytes, now);
  }

  /**
   * Tells that the peer has ended its side: nothing more will be read. Throws RangeError if `now`
   * is not a finite number.
   */
  receiveEof(now: number): void {
    this.#loop.receiveEof(now);
  }

  /**
   * Tells that all of a batch is through that was held back. Throws RangeError if `now` is not a
   * finite number.
   */
  written(now: number): void {
    this.#loop.progress(now, () => this.#loop.written());
  }

  /**
   * Tells that the transport takes more of the batch it did not take all of. Throws RangeError if
   * `now` is not a finite number.
   */
  writable(now: number): void {
    this.#loop.progress(now, () => this.#loop.offerAgain());
  }

  /**
   * Tells that the transport is gone: both sides have ended, or it has failed. Nothing is called on
   * it any more.
   *
   * @param error - why, if it failed; see {@link ConnectionDriver.transportError}
   */
  transportClosed(error?: unknown): void {
    this.#loop.leave('closed', error);
  }

  /**
   * The time has come that the transport was asked to wake the driver at. Throws RangeError if
   * `now` is not a finite number.
   */
  wake(now: number): void {
    this.#loop.wake(now);
  }

  // For the application.

  /**
   * As `Connection.sendText`. It is written together with all else that is sent in one go: behind
   * the call of the handler that sends it, or else as a microtask; {@link ConnectionDriver.flush}
   * writes it at once.
   *
   * @returns false too if more than `backpressureLimit` wait: nothing was sent then, see
   * `closeOnBackpressureLimit`
   */
  sendText(text: string | Uint8Array, options?: SendOptions): boolean {
    return this.mayBegin() && this.connection.sendText(text, options) && this.#loop.sent();
  }

  /** As `Connection.sendBinary`; see {@link ConnectionDriver.sendText}. */
  sendBinary(bytes: Uint8Array, options?: SendOptions): boolean {
    return this.mayBegin() && this.connection.sendBinary(bytes, options) && this.#loop.sent();
  }

  /** As `Connection.sendSlice`; see {@link ConnectionDriver.sendText}. */
  sendSlice(opcode: MessageOpcode, range: Slice, options?: SendOptions): boolean {
    return this.mayBegin() && this.connection.sendSlice(opcode, range, options) && this.#loop.sent();
  }

  /** As `Connection.sendZeroCopy`; see {@link ConnectionDriver.sendText}. */
  sendZeroCopy(opcode: MessageOpcode, bytes: Uint8Array, options?: SendOptions): boolean {
    return this.mayBegin() && this.connection.sendZeroCopy(opcode, bytes, options) && this.#loop.sent();
  }

  /** As `Connection.sendPrepared`; see {@link ConnectionDriver.sendText}. */
  sendPrepared(message: PreparedMessage): boolean {
    return this.mayBegin() && this.connection.sendPrepared(message) && this.#loop.sent();
  }

  /** As `Connection.ping`, and written. */
  ping(payload?: Uint8Array): boolean {
    return this.connection.ping(payload) && this.#loop.sent();
  }

  /** As `Connection.close`, and written. From now on `closeTimeoutMs` runs. */
  close(code?: number, reason?: string): boolean {
    return this.ends(() => this.connection.close(code, reason));
  }

  /** As `Connection.fail`, and written, if the peer reads that far; then the transport is ended. */
  fail(code?: number, reason?: string): void {
    this.ends(() => {
      this.connection.fail(code, reason);
      return true;
    });
  }

  /**
   * Writes the output that calls to {@link ConnectionDriver.connection} have made. Inside of a
   * handler it only counts as answers, as with the methods that send: it is written when the call
   * has returned.
   */
  flush(): void {
    this.#loop.flush();
  }

  /**
   * Calls back once, when everything that has been sent until now has left: it is with the operating
   * system, or wherever the transport takes it to. Never from inside of this call, and in the order
   * of the calls.
   *
   * @param callback - gets false if the transport is gone, and the output may not have left
   */
  whenWritten(callback: (written: boolean) => void): void {
    this.#loop.whenWritten(callback);
  }

  /**
   * Reads no more behind the current event, at that very byte: neither the connection nor the
   * transport. Until {@link ConnectionDriver.resume} a silent peer is not given up.
   */
  pause(): void {
    const loop = this.#loop;
    loop.pauseReading();
    if (!loop.active) loop.run(false);
  }

  /** Reads again. Not from inside of the handlers do events follow at once. */
  resume(): void {
    const loop = this.#loop;
    if (!loop.paused) return;
    loop.resumeReading();
    if (loop.active) return;
    if (loop.closed) loop.readLast();
    else loop.run(false);
  }

  /**
   * How many bytes wait: in the connection, and in a batch that is not through. None do once the
   * transport is gone.
   */
  get bufferedAmount(): number {
    return this.#loop.bufferedAmount;
  }

  /**
   * Whether more than `highWaterMark` wait: messages that are not urgent had better wait for
   * {@link ConnectionDriver.onDrain}.
   */
  get needDrain(): boolean {
    return this.#loop.needDrain;
  }

  /** Whether the transport is gone: nothing is called on it any more. */
  get closed(): boolean {
    return this.#loop.closed;
  }

  /** The error that the transport failed with; undefined if it did not. */
  get transportError(): unknown {
    return this.#loop.transportError;
  }

  /**
   * How many bytes of output waited when the transport went, and were given up: 0 before that. What
   * has left was not certainly read.
   */
  get unsentBytes(): number {
    return this.#loop.unsentBytes;
  }

  // For subclasses.

  /** Calls {@link ConnectionDriver.onDrain}, and gives its promise; a class that is a driver may do more. */
  tellDrained(): unknown {
    return this.onDrain?.();
  }

  /** Calls {@link ConnectionDriver.onClose}, and gives its promise; a class that is a driver may do more. */
  tellGone(): unknown {
    return this.onClose?.();
  }

  // Sending.

  /** Whether there is room for a message; one alone always has. */
  private mayBegin(): boolean {
    if (this.closed) return false;
    const { backpressureLimit, closeOnBackpressureLimit } = this.#loop.config;
    // One that has sent its Close sends nothing anyway.
    if (this.bufferedAmount <= backpressureLimit || !this.connection.sends) return true;
    if (closeOnBackpressureLimit) {
      this.#loop.fail(POLICY_VIOLATION, 'more waits to be read than is held');
      if (!this.#loop.active) this.#loop.run(false);
    }
    return false;
  }

  /**
   * Makes a call that may end the connection, and writes. Exceptions of handlers at the end are not
   * for the caller: only a fault of the call itself, which changes nothing, is thrown.
   */
  private ends(call: () => boolean): boolean {
    const { state } = this.connection;
    try {
      return call();
    } catch (error) {
      if (this.connection.state === state) throw error;
      this.connection.input.report(error);
      return true;
    } finally {
      this.flush();
    }
  }
}
