/**
 * The reading half of a driver: calls in which the connection's handlers are called, and the
 * answers that these make.
 *
 * Answers are bytes that are sent from inside of the handlers. A peer that does not read the
 * answers to its own messages is not read from, and the connection is paused behind the very event
 * whose answer was one too many. Only answers count: an end that stopped reading because the other
 * does not read *its* messages would hold up both for ever.
 *
 * A subclass of the output whose answers it counts, because one object less for each connection is
 * 56 bytes less.
 */

import { INTERNAL_ERROR } from '../wire/close.js';
import { usageError } from '../wire/errors.js';
import { OutputBatches } from './output-batches.js';

/** The reading of one connection, and who holds it up. */
export abstract class Reading extends OutputBatches {
  /** Whether the connection was paused because answers wait. */
  held = false;
  /** Whether the application has paused it. */
  paused = false;
  /** `bufferedAmount` of the connection when the present call began; -1 while none is under way. */
  #before = -1;
  /** Bytes of answers that wait in the connection, at most. */
  #answers = 0;
  /** How much had been taken from the connection when that was counted. */
  #takenBefore = 0;

  /** Whether the connection is reading, and calls its handlers. */
  get active(): boolean {
    return this.#before >= 0;
  }

  /** Whether the transport is not to be read from. */
  get stopped(): boolean {
    return this.held || this.#answers > this.config.highWaterMark || this.connection.paused;
  }

  /** Whether the peer is not read from for reasons of the application's. */
  get deaf(): boolean {
    return this.paused || (this.connection.paused && !this.held);
  }

  /** Begins a call in which handlers are called. Throws when called by one of them. */
  protected begin(): void {
    if (this.active) {
      throw usageError(Error, 'REENTRANT_CALL', 'a handler must not give its driver input');
    }
    this.#before = this.connection.bufferedAmount;
  }

  /** The call has returned: the output that it has made is answers. */
  protected end(): void {
    this.#answers += Math.max(0, this.connection.bufferedAmount - this.#before);
    this.#before = -1;
  }

  /** A handler has thrown: that is told of, and the connection is failed with 1011. */
  protected handlerThrew(error: unknown): void {
    this.connection.input.report(error);
    try {
      this.connection.fail(INTERNAL_ERROR, '');
    } catch (another) {
      this.connection.input.report(another);
    }
  }

  /** Stops the connection behind the event that is being answered, if too many answers wait. */
  protected hold(): void {
    const answers = this.#answers + this.connection.bufferedAmount - this.#before;
    if (this.held || answers <= this.config.highWaterMark) return;
    this.held = true;
    this.connection.pause();
  }

  /** Reads no more behind the present event. */
  pauseReading(): void {
    this.paused = true;
    this.connection.pause();
  }

  /** From here on as if answers had held it up; none may wait. */
  resumeReading(): void {
    this.paused = false;
    this.held = true;
  }

  /** Counts answers that have left, and tells whether input that waits may be read on. */
  protected mayGoOn(): boolean {
    const { taken, busy } = this;
    // For whatever part of the output has left, as much may be answered again: so its sum does not
    // grow.
    const left = Math.max(0, this.#answers - (taken - this.#takenBefore));
    // An asynchronous extension may be at work on answers that are in no batch yet.
    this.#answers = busy || this.connection.bufferedAmount > 0 ? left : 0;
    this.#takenBefore = taken;
    return this.held && !this.paused && this.#answers <= this.config.highWaterMark;
  }

  /** Reads input that waits in the connection, where answers have held it up. */
  protected goOn(): void {
    this.held = false;
    this.begin();
    try {
      this.connection.resume();
    } catch (error) {
      this.handlerThrew(error);
    }
    this.end();
  }
}
