/**
 * A driver of one connection: everything between a `Connection` and a transport, as a machine of
 * its own. No I/O, no timer, no clock: the transport does the one, and the others come as an
 * argument.
 *
 * ```
 * running -- end -------> ending
 * running -- closed ----> gone
 * running -- destroy ---> gone
 * ending  -- closed ----> gone
 * ending  -- destroy ---> gone
 * ```
 *
 * - end: the connection has ended, and all is written: the transport is told to end. Input that
 *   still comes is read and dropped.
 * - closed: the transport is gone by itself.
 * - destroy: no Pong, a closing that took too long, a transport that failed.
 *
 * Back-pressure, both ways: a peer that does not read the answers to its own messages is not read
 * from (`Reading`). Messages that the application sends by itself are its own affair up to a limit;
 * `needDrain` and `onDrain` tell it when to wait.
 */

import type { SendOptions } from '../connection/config.js';
import type { Connection } from '../connection/connection.js';
import { onRejection } from '../connection/handlers.js';
import type { PreparedMessage } from '../connection/prepared-message.js';
import type { Slice } from '../memory/bytes.js';
import { ABNORMAL_CLOSURE, GOING_AWAY, INTERNAL_ERROR, POLICY_VIOLATION } from '../wire/close.js';
import { requireBytes, requireMethods } from '../wire/errors.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import type { Keepalive } from './keepalive.js';
import { DriverConfig, type DriverOptions } from './options.js';
import { OutputBatches } from './output-batches.js';
import { PeerWatch } from './peer-watch.js';
import { Reading } from './reading.js';
import type { Transport } from './transport.js';

export { DriverConfig, type DriverOptions } from './options.js';
export type { Transport } from './transport.js';

type State = 'running' | 'ending' | 'gone';

type Event = 'end' | 'closed' | 'destroy';

/**
 * The next state, by state and event; no other transition is made.
 *
 * @internal
 */
export const DRIVER_TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Event, State>>>>> = {
  running: { end: 'ending', closed: 'gone', destroy: 'gone' },
  ending: { closed: 'gone', destroy: 'gone' },
  gone: {},
};

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
export class ConnectionDriver {
  /** The connection that is driven. Never give it input, nor take its output. */
  readonly connection: Connection;
  /**
   * When the peer is pinged and given up. The driver tells it of bytes and of the closing; with
   * `idleTimeoutMs` the application calls its `active(now)` at each message that counts.
   */
  get keepalive(): Keepalive {
    return this.#watch.keepalive;
  }
  /**
   * Called when {@link ConnectionDriver.needDrain} has been true, and half of `highWaterMark` or
   * less wait again; also when the transport is gone, as nothing waits then: {@link
   * ConnectionDriver.closed} tells, and methods that send return false.
   */
  onDrain: (() => void) | undefined;
  /**
   * Called once, when the transport is gone; last, behind `onDrain`. The connection's handlers have
   * heard `close` by then, unless it is paused.
   */
  onClose: (() => void) | undefined;
  readonly #transport: Transport;
  readonly #config: DriverConfig;
  readonly #output: OutputBatches;
  readonly #reading: Reading;
  readonly #watch: PeerWatch;
  #state: State = 'running';
  #transportError: unknown;
  /** Whether the connection, and the application, know that it is gone. */
  #toldGone = false;
  /** Whether the transport is read from. */
  #reads = true;
  #inputEnded = false;
  /** Whether output is being written. */
  #running = false;
  #wasFull = false;
  /** Whether a flush will follow soon. */
  #flushing = false;

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
    this.connection = connection;
    this.#transport = transport;
    this.#config = config instanceof DriverConfig ? config : new DriverConfig(config);
    const { times, highWaterMark, minReadBytesPerSecond } = this.#config;
    this.#output = new OutputBatches(connection, transport, highWaterMark);
    this.#reading = new Reading(connection, this.#output, highWaterMark);
    this.#watch = new PeerWatch(times, minReadBytesPerSecond, this.#output, now, this);
    connection.hostedBy(this);
    this.#watch.watch();
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
    this.#watch.heard(now);
    if (this.closed || this.#inputEnded) return;
    this.#reading.begin();
    try {
      this.connection.receive(bytes, this.#transport.transfers);
    } catch (error) {
      this.#reading.threw(error);
    }
    this.#endReading();
    this.#run(true);
  }

  /**
   * Tells that the peer has ended its side: nothing more will be read. Throws RangeError if `now`
   * is not a finite number.
   */
  receiveEof(now: number): void {
    this.#watch.heard(now);
    if (this.closed || this.#inputEnded) return;
    this.#inputEnded = true;
    this.#reading.begin();
    try {
      this.connection.receiveEof();
    } catch (error) {
      this.#reading.threw(error);
    }
    this.#endReading();
    this.#run(true);
  }

  /**
   * Tells that all of a batch is through that was held back. Throws RangeError if `now` is not a
   * finite number.
   */
  written(now: number): void {
    this.#progress(now, () => this.#output.written());
  }

  /**
   * Tells that the transport takes more of the batch it did not take all of. Throws RangeError if
   * `now` is not a finite number.
   */
  writable(now: number): void {
    this.#progress(now, () => this.#output.offerAgain());
  }

  /**
   * Tells that the transport is gone: both sides have ended, or it has failed. Nothing is called on
   * it any more.
   *
   * @param error - why, if it failed; see {@link ConnectionDriver.transportError}
   */
  transportClosed(error?: unknown): void {
    this.#end('closed', error);
  }

  /**
   * The time has come that the transport was asked to wake the driver at. Throws RangeError if
   * `now` is not a finite number.
   */
  wake(now: number): void {
    this.#watch.rang(now);
    if (this.closed) return;
    this.#watch.moved(this.#reading.held);
    switch (this.#watch.check(now, this.#reading.deaf)) {
      case 'later':
        return;
      case 'ping':
        this.#guard(() => this.connection.ping(this.#watch.nextPing()));
        this.#watch.pinged(this.connection.bufferedAmount);
        break;
      case 'idle-timeout':
        this.#guard(() => this.connection.close(GOING_AWAY, 'idle'));
        // No Close could be made: nothing else would ever be due.
        if (this.connection.state === 'open') {
          this.#destroy(undefined);
          return;
        }
        break;
      case 'pong-timeout':
        this.#giveUp('no answer to a ping');
        return;
      case 'unread':
        this.#giveUp('what is sent is not read');
        return;
      case 'close-timeout':
        this.#destroy(undefined);
        return;
    }
    this.#run(true);
    this.#watch.moved(this.#reading.held);
    this.#watch.watch();
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
    return this.#mayBegin() && this.connection.sendText(text, options) && this.#sent();
  }

  /** As `Connection.sendBinary`; see {@link ConnectionDriver.sendText}. */
  sendBinary(bytes: Uint8Array, options?: SendOptions): boolean {
    return this.#mayBegin() && this.connection.sendBinary(bytes, options) && this.#sent();
  }

  /** As `Connection.sendSlice`; see {@link ConnectionDriver.sendText}. */
  sendSlice(opcode: MessageOpcode, range: Slice, options?: SendOptions): boolean {
    return this.#mayBegin() && this.connection.sendSlice(opcode, range, options) && this.#sent();
  }

  /** As `Connection.sendZeroCopy`; see {@link ConnectionDriver.sendText}. */
  sendZeroCopy(opcode: MessageOpcode, bytes: Uint8Array, options?: SendOptions): boolean {
    return this.#mayBegin() && this.connection.sendZeroCopy(opcode, bytes, options) && this.#sent();
  }

  /** As `Connection.sendPrepared`; see {@link ConnectionDriver.sendText}. */
  sendPrepared(message: PreparedMessage): boolean {
    return this.#mayBegin() && this.connection.sendPrepared(message) && this.#sent();
  }

  /** As `Connection.ping`, and written. */
  ping(payload?: Uint8Array): boolean {
    return this.connection.ping(payload) && this.#sent();
  }

  /** As `Connection.close`, and written. From now on `closeTimeoutMs` runs. */
  close(code?: number, reason?: string): boolean {
    return this.#ends(() => this.connection.close(code, reason));
  }

  /** As `Connection.fail`, and written, if the peer reads that far; then the transport is ended. */
  fail(code?: number, reason?: string): void {
    this.#ends(() => {
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
    if (this.closed) this.#discard();
    else if (this.#reading.active) this.#reading.hold();
    else this.#run(false);
  }

  /**
   * Reads no more behind the current event, at that very byte: neither the connection nor the
   * transport. Until {@link ConnectionDriver.resume} a silent peer is not given up.
   */
  pause(): void {
    this.#reading.pause();
    if (!this.#reading.active) this.#run(false);
  }

  /** Reads again. Not from inside of the handlers do events follow at once. */
  resume(): void {
    if (!this.#reading.paused) return;
    this.#reading.resume();
    if (this.#reading.active) return;
    if (this.closed) this.#readLast();
    else this.#run(false);
  }

  /**
   * How many bytes wait: in the connection, and in a batch that is not through. None do once the
   * transport is gone.
   */
  get bufferedAmount(): number {
    return this.closed ? 0 : this.connection.bufferedAmount + this.#output.bytes;
  }

  /**
   * Whether more than `highWaterMark` wait: messages that are not urgent had better wait for
   * {@link ConnectionDriver.onDrain}.
   */
  get needDrain(): boolean {
    const full = this.#isFull;
    // A caller that has seen it waits for `onDrain`.
    if (full) this.#wasFull = true;
    return full;
  }

  /** Whether the transport is gone: nothing is called on it any more. */
  get closed(): boolean {
    return this.#state === 'gone';
  }

  /** The error that the transport failed with; undefined if it did not. */
  get transportError(): unknown {
    return this.#transportError;
  }

  // Sending.

  get #isFull(): boolean {
    return this.bufferedAmount > this.#config.highWaterMark;
  }

  /** Whether there is room for a message; one alone always has. */
  #mayBegin(): boolean {
    if (this.closed) return false;
    const { backpressureLimit, closeOnBackpressureLimit } = this.#config;
    // One that has sent its Close sends nothing anyway.
    if (this.bufferedAmount <= backpressureLimit || !this.connection.sends) return true;
    if (closeOnBackpressureLimit) {
      this.#fail(POLICY_VIOLATION, 'more waits to be read than is held');
      if (!this.#reading.active) this.#run(false);
    }
    return false;
  }

  /**
   * There is nowhere to write to any more: output that waited is not held, nor are answers to the
   * last messages.
   */
  #discard(): void {
    this.#guard(() => {
      while (this.connection.dataToSend() !== undefined);
    });
  }

  #sent(): true {
    if (this.#reading.active) this.#reading.hold();
    else if (this.#isFull) this.#run(false);
    else this.#flushSoon();
    return true;
  }

  /** Messages sent together leave in one write: a broadcast of many is one for each connection. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  /** Some of the output has moved on. */
  #progress(now: number, move: () => void): void {
    this.#watch.tell(now);
    if (this.closed) return;
    try {
      move();
    } catch (error) {
      this.#destroy(error);
      return;
    }
    this.#run(true);
    this.#watch.moved(this.#reading.held);
  }

  // Reading.

  #endReading(): void {
    this.#reading.end();
    if (this.closed) this.#lastCallReturned();
  }

  /** A handler has ended the transport: that call has returned. */
  #lastCallReturned(): void {
    this.#discard();
    this.#tellGone();
  }

  /**
   * An asynchronous extension has finished, and its message is told or written.
   *
   * @internal
   */
  outside(call: () => void): void {
    // One that calls back at once does it inside of a call that reads.
    if (this.#reading.active) {
      call();
      return;
    }
    this.#reading.begin();
    call();
    this.#endReading();
    this.#run(false);
  }

  /**
   * Goes on reading input that waits in the connection, if nothing speaks against it; whether it
   * did.
   */
  #readOn(): boolean {
    if (!this.#reading.mayGoOn()) return false;
    this.#reading.goOn();
    if (this.closed) this.#lastCallReturned();
    return true;
  }

  /**
   * Input that came before the transport was gone is still told; there is nowhere to write answers
   * to.
   */
  #readLast(): void {
    while (this.#reading.held && !this.#reading.paused) this.#reading.goOn();
    this.#guard(() => this.connection.transportGone());
    this.#discard();
  }

  /** @internal */
  setAlarm(time: number): void {
    if (!this.closed) this.#call(() => this.#transport.wakeAt(time));
  }

  /** @internal */
  ponged(bytes: Uint8Array, start: number, end: number): void {
    this.#watch.ponged(bytes, start, end);
  }

  /**
   * A handler has thrown outside of any call, or its promise was rejected, and that has been
   * reported.
   *
   * @internal
   */
  threw(): void {
    this.#fail(INTERNAL_ERROR, '');
    this.flush();
  }

  /**
   * Makes a call that may end the connection, and writes. Exceptions of handlers at the end are not
   * for the caller: only a fault of the call itself, which changes nothing, is thrown.
   */
  #ends(call: () => boolean): boolean {
    const { state } = this.connection;
    try {
      return call();
    } catch (error) {
      if (this.connection.state === state) throw error;
      this.connection.report(error);
      return true;
    } finally {
      this.flush();
    }
  }

  #fail(code: number, reason: string): void {
    this.#guard(() => this.connection.fail(code, reason));
  }

  #guard(call: () => unknown): void {
    try {
      onRejection(call(), (error) => this.connection.report(error));
    } catch (error) {
      this.connection.report(error);
    }
  }

  // The loop.

  /**
   * Everything that may follow from a call: output is written, input that waits is read, the
   * transport is told to read, stop, or end.
   *
   * @param timed - whether the time told last is the present
   */
  #run(timed: boolean): void {
    // From inside of a call of a handler, or of the transport's: the loop further up the stack goes
    // on.
    if (this.#running || this.#reading.active || this.closed) return;
    this.#running = true;
    let failed: { readonly error: unknown } | undefined;
    try {
      do this.#output.flush();
      while (!this.closed && this.#readOn());
    } catch (error) {
      failed = { error };
    }
    this.#running = false;
    // The transport may have gone while it was called.
    if (this.closed) return;
    if (failed !== undefined) this.#destroy(failed.error);
    else this.#settle(timed);
  }

  #settle(timed: boolean): void {
    const { state } = this.connection;
    this.#read(state === 'closed' || !this.#reading.stopped);
    if (state !== 'open') this.#settleClosing(timed);
    if (this.#isFull) this.#wasFull = true;
    else if (!this.closed && 2 * this.bufferedAmount <= this.#config.highWaterMark) this.#tellDrained();
  }

  #tellDrained(): void {
    if (!this.#wasFull) return;
    this.#wasFull = false;
    this.#guard(() => this.onDrain?.());
  }

  #settleClosing(timed: boolean): void {
    const { closeInfo, closeHeard, bufferedAmount } = this.connection;
    // A peer that has only ended its side may still read.
    const failed = closeInfo !== undefined && !closeInfo.wasClean && closeInfo.code !== ABNORMAL_CLOSURE;
    this.#watch.beginClosing(timed, closeHeard, failed, bufferedAmount);
    if (this.connection.transportAction !== 'end' || this.bufferedAmount > 0) return;
    if (this.#go('end')) this.#call(() => this.#transport.end());
  }

  #read(reads: boolean): void {
    if (reads === this.#reads || this.#inputEnded) return;
    this.#reads = reads;
    this.#call(() => (reads ? this.#transport.resume() : this.#transport.pause()));
  }

  /** A transport whose methods throw has failed. */
  #call(method: () => void): void {
    try {
      method();
    } catch (error) {
      this.#destroy(error);
    }
  }

  #giveUp(reason: string): void {
    this.#fail(POLICY_VIOLATION, reason);
    this.#run(true);
    this.#destroy(undefined);
  }

  #destroy(error: unknown): void {
    this.#end('destroy', error);
  }

  /** The end of the transport. Nothing is called on it after. */
  #end(event: 'closed' | 'destroy', error: unknown): void {
    if (!this.#go(event)) return;
    const transport = this.#transport;
    this.#transportError = error;
    this.#output.drop();
    try {
      transport.wakeAt(Number.POSITIVE_INFINITY);
      if (event === 'destroy') transport.destroy();
    } catch (thrown) {
      this.#transportError ??= thrown;
    }
    // If a handler has ended the transport, this follows when it returns.
    if (!this.#reading.active) this.#tellGone();
  }

  /** Makes a transition, if there is one. */
  #go(event: Event): boolean {
    const next = DRIVER_TRANSITIONS[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  #tellGone(): void {
    if (this.#toldGone) return;
    this.#toldGone = true;
    try {
      if (!this.#inputEnded) this.connection.receiveEof();
    } catch (error) {
      this.#reading.threw(error);
    }
    this.#inputEnded = true;
    this.#readLast();
    this.#tellDrained();
    this.#guard(() => this.onClose?.());
  }
}
