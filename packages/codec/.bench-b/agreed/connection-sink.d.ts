/** What a connection tells its host, by the form in which messages are delivered. */
import type { Span } from '../memory/span.js';
import type { MessageOpcode } from '../rules/opcodes.js';
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
 * `receive`, `receiveEnd` and `resume`. None may be `async`, as nobody would wait for it: a host that needs time for a message
 * calls `pause`, and `resume` when it is done.
 *
 * Order of events: that of the frames. After `closed` nothing is called.
 */
export interface ControlSink {
    /**
     * A Ping arrived; it is answered without asking unless `autoPong` is off (RFC 6455 5.5.2).
     *
     * @param payload - 0 to 125 bytes, to keep
     */
    ping?(payload: Uint8Array): void;
    /**
     * A Pong arrived, asked for or not (RFC 6455 5.5.3).
     *
     * @param payload - 0 to 125 bytes, to keep
     */
    pong?(payload: Uint8Array): void;
    /**
     * The peer's Close arrived: the last thing heard from it. The answer goes out by itself (RFC 6455 5.5.1).
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
     * A method of this sink, or a function of the host's (a source of masking keys, an allocator), has thrown outside of any call
     * of the host, because an asynchronous extension had finished: there was nobody to throw it at. Reading goes on behind the
     * event that threw, as it does where the exception passes through `receive`. An extension that could not encode a message, or
     * whose result could not be written, fails the connection with 1011; its error comes here too.
     *
     * Without this method, or when it throws itself, or when `closed`, the `output` before it or an extension's `close` did, the
     * error is reported as uncaught: by the runtime's `reportError`, or else from a microtask.
     */
    error?(error: unknown): void;
}
/** What a {@link Connection} calls with the option `delivery: 'messages'`, the default. */
export interface MessageSink extends ControlSink {
    /** A whole text message, decoded and validated; a byte-order mark is kept (RFC 6455 5.6, 8.1). */
    text?(text: string): void;
    /**
     * A whole binary message, to be kept (RFC 6455 5.6). Its `ArrayBuffer` may hold other messages of the same read: copy it
     * before you transfer it.
     */
    binary?(bytes: Uint8Array): void;
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
export interface AnySink extends MessageSink, SpanSink, PieceSink {
}
/**
 * The sink for a delivery: {@link MessageSink}, {@link SpanSink} or {@link PieceSink}; all three at once where the delivery is
 * not known beforehand.
 */
export type ConnectionSink<D extends Delivery = 'messages'> = [Delivery] extends [D] ? AnySink : D extends 'messages' ? MessageSink : D extends 'spans' ? SpanSink : PieceSink;
/**
 * Methods are looked at once, when the connection is made.
 *
 * @throws TypeError for a sink that is none, that hears of messages in other deliveries only (all would be lost), or one of whose
 * methods for messages is async or a generator
 */
export declare function requireSink(delivery: Delivery, sink: AnySink): void;
//# sourceMappingURL=connection-sink.d.ts.map