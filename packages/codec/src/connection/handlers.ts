/** What a connection tells its host, by the form in which messages are delivered. */

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
 * How messages reach the sink.
 *
 * | delivery | text | binary | for |
 * |---|---|---|---|
 * | `'messages'` | `text` | `binary` | most hosts: strings, and arrays to keep |
 * | `'spans'` | `message` | `message` | relays and parsers: nothing is made of a message, its bytes are lent |
 * | `'pieces'` | `begin`, `piece`..., `finish` | the same | messages larger than memory: nothing is put together |
 */
export type Delivery = 'messages' | 'spans' | 'pieces';

/**
 * What a connection calls in every delivery. Every method may be left out. Methods may call anything on the connection but
 * `receive`, `receiveEof` and `resume`.
 *
 * A method may be `async`, or return a promise in another way: a rejection comes to `error`. The next event does not wait for it:
 * where one message is to be done with before the next one, call `pause`, and `resume` when it is.
 *
 * Order of events: that of the frames. After `closed` nothing is called but `error`.
 */
export interface ControlSink {
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

/** What a {@link Connection} calls with the option `delivery: 'messages'`, the default. */
export interface MessageSink extends ControlSink {
  /** A whole text message, decoded and validated; a byte-order mark is kept (RFC 6455 5.6, 8.1). */
  text?(text: string): void;
  /**
   * A whole binary message, to be kept (RFC 6455 5.6). Its `ArrayBuffer` may hold other messages of the same read: transferred
   * away, it takes those along that were given before. With `transferInput` it takes the chunk: what was not read of that is lost, and
   * an error (`CHUNK_TRANSFERRED`).
   */
  binary?(bytes: OwnBytes): void;
}

/** What a {@link Connection} calls with the option `delivery: 'spans'`. */
export interface SpanSink extends ControlSink {
  /**
   * A whole message, lent until this returns; the bytes of a text are valid UTF-8. No array, no string is made.
   * `Connection.sendSlice` sends it again.
   */
  message?(opcode: MessageOpcode, span: BorrowedSlice): void;
}

/** What a {@link Connection} calls with the option `delivery: 'pieces'`. */
export interface PieceSink extends ControlSink {
  /** The first frame of a message has begun. */
  messageStart?(opcode: MessageOpcode): void;
  /** The next bytes of a message, lent until this returns, never none; a piece of a text is valid UTF-8 by itself. */
  messageData?(span: BorrowedSlice): void;
  /** The message that began is whole. */
  messageEnd?(): void;
}

/** A sink for every delivery. */
export interface AnySink extends MessageSink, SpanSink, PieceSink {}

/**
 * The sink for a delivery: {@link MessageSink}, {@link SpanSink} or {@link PieceSink}; all three at once where the delivery is
 * not known beforehand.
 */
export type ConnectionHandlers<D extends Delivery = 'messages'> = [Delivery] extends [D]
  ? AnySink
  : D extends 'messages'
    ? MessageSink
    : D extends 'spans'
      ? SpanSink
      : PieceSink;

const METHODS: Readonly<Record<Delivery, readonly (keyof AnySink)[]>> = {
  messages: ['text', 'binary'],
  spans: ['message'],
  pieces: ['messageStart', 'messageData', 'messageEnd'],
};

/** The one by which a sink shows for which delivery it is made. `begin` and `finish` are names that a class may have for itself. */
const TELLING: readonly (keyof AnySink)[] = ['text', 'binary', 'message', 'messageData'];

/**
 * Methods are looked at once, when the connection is made.
 *
 * @throws TypeError for a sink that is none, that hears of messages in other deliveries only (all would be lost), or one of whose
 * methods for messages is a generator, no line of which would be run
 */
export function requireHandlers(delivery: Delivery, sink: AnySink): void {
  if (typeof sink !== 'object' || sink === null) {
    throw usageError(TypeError, 'HANDLERS_INVALID', `a sink is an object with methods, not ${inWords(sink)}`);
  }
  let heard = false;
  for (const name of METHODS[delivery]) {
    const method: unknown = sink[name];
    if (typeof method !== 'function') continue;
    heard = true;
    // Of whichever realm: only functions that are not plain have one.
    const tag = (method as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag];
    if (tag?.endsWith('GeneratorFunction') === true) {
      const message = `${name} of a sink is a generator: nobody would run what it gives. An async function will do`;
      throw usageError(TypeError, 'HANDLERS_INVALID', message);
    }
  }
  if (!heard && TELLING.some((name) => typeof sink[name] === 'function')) {
    const methods = METHODS[delivery].join(', ');
    throw usageError(
      TypeError,
      'HANDLERS_INVALID',
      `with delivery '${delivery}' messages come to ${methods}: this sink has methods of another delivery only`,
    );
  }
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

/** A sink, and where what its methods return is looked at. */
export interface Caller {
  readonly sink: AnySink;
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
export function report(sink: ControlSink, thrown: unknown): void {
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
