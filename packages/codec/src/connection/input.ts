/**
 * A connection's input, in order: a chunk is read at once, or waits in the input buffer while
 * reading is paused, an extension is at work, or reading has not gone on behind an event that
 * threw.
 *
 * ```
 *   receive(chunk) --- nothing waits ---> read ---- all read ----> nothing waits
 *         |                                 |
 *         | something waits                 | stopped at a byte: the rest waits
 *         v                                 |
 *   INPUT BUFFER <--------------------------'
 *         |
 *         `--- resume, the next receive, an extension is done ---> read
 * ```
 *
 * A subclass of the reader it feeds, because one object less for each connection is 40 bytes less.
 */

import { EMPTY } from '../memory/bytes.js';
import { endMessages, LARGE_VIEWS, NO_VIEWS, suspendMessages } from '../memory/message-slab.js';
import { ByteQueue } from '../memory/queue.js';
import { takeRest } from '../memory/scan.js';
import { INTERNAL_ERROR } from '../wire/close.js';
import { requireBytes, usageError } from '../wire/errors.js';
import { chunkTransferred, isGone } from './frame-reader.js';
import type { ConnectionHandlers } from './handlers.js';
import { MessageReader } from './message-reader.js';

/** The input buffer: bytes that wait, and the reasons. */
class InputBuffer extends ByteQueue {
  /** Whether the caller asked for the pause. */
  paused = false;
  /** Whether the end of input waits too. */
  ended = false;
}

/** The input of one connection. Internal: `Connection` documents these methods. */
export class ConnectionInput extends MessageReader {
  #buffer: InputBuffer | null = null;
  #reading = false;
  #ended = false;

  /** Whether the transport has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** @param transferred - whether the chunk is the connection's from now on, beside the option */
  receive(bytes: Uint8Array, transferred: boolean): void {
    // Reading the length and checking the class here tells V8 the type, and the check costs
    // nothing.
    const length = bytes?.length;
    if (!(bytes instanceof Uint8Array)) requireBytes(bytes, 'a chunk');
    // No handler is being called then, and no extension is at work: both happen at the end of a
    // frame.
    const { partial } = this;
    if (partial !== null && this.#buffer === null && !this.#ended && this.keep(partial, bytes)) return;
    if (this.#reading) throw calledInside('receive');
    if (this.ending !== null || this.#ended) return;
    if (this.#buffer === null && (this.decoder === null || !this.decoder.waiting)) {
      if (length === 0) return;
      const { views } = this.config;
      // Nothing but true: `receive` may be called back with other arguments behind the chunk.
      this.views = transferred === true && views === NO_VIEWS ? LARGE_VIEWS : views;
      if (!this.betweenMessages || !this.readWhole(bytes, length)) this.read(bytes, 0, length, null);
      if (this.#buffer !== null) this.continue();
    } else {
      this.receiveBehind(bytes, length);
    }
  }

  /** A chunk behind input that waits, or that has to wait itself. */
  private receiveBehind(bytes: Uint8Array, length: number): void {
    const buffer = this.wait();
    const { bytes: waiting } = buffer;
    // A single chunk always has room: the caller has held it as a whole. A chunk behind it has room
    // if it fits.
    if (this.paused && waiting > 0 && waiting + length > this.config.maxInputBufferBytes) {
      this.failInput(waiting);
      return;
    }
    buffer.push(bytes, 0, length);
    this.both(
      () => this.continue(),
      () => {
        // With a handler that throws at every message, less is read than comes.
        const left = this.#buffer?.bytes ?? 0;
        if (!this.paused && left > Math.max(this.config.maxInputBufferBytes, length)) this.failInput(left);
      },
    );
  }

  override setHandlers(handlers: ConnectionHandlers): void {
    if (this.#reading) throw calledInside('setHandlers');
    super.setHandlers(handlers);
  }

  receiveEof(): void {
    if (this.#reading) throw calledInside('receiveEof');
    this.#ended = true;
    if (this.ending !== null || (this.#buffer === null && !this.decodes)) {
      this.endOfInput();
      return;
    }
    this.wait().ended = true;
    this.continueToEnd();
  }

  pauseInput(): void {
    if (this.outcome !== null) return;
    this.pause();
    this.wait().paused = true;
  }

  resumeInput(): void {
    if (this.#buffer === null) return;
    this.#buffer.paused = false;
    if (!this.#reading) this.continue();
  }

  /** Whether an extension is still at work on a message, for which later input has to wait. */
  private get decodes(): boolean {
    return this.decoder?.waiting === true;
  }

  get paused(): boolean {
    return this.outcome === null && (this.decodes || this.#buffer?.paused === true);
  }

  /**
   * Our Close is out, or in line. Sent by the handler `closeReceived`, it ends the connection when
   * that has returned.
   */
  override closeSent(): void {
    if (!this.#reading) super.closeSent();
  }

  /** Drops the input that waits: the connection has failed. */
  dropInput(): void {
    if (!this.#reading) this.#buffer = null;
  }

  /**
   * Reads the input that waits, as far as it may: an asynchronous extension has finished, and no
   * call of the caller's is under way.
   */
  continueOutside(guarded: (call: () => void) => boolean): void {
    this.wait();
    // No later call of the caller's is certain to go on behind an event that threw.
    while (!guarded(() => this.continue()));
  }

  private failInput(waiting: number): void {
    try {
      this.fail('INPUT_BUFFER_TOO_LARGE', this.index + waiting);
    } finally {
      this.#buffer = null;
    }
  }

  /**
   * Reads on behind exceptions, as no further call will: of several exceptions the first is thrown.
   */
  private continueToEnd(): void {
    let first: { readonly error: unknown } | undefined;
    for (;;) {
      try {
        this.continue();
        break;
      } catch (error) {
        if (first === undefined) first = { error };
        else this.report(error);
      }
    }
    if (first !== undefined) throw first.error;
  }

  /** The short cut for a chunk that is one message; false if it is not, and nothing was done. */
  private readWhole(bytes: Uint8Array, length: number): boolean {
    this.#reading = true;
    try {
      return this.readMessage(bytes, length);
    } finally {
      this.#reading = false;
    }
  }

  /**
   * Reads a range; the unread bytes of it wait.
   *
   * @param buffer - the input buffer that the bytes are the next ones of; null for a chunk of the
   * caller's
   */
  private read(bytes: Uint8Array, start: number, end: number, buffer: InputBuffer | null): void {
    const before = this.base + this.index - start;
    const outer = suspendMessages();
    let threw = true;
    this.#reading = true;
    try {
      this.push(bytes, start, end);
      threw = false;
    } finally {
      this.#reading = false;
      endMessages(outer);
      const at = this.base + this.index - before;
      if (at < end && isGone(bytes)) this.replaceInput(threw);
      else if (buffer !== null) buffer.readTo(at);
      // An event that threw may be unfinished even if no byte of the chunk is left: reading goes on
      // from there.
      else if ((at < end || threw) && this.ending === null) this.wait().push(bytes, at, end);
    }
  }

  /** A chunk has been transferred away, and its rest is held elsewhere, or lost. */
  private replaceInput(threw: boolean): void {
    const rest = takeRest();
    if (rest === null) this.loseInput(threw);
    else if (this.ending === null) this.wait().push(rest, 0, rest.length);
  }

  /**
   * The rest of a chunk is gone: the bytes behind it could not be understood, through no fault of
   * the peer's.
   */
  private loseInput(threw: boolean): void {
    if (this.ending !== null) return;
    this.#buffer = null;
    try {
      this.both(
        () => {
          throw chunkTransferred();
        },
        () => this.abort(INTERNAL_ERROR, '', undefined),
      );
    } catch (error) {
      if (!threw) throw error;
      this.report(error);
    }
  }

  /** Reads the input that waits, as far as it may. */
  private continue(): void {
    for (let buffer = this.#buffer; buffer !== null && this.ending === null; buffer = this.#buffer) {
      if (this.paused) return;
      const { next } = buffer;
      if (next !== undefined) {
        // Copies of our own, which may be read later: no message is a view of them.
        this.views = NO_VIEWS;
        this.read(next.bytes, next.at, next.used, buffer);
        continue;
      }
      // A pause may have come between a frame's last byte and its end, or between the events of a
      // decoded message.
      this.read(EMPTY, 0, 0, null);
      if (this.paused) return;
      if (this.telling) continue;
      if (buffer.next === undefined) this.#buffer = null;
      if (this.#buffer === null && buffer.ended) this.endOfInput();
    }
    if (this.ending === null) return;
    this.#buffer = null;
    if (this.#ended) this.endOfInput();
  }

  private wait(): InputBuffer {
    this.#buffer ??= new InputBuffer();
    return this.#buffer;
  }
}

function calledInside(method: string): Error {
  return usageError(
    Error,
    'REENTRANT_CALL',
    `a handler must not call ${method}: call it when the one under way has returned`,
  );
}
