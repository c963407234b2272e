/** What a connection tells its host, by the form in which messages are delivered. */
import type { Span } from '../memory/span.js';
import { inWords, misuse } from '../rules/misuse.js';
import type { MessageOpcode } from '../rules/opcodes.js';
import type { OwnBytes } from '../rules/own-bytes.js';
import type { Outcome } from './outcome.js';

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
 * `receive`, `receiveEnd` and `resume`.
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
  peerClose?(code: number, reason: string): void;
  /** The connection has ended: the terminal event, once (RFC 6455 7.1.4, 7.1.7). */
  closed?(outcome: Outcome): void;
  /**
   * Output has come into being outside of any call of the host: an asynchronous extension has finished. Take it. Called before
   * `closed` if the connection has ended that way: `transport` says so already.
   */
  output?(): void;
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
   * connection is failed with 1011. Without a host it passes through the call that it was called from (`receive`, `receiveEnd`,
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
   * away, it takes those along that were given before. With `handOver` it takes the chunk: what was not read of that is lost, and
   * an error (`CHUNK_TRANSFERRED`).
   */
  binary?(bytes: OwnBytes): void;
}

/** What a {@link Connection} calls with the option `delivery: 'spans'`. */
export interface SpanSink extends ControlSink {
  /**
   * A whole message, lent until this returns; the bytes of a text are valid UTF-8. No array, no string is made.
   * `Connection.sendSpan` sends it again.
   */
  message?(opcode: MessageOpcode, span: Span): void;
}

/** What a {@link Connection} calls with the option `delivery: 'pieces'`. */
export interface PieceSink extends ControlSink {
  /** The first frame of a message has begun. */
  begin?(opcode: MessageOpcode): void;
  /** The next bytes of a message, lent until this returns, never none; a piece of a text is valid UTF-8 by itself. */
  piece?(span: Span): void;
  /** The message that began is whole. */
  finish?(): void;
}

/** A sink for every delivery. */
export interface AnySink extends MessageSink, SpanSink, PieceSink {}

/**
 * The sink for a delivery: {@link MessageSink}, {@link SpanSink} or {@link PieceSink}; all three at once where the delivery is
 * not known beforehand.
 */
export type ConnectionSink<D extends Delivery = 'messages'> = [Delivery] extends [D]
  ? AnySink
  : D extends 'messages'
    ? MessageSink
    : D extends 'spans'
      ? SpanSink
      : PieceSink;

const METHODS: Readonly<Record<Delivery, readonly (keyof AnySink)[]>> = {
  messages: ['text', 'binary'],
  spans: ['message'],
  pieces: ['begin', 'piece', 'finish'],
};

/** The one by which a sink shows for which delivery it is made. `begin` and `finish` are names that a class may have for itself. */
const TELLING: readonly (keyof AnySink)[] = ['text', 'binary', 'message', 'piece'];

/**
 * Methods are looked at once, when the connection is made.
 *
 * @throws TypeError for a sink that is none, that hears of messages in other deliveries only (all would be lost), or one of whose
 * methods for messages is a generator, no line of which would be run
 */
export function requireSink(delivery: Delivery, sink: AnySink): void {
  if (typeof sink !== 'object' || sink === null) {
    throw misuse(TypeError, 'SINK_INVALID', `a sink is an object with methods, not ${inWords(sink)}`);
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
      throw misuse(TypeError, 'SINK_INVALID', message);
    }
  }
  if (!heard && TELLING.some((name) => typeof sink[name] === 'function')) {
    const methods = METHODS[delivery].join(', ');
    throw misuse(
      TypeError,
      'SINK_INVALID',
      `with delivery '${delivery}' messages come to ${methods}: this sink has methods of another delivery only`,
    );
  }
}
