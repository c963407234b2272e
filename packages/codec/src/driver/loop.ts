/**
 * The loop of a driver: output is written, input that waits is read, the transport is told to read,
 * stop or end, and the application that it is gone. `ConnectionDriver` has the methods that callers
 * see.
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
 */

import type { Connection } from '../connection/connection.js';
import { type OutsideDriver, onRejection } from '../connection/handlers.js';
import { ABNORMAL_CLOSURE, GOING_AWAY, INTERNAL_ERROR, POLICY_VIOLATION } from '../wire/close.js';
import type { DriverConfig } from './options.js';
import { PeerWatch, type Watched } from './peer-watch.js';
import { PendingWrites } from './pending-writes.js';
import { Reading } from './reading.js';
import type { Transport } from './transport.js';

type State = 'running' | 'ending' | 'gone';

type Event = 'end' | 'closed' | 'destroy';

/** The next state, by state and event; no other transition is made. */
export const DRIVER_TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Event, State>>>>> = {
  running: { end: 'ending', closed: 'gone', destroy: 'gone' },
  ending: { closed: 'gone', destroy: 'gone' },
  gone: {},
};

// Marks of a loop, bits of one number: a field for each takes 40 bytes a connection more.

/** The transport is read from. */
const READS = 1;

/** The peer has ended its side. */
const INPUT_ENDED = 2;

/** Output is being written. */
const WRITING = 4;

/** More than `highWaterMark` has waited, and `onDrain` has not been called since. */
const FULL = 8;

/** A flush will follow soon. */
const FLUSHING = 16;

/** The connection, and the application, know that the transport is gone. */
const TOLD_GONE = 32;

/** The calls that a loop makes to its driver. */
export interface DriverHooks {
  tellDrained(): unknown;
  tellGone(): unknown;
}

/** The loop of one driver. Internal: `ConnectionDriver` documents these methods. */
export class DriverLoop extends Reading implements Watched, OutsideDriver {
  readonly watch: PeerWatch;
  readonly #hooks: DriverHooks;
  #state: State = 'running';
  transportError: unknown;
  /** Output that was given up with the transport. */
  unsentBytes = 0;
  /** Of the marks above. */
  #marks = READS;
  /** Null until the first call of `whenWritten`. */
  #pending: PendingWrites | null = null;

  constructor(
    connection: Connection,
    transport: Transport,
    config: DriverConfig,
    now: number,
    hooks: DriverHooks,
  ) {
    super(connection, transport, config);
    this.#hooks = hooks;
    this.watch = new PeerWatch(this, now);
    connection.input.driver = this;
    this.watch.watch();
  }

  private is(mark: number): boolean {
    return (this.#marks & mark) !== 0;
  }

  private mark(mark: number): void {
    this.#marks |= mark;
  }

  private unmark(mark: number): void {
    this.#marks &= ~mark;
  }

  get closed(): boolean {
    return this.#state === 'gone';
  }

  get bufferedAmount(): number {
    return this.closed ? 0 : this.connection.bufferedAmount + this.bytes;
  }

  private get isFull(): boolean {
    return this.bufferedAmount > this.config.highWaterMark;
  }

  get needDrain(): boolean {
    const full = this.isFull;
    // A caller that has seen it waits for `onDrain`.
    if (full) this.mark(FULL);
    return full;
  }

  // Calls of the transport.

  receive(bytes: Uint8Array, now: number): void {
    this.watch.heard(now);
    if (this.closed || this.is(INPUT_ENDED)) return;
    this.begin();
    try {
      this.connection.receive(bytes, this.transport.transfers);
    } catch (error) {
      this.handlerThrew(error);
    }
    this.endReading();
    this.run(true);
  }

  receiveEof(now: number): void {
    this.watch.heard(now);
    if (this.closed || this.is(INPUT_ENDED)) return;
    this.mark(INPUT_ENDED);
    this.begin();
    try {
      this.connection.receiveEof();
    } catch (error) {
      this.handlerThrew(error);
    }
    this.endReading();
    this.run(true);
  }

  /** Some of the output has moved on. */
  progress(now: number, move: () => void): void {
    this.watch.tell(now);
    if (this.closed) return;
    try {
      move();
    } catch (error) {
      this.destroy(error);
      return;
    }
    this.run(true);
    this.watch.moved(this.held);
  }

  wake(now: number): void {
    this.watch.rang(now);
    if (this.closed) return;
    this.watch.moved(this.held);
    switch (this.watch.look(now, this.deaf)) {
      case 'later':
        return;
      case 'ping':
        this.guard(() => this.connection.ping(this.watch.nextPing()));
        this.watch.pinged(this.connection.bufferedAmount);
        break;
      case 'idle-timeout':
        this.guard(() => this.connection.close(GOING_AWAY, 'idle'));
        // No Close could be made: nothing else would ever be due.
        if (this.connection.state === 'open') {
          this.destroy(undefined);
          return;
        }
        break;
      case 'pong-timeout':
        this.giveUp('no answer to a ping');
        return;
      case 'unread':
        this.giveUp('what is sent is not read');
        return;
      case 'close-timeout':
        this.destroy(undefined);
        return;
    }
    this.run(true);
    this.watch.moved(this.held);
    this.watch.watch();
  }

  // Calls of the connection, outside of any call of the transport.

  /** An asynchronous extension has finished, and its message is told or written. */
  outside(call: () => void): void {
    // One that calls back at once does it inside of a call that reads.
    if (this.active) {
      call();
      return;
    }
    this.begin();
    call();
    this.endReading();
    this.run(false);
  }

  ponged(bytes: Uint8Array, start: number, end: number): void {
    this.watch.ponged(bytes, start, end);
  }

  /**
   * A handler has thrown outside of any call, or its promise was rejected, and that has been
   * reported.
   */
  threw(): void {
    this.fail(INTERNAL_ERROR, '');
    this.flush();
  }

  setAlarm(time: number): void {
    if (!this.closed) this.call(() => this.transport.wakeAt(time));
  }

  // Output that calls of the application's have made.

  flush(): void {
    if (this.closed) this.discard();
    else if (this.active) this.hold();
    else this.run(false);
  }

  sent(): true {
    if (this.active) this.hold();
    else if (this.isFull) this.run(false);
    else this.flushSoon();
    return true;
  }

  whenWritten(callback: (written: boolean) => void): void {
    if (this.closed && !this.active) {
      queueMicrotask(() => this.guard(() => callback(false)));
      return;
    }
    this.#pending ??= new PendingWrites();
    this.#pending.add(this.taken + this.connection.bufferedAmount, callback);
    if (!this.active) this.flushSoon();
  }

  /** Calls the callbacks whose output has left. */
  private tellWritten(pending: PendingWrites): void {
    for (;;) {
      // Output that an asynchronous extension encodes has another length than it was counted with.
      const through = this.bufferedAmount === 0 ? Number.POSITIVE_INFINITY : this.through;
      const callback = pending.next(through);
      if (callback === undefined) return;
      this.guard(() => callback(true));
      if (this.closed) return;
    }
  }

  /** The transport is gone: the other callbacks. */
  private tellUnwritten(): void {
    for (;;) {
      const callback = this.#pending?.next(Number.POSITIVE_INFINITY);
      if (callback === undefined) return;
      this.guard(() => callback(false));
    }
  }

  /** Messages sent together leave in one write: a broadcast of many is one for each connection. */
  private flushSoon(): void {
    if (this.is(FLUSHING)) return;
    this.mark(FLUSHING);
    queueMicrotask(() => {
      this.unmark(FLUSHING);
      this.flush();
    });
  }

  fail(code: number, reason: string): void {
    this.guard(() => this.connection.fail(code, reason));
  }

  /** Makes a call whose exception, or rejected promise, is for the handler `error`. */
  private guard(call: () => unknown): void {
    try {
      onRejection(call(), (error) => this.connection.input.report(error));
    } catch (error) {
      this.connection.input.report(error);
    }
  }

  // The loop.

  /**
   * Everything that may follow from a call: output is written, input that waits is read, the
   * transport is told to read, stop, or end.
   *
   * @param timed - whether the time told last is the present
   */
  run(timed: boolean): void {
    // From inside of a call of a handler, or of the transport's: the loop further up the stack goes
    // on.
    if (this.is(WRITING) || this.active || this.closed) return;
    this.mark(WRITING);
    let failed: { readonly error: unknown } | undefined;
    try {
      do this.writeBatches();
      while (!this.closed && this.readOn());
    } catch (error) {
      failed = { error };
    }
    this.unmark(WRITING);
    // The transport may have gone while it was called.
    if (this.closed) return;
    if (failed !== undefined) this.destroy(failed.error);
    else this.settle(timed);
    if (this.#pending !== null && !this.closed) this.tellWritten(this.#pending);
  }

  /**
   * Goes on reading input that waits in the connection, if nothing speaks against it; whether it
   * did.
   */
  private readOn(): boolean {
    if (!this.mayGoOn()) return false;
    this.goOn();
    if (this.closed) this.lastCallReturned();
    return true;
  }

  private settle(timed: boolean): void {
    const { state } = this.connection;
    this.read(state === 'closed' || !this.stopped);
    if (state !== 'open') this.settleClosing(timed);
    if (this.isFull) this.mark(FULL);
    else if (!this.closed && 2 * this.bufferedAmount <= this.config.highWaterMark) this.tellDrained();
  }

  private tellDrained(): void {
    if (!this.is(FULL)) return;
    this.unmark(FULL);
    this.guard(() => this.#hooks.tellDrained());
  }

  private settleClosing(timed: boolean): void {
    const { closeInfo, closeHeard, bufferedAmount } = this.connection;
    // A peer that has only ended its side may still read.
    const failed = closeInfo !== undefined && !closeInfo.wasClean && closeInfo.code !== ABNORMAL_CLOSURE;
    this.watch.beginClosing(timed, closeHeard, failed, bufferedAmount);
    if (this.connection.transportAction !== 'end' || this.bufferedAmount > 0) return;
    if (this.go('end')) this.call(() => this.transport.end());
  }

  private read(reads: boolean): void {
    if (reads === this.is(READS) || this.is(INPUT_ENDED)) return;
    if (reads) this.mark(READS);
    else this.unmark(READS);
    this.call(() => (reads ? this.transport.resume() : this.transport.pause()));
  }

  /** A transport whose methods throw has failed. */
  private call(method: () => void): void {
    try {
      method();
    } catch (error) {
      this.destroy(error);
    }
  }

  // The end.

  private giveUp(reason: string): void {
    this.fail(POLICY_VIOLATION, reason);
    this.run(true);
    this.destroy(undefined);
  }

  private destroy(error: unknown): void {
    this.leave('destroy', error);
  }

  /** The end of the transport. Nothing is called on it after. */
  leave(event: 'closed' | 'destroy', error: unknown): void {
    if (!this.go(event)) return;
    const { transport } = this;
    this.transportError = error;
    this.unsentBytes = this.connection.bufferedAmount + this.bytes;
    this.dropBatches();
    try {
      transport.wakeAt(Number.POSITIVE_INFINITY);
      if (event === 'destroy') transport.destroy();
    } catch (thrown) {
      this.transportError ??= thrown;
    }
    // If a handler has ended the transport, this follows when it returns.
    if (!this.active) this.tellGone();
  }

  /** Makes a transition, if there is one. */
  private go(event: Event): boolean {
    const next = DRIVER_TRANSITIONS[this.#state][event];
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }

  private endReading(): void {
    this.end();
    if (this.closed) this.lastCallReturned();
  }

  /** A handler has ended the transport: that call has returned. */
  private lastCallReturned(): void {
    this.discard();
    this.tellGone();
  }

  private tellGone(): void {
    if (this.is(TOLD_GONE)) return;
    this.mark(TOLD_GONE);
    try {
      if (!this.is(INPUT_ENDED)) this.connection.receiveEof();
    } catch (error) {
      this.handlerThrew(error);
    }
    this.mark(INPUT_ENDED);
    this.readLast();
    this.tellDrained();
    this.guard(() => this.#hooks.tellGone());
  }

  /**
   * Input that came before the transport was gone is still told; there is nowhere to write answers
   * to.
   */
  readLast(): void {
    while (this.held && !this.paused) this.goOn();
    this.guard(() => this.connection.input.transportGone());
    this.discard();
    this.tellUnwritten();
  }

  /**
   * There is nowhere to write to any more: output that waited is not held, nor are answers to the
   * last messages.
   */
  private discard(): void {
    this.guard(() => {
      while (this.connection.dataToSend() !== undefined);
    });
  }
}
