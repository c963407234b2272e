/** What a connection tells: its handlers, how it ended, and what becomes of exceptions. */

import type { BorrowedSlice } from '../memory/bytes.js';
import { ABNORMAL_CLOSURE } from '../wire/close.js';
import { inWords, type OwnBytes, usageError } from '../wire/errors.js';
import type { Fault } from '../wire/faults.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import { isPromise } from './extension.js';

// How a connection ended (RFC 6455 7.1.4 to 7.1.7): the terminal event, and what the host does with the transport.

/** How a connection ended. */
export interface CloseInfo {
  /** Whether the closing handshake was completed: both sides have sent a Close frame (RFC 6455 7.1.4). */
  readonly wasClean: boolean;
  /**
   * The connection's close code (RFC 6455 7.1.5): the peer's; 1005 if its Close had none; 1006 if the transport ended without
   * a Close; after a fault, the code that was sent.
   */
  readonly code: number;
  /** The peer's reason, or the one given to `fail` (RFC 6455 7.1.6). */
  readonly reason: string;
  /** What the peer did wrong, if it did. */
  readonly fault: Fault | undefined;
  /** Whether the transport ended inside a frame or message. */
  readonly truncated: boolean;
}

/** Makes the outcome of a completed closing handshake. */
export function cleanOutcome(code: number, reason: string): CloseInfo {
  return { wasClean: true, code, reason, fault: undefined, truncated: false };
}

/** Makes the outcome of a transport that ended before the closing handshake was complete. */
export function abnormalOutcome(truncated: boolean): CloseInfo {
  return { wasClean: false, code: ABNORMAL_CLOSURE, reason: '', fault: undefined, truncated };
}

/** Makes the outcome of a connection that this side failed. */
export function failedOutcome(code: number, reason: string, fault: Fault | undefined): CloseInfo {
  return { wasClean: false, code, reason, fault, truncated: false };
}

/**
 * The functions that a connection calls. Each may be left out. Messages come in one of three ways; the group of methods that an
 * object has decides which, and methods of two groups are rejected:
 *
 * | methods | for |
 * |---|---|
 * | `text`, `binary` | most applications: whole messages, as strings and as arrays to keep |
 * | `message` | relays and parsers: whole messages, whose bytes are lent and of which nothing is made |
 * | `messageStart`, `messageData`..., `messageEnd` | messages larger than memory: nothing is put together |
 *
 * Without any of them messages are checked and dropped.
 *
 * Handlers may call anything on the connection but `receive`, `receiveEof` and `resume`. A handler may be `async`, or return a
 * promise in another way: a rejection comes to `error`. The next event does not wait for it: where one message is to be done with
 * before the next one, call `pause`, and `resume` when it is.
 *
 * Order of events: that of the frames. After `close` nothing is called but `error`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, type ConnectionHandlers } from '@sanssocket/codec';
 *
 * const lengths: number[] = [];
 * const handlers: ConnectionHandlers = { message: (_opcode, slice) => lengths.push(slice.length) };
 * const connection = new Connection({ role: 'client' }, handlers);
 * connection.receive(Uint8Array.of(0x82, 3, 1, 2, 3));
 * assert.deepEqual(lengths, [3]);
 * ```
 */
export interface ConnectionHandlers {
  /** A whole text message, decoded and validated; a byte-order mark is kept (RFC 6455 5.6, 8.1). */
  text?(text: string): void;
  /**
   * A whole binary message, to be kept (RFC 6455 5.6). Its `ArrayBuffer` may hold other messages of the same read: transferred
   * away, it takes those along that were given before. With `transferInput` it takes the chunk: what was not read of that is lost, and
   * an error (`CHUNK_TRANSFERRED`).
   */
  binary?(bytes: OwnBytes): void;
  /**
   * A whole message, lent until this returns; the bytes of a text are valid UTF-8. No array, no string is made.
   * `Connection.sendSlice` sends it again.
   */
  message?(opcode: MessageOpcode, slice: BorrowedSlice): void;
  /** The first frame of a message has begun. */
  messageStart?(opcode: MessageOpcode): void;
  /** The next bytes of a message, lent until this returns, never none; a piece of a text is valid UTF-8 by itself. */
  messageData?(slice: BorrowedSlice): void;
  /** The message that began is whole. */
  messageEnd?(): void;
  /**
   * A Ping arrived; it is answered without asking unless `autoPong` is off (RFC 6455 5.5.2).
   *
   * @param payload - 0 to 125 bytes, to keep
   */
  ping?(payload: OwnBytes): void;
  /**
   * A Pong arrived, asked for or not (RFC 6455 5.5.3).
   *
   * @param payload - 0 to 125 bytes, to keep
   */
  pong?(payload: OwnBytes): void;
  /**
   * The peer's Close arrived: the last thing heard from it. The answer goes out by itself unless `autoClose` is off (RFC 6455
   * 5.5.1).
   *
   * @param code - its status code, 1005 if it had none
   */
  closeReceived?(code: number, reason: string): void;
  /** The connection has ended: the terminal event, once (RFC 6455 7.1.4, 7.1.7). */
  close?(outcome: CloseInfo): void;
  /**
   * Output has come into being outside of any call of the host: an asynchronous extension has finished. Take it. Called before
   * `closed` if the connection has ended that way: `transport` says so already.
   */
  outputAvailable?(): void;
  /**
   * Something was thrown that there was nobody to throw at, at any time, behind `closed` too:
   *
   * - the promise that a method of this sink returned was rejected;
   * - a method of this sink, or a function of the caller's (a source of masking keys, an allocator), has thrown outside of any call,
   *   because an asynchronous extension had finished. Reading goes on behind the event that threw, as it does where the exception
   *   passes through `receive`;
   * - several have thrown in one call: the first exception passes through, the others come here;
   * - an extension has thrown or rejected: the connection fails with 1011, and without this method that says it all.
   *
   * Under a host all that a method of this sink throws comes here, whichever call of the host's it was called from, and the
   * connection is failed with 1011. Without a host it passes through the call that it was called from (`receive`, `receiveEof`,
   * `resume`, `close`, `fail`).
   *
   * But for that, without this method, or when it throws itself, the error is reported as uncaught: by the runtime's `reportError`, or else from
   * a microtask. A promise that it returns is the runtime's affair, too.
   */
  error?(error: unknown): void;
}

/** How messages reach the handlers: by which of their three groups of methods. */
export type MessageMode = 'whole' | 'borrowed' | 'streamed';

const GROUPS: Readonly<Record<MessageMode, readonly (keyof ConnectionHandlers)[]>> = {
  whole: ['text', 'binary'],
  borrowed: ['message'],
  streamed: ['messageStart', 'messageData', 'messageEnd'],
};

/**
 * Looks at the handlers once, when the connection is made.
 *
 * @returns how messages reach them; as whole ones where they have no method for messages
 * @throws TypeError (`HANDLERS_INVALID`) for something else than an object, for methods of two groups, of which one would never be
 * called, and for a generator, no line of which would be run
 */
export function messageModeOf(handlers: ConnectionHandlers): MessageMode {
  if (typeof handlers !== 'object' || handlers === null) {
    throw usageError(TypeError, 'HANDLERS_INVALID', `handlers are an object, not ${inWords(handlers)}`);
  }
  let mode: MessageMode | undefined;
  for (const group of ['whole', 'borrowed', 'streamed'] as const) {
    for (const name of GROUPS[group]) {
      const method: unknown = handlers[name];
      if (typeof method !== 'function') continue;
      // Of whichever realm: only functions that are not plain have one.
      const tag = (method as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
      if (tag?.endsWith('GeneratorFunction') === true) {
        const message = `${name} is a generator: nobody would run what it gives. An async function will do`;
        throw usageError(TypeError, 'HANDLERS_INVALID', message);
      }
      mode ??= group;
      if (mode === group) continue;
      const both = `${GROUPS[mode].join(', ')} or ${GROUPS[group].join(', ')}`;
      throw usageError(
        TypeError,
        'HANDLERS_INVALID',
        `messages come to ${both}: these handlers have methods of both`,
      );
    }
  }
  return mode ?? 'whole';
}

// What becomes of what a sink's methods throw, and of the promises that they return: an exception passes through the call of the
// host's that is under way. Where there is none, or that has another exception to throw already, and for rejections, which come
// when nobody waits for them, there is the sink's `error`.

/** The machine that hosts a connection, for what happens outside of its calls. */
export interface OutsideHost {
  /** Makes a call in which the sink may be called and output come into being. */
  outside(call: () => void): void;
  /** Something has thrown outside of any call, or rejected, and has been reported. */
  threw(): void;
  /** A Pong has come. Its payload, a range of bytes, is only to be looked at during the call. */
  ponged(bytes: Uint8Array, start: number, end: number): void;
}

/** Handlers, how messages reach them, and where what they return is looked at. */
export interface Caller {
  readonly handlers: ConnectionHandlers;
  readonly mode: MessageMode;
  /** A method has returned this: if it is a promise, its rejection is told of as an exception is. */
  follow(returned: object): void;
}

/** A method of the sink's has returned. Most give nothing, or whatever a command gave: 1 ns. */
export function called(caller: Caller, returned: unknown): void {
  if (typeof returned === 'object' && returned !== null) caller.follow(returned);
}

/** Calls back with what a promise is rejected with; anything else that was returned has no meaning. */
export function onRejection(returned: unknown, rejected: (error: unknown) => void): void {
  if (isPromise(returned)) Promise.resolve(returned).then(undefined, rejected);
}

/** Tells of an exception. The terminal event is no reason not to: `closed` itself may be what threw. */
export function report(sink: ConnectionHandlers, thrown: unknown): void {
  let error = thrown;
  try {
    if (sink.error !== undefined) {
      // What it returns is looked at by nobody: a rejection is the runtime's, as an exception is.
      sink.error(error);
      return;
    }
  } catch (another) {
    error = another;
  }
  if (typeof reportError === 'function') reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}
