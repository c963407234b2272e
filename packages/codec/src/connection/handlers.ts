/**
 * The functions that a connection calls: first the close info, then the handlers and the four
 * forms of messages, then the exceptions of handlers.
 */

import type { BorrowedSlice } from '../memory/bytes.js';
import { ABNORMAL_CLOSURE } from '../wire/close.js';
import { inWords, type OwnBytes, usageError } from '../wire/errors.js';
import type { Fault } from '../wire/faults.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import { isPromise } from './extension.js';

/** How a connection ended (RFC 6455 7.1.4 to 7.1.7). */
export interface CloseInfo {
  /**
   * Whether the closing handshake was completed: both sides have sent a Close frame (RFC 6455
   * 7.1.4).
   */
  readonly wasClean: boolean;
  /**
   * The connection's close code (RFC 6455 7.1.5): the peer's code; 1005 if its Close had none; 1006
   * if the transport ended without a Close; after a fault or `fail`, the code that was sent.
   */
  readonly code: number;
  /** The peer's reason, or the one given to `fail` (RFC 6455 7.1.6). */
  readonly reason: string;
  /** The peer's fault, if it broke a rule or a limit. */
  readonly fault: Fault | undefined;
  /** Whether the transport ended inside of a frame or message. */
  readonly truncated: boolean;
}

/** The close info of a completed closing handshake. */
export function cleanClose(code: number, reason: string): CloseInfo {
  return { wasClean: true, code, reason, fault: undefined, truncated: false };
}

/** The close info of a transport that ended before the closing handshake was complete. */
export function abnormalClose(truncated: boolean): CloseInfo {
  return { wasClean: false, code: ABNORMAL_CLOSURE, reason: '', fault: undefined, truncated };
}

/** The close info of a connection that this side failed. */
export function failedClose(code: number, reason: string, fault: Fault | undefined): CloseInfo {
  return { wasClean: false, code, reason, fault, truncated: false };
}

/**
 * The functions that a connection calls. Each may be left out. Messages come in one of four forms;
 * the group of methods that an object has decides on the form, and an object with methods of two
 * groups is rejected:
 *
 * | methods | for |
 * |---|---|
 * | `text`, `binary` | most applications: whole messages, as strings and as arrays to keep |
 * | `bytes` | programs to which a text is bytes: whole messages, all as arrays to keep |
 * | `message` | relays and parsers: whole messages, lent, of which nothing is made |
 * | `messageStart`, `messageData`, `messageEnd` | messages larger than memory, as data |
 *
 * Without any of them messages are checked and dropped.
 *
 * Handlers may call anything on the connection but `receive` and `receiveEof`, which throw then
 * (`REENTRANT_CALL`). A handler may be `async`, or return a promise in another way: its rejection
 * comes to `error`. The next event does not wait for the promise. Where one message has to be dealt
 * with before the next one, call `pause`, and `resume` afterwards.
 *
 * The order of events is that of the frames. After `close` only `error` is called.
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
   * A whole binary message, to keep (RFC 6455 5.6). Its `ArrayBuffer` may hold other messages of
   * the same read: a transfer takes along those that were given before. Under the drivers of Node,
   * Bun and Deno it may be a part of its chunk, and a transfer takes along what was given of it. With
   * `transferInput` it may be any part of the chunk: a transfer then loses the bytes of the chunk
   * that have not been read, which is an error (`CHUNK_TRANSFERRED`).
   */
  binary?(bytes: OwnBytes): void;
  /**
   * A whole message as bytes, to keep; those of a text are valid UTF-8, and no string was made of
   * them. The array is as that of {@link ConnectionHandlers.binary}.
   */
  bytes?(opcode: MessageOpcode, bytes: OwnBytes): void;
  /**
   * A whole message, lent until this returns; a text is valid UTF-8. No array and no string is
   * made. `Connection.sendSlice` sends it on.
   */
  message?(opcode: MessageOpcode, slice: BorrowedSlice): void;
  /** The header of a message's first frame has arrived (RFC 6455 5.4). */
  messageStart?(opcode: MessageOpcode): void;
  /**
   * The next bytes of a message, at least one, lent until this returns. Those of a text are valid
   * UTF-8 by themselves: a character is never cut.
   */
  messageData?(slice: BorrowedSlice): void;
  /** The message that began has ended. */
  messageEnd?(): void;
  /**
   * A Ping arrived; the connection answers it unless `autoPong` is off (RFC 6455 5.5.2).
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
   * The peer's Close arrived: the last frame that is read. The connection answers it unless
   * `autoClose` is off (RFC 6455 5.5.1).
   *
   * @param code - its status code, 1005 if it had none
   * @param reason - its reason, '' if it had none
   */
  closeReceived?(code: number, reason: string): void;
  /**
   * The connection has ended: the terminal event, once (RFC 6455 7.1.4, 7.1.7).
   * `Connection.closeInfo` keeps the close info.
   */
  close?(closeInfo: CloseInfo): void;
  /**
   * An asynchronous extension has finished outside of any call of the caller's, and there may be
   * output: call `dataToSend` until it gives undefined. If the connection has ended that way this
   * is called before `close`, and `transportAction` says so already.
   */
  outputAvailable?(): void;
  /**
   * An exception came up that no call could throw, at any time, after `close` too:
   *
   * - the promise that a handler returned was rejected;
   * - a handler, or a function of the caller's (a source of masking keys, an allocator), threw
   *   outside of any call, because an asynchronous extension had finished. Reading goes on behind
   *   the event that threw, as it does where the exception passes through `receive`;
   * - several handlers threw in one call: the first exception passes through, the others come here;
   * - an extension threw or rejected: the connection fails with 1011. Without this handler nothing
   *   is reported but that.
   *
   * Under a driver every exception of a handler comes here, and the connection is failed with 1011.
   * Without a driver it passes through the call that led to it (`receive`, `receiveEof`, `resume`,
   * `close`, `fail`).
   *
   * Without this handler, or when it throws itself, the error goes to the option `reportError` (but
   * for an extension's, see above): by default it is uncaught. A promise that this handler returns is
   * not looked at.
   */
  error?(error: unknown): void;
}

/** The form of messages: the group of methods that gets them. */
export type MessageMode = 'whole' | 'bytes' | 'borrowed' | 'streamed';

const GROUPS: Readonly<Record<MessageMode, readonly (keyof ConnectionHandlers)[]>> = {
  whole: ['text', 'binary'],
  bytes: ['bytes'],
  borrowed: ['message'],
  streamed: ['messageStart', 'messageData', 'messageEnd'],
};

/**
 * Looks at the handlers once, when the connection is made.
 *
 * @returns the form of messages; `'whole'` where no method is for messages
 * @throws TypeError (`HANDLERS_INVALID`) for anything but an object, and a promise of one; for a
 * handler of messages that is no function; for methods of two groups, as one of them would never be
 * called; and for a generator, as a call runs none of its lines
 */
export function messageModeOf(handlers: ConnectionHandlers): MessageMode {
  if (typeof handlers !== 'object' || handlers === null) {
    throw usageError(TypeError, 'HANDLERS_INVALID', `handlers are an object, not ${inWords(handlers)}`);
  }
  if (isPromise(handlers)) {
    throw usageError(
      TypeError,
      'HANDLERS_INVALID',
      'handlers are an object, not a promise of one: what makes them is not async',
    );
  }
  let mode: MessageMode | undefined;
  for (const group of ['whole', 'bytes', 'borrowed', 'streamed'] as const) {
    for (const name of GROUPS[group]) {
      const method: unknown = handlers[name];
      if (method === undefined || method === null) continue;
      if (typeof method !== 'function') {
        throw usageError(TypeError, 'HANDLERS_INVALID', `${name} is a function, not ${inWords(method)}`);
      }
      // The tag serves for functions of any realm: only functions that are not plain have one.
      const tag = (method as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
      if (tag?.endsWith('GeneratorFunction') === true) {
        const message = `${name} is a generator: nobody would run its lines. An async function will do`;
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

// ---- Exceptions of handlers ----
// An exception passes through the call that led to the handler. Where no call is under way, where
// the call has another exception to throw already, and for rejections, which come when no call
// waits for them, it goes to the handler `error`.

/** The driver of a connection, for calls of handlers outside of its own calls. */
export interface OutsideDriver {
  /** Makes a call in which handlers may be called and output may come up. */
  outside(call: () => void): void;
  /** An exception outside of any call, or a rejection, has been reported. */
  threw(): void;
  /** A Pong has come. Its payload, a range of bytes, is only to be looked at during the call. */
  ponged(bytes: Uint8Array, start: number, end: number): void;
}

/** Handlers, the form of messages, and the look at their promises. */
export interface Caller {
  readonly handlers: ConnectionHandlers;
  readonly mode: MessageMode;
  /**
   * A handler has returned this: if it is a promise, its rejection is reported as an exception is.
   */
  follow(returned: object): void;
}

/** Whether messages come as arrays to keep. */
export function keeps(mode: MessageMode): boolean {
  return mode === 'whole' || mode === 'bytes';
}

/** A handler has returned. Most give nothing, or the result of a command: 1 ns. */
export function called(caller: Caller, returned: unknown): void {
  if (typeof returned === 'object' && returned !== null) caller.follow(returned);
}

/**
 * Calls back with the reason of a rejected promise; any other value that was returned means
 * nothing.
 */
export function onRejection(returned: unknown, rejected: (error: unknown) => void): void {
  if (isPromise(returned)) Promise.resolve(returned).then(undefined, rejected);
}

/**
 * Reports an exception; also after the terminal event, as `close` itself may have thrown it.
 *
 * @param last - gets it if the handlers have no `error`, or that throws
 */
export function report(handlers: ConnectionHandlers, thrown: unknown, last: (error: unknown) => void): void {
  let error = thrown;
  try {
    if (handlers.error !== undefined) {
      // A promise that it returns is not looked at: a rejection is the runtime's, as an exception
      // is.
      handlers.error(error);
      return;
    }
  } catch (another) {
    error = another;
  }
  last(error);
}
