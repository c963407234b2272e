/**
 * What is behind a `WebSocket`: a connection between its opening and the end of its transport (WHATWG WebSockets Standard,
 * RFC 6455 7).
 *
 * ```
 *   CONNECTING --- the transport is there ------------------------------------> OPEN       `opened`
 *   CONNECTING --- close() ---------------------------------------------------> CLOSING    and CLOSED a moment later
 *   CONNECTING --- there will be no transport --------------------------------> CLOSED     `ended`
 *   OPEN       --- close(), or the peer's Close, or the connection ended -----> CLOSING    the time limit begins to run
 *   CLOSING    --- connection and transport ended, or time is up -------------> CLOSED     `ended`
 * ```
 */
import type { ConnectionConfig } from '../agreed/connection-config.js';
import { type MessageExtension } from '../agreed/extension.js';
import type { PlatformBlob, PlatformReadableStream, PlatformWritableStream } from './platform.js';
export declare const CONNECTING = 0;
export declare const OPEN = 1;
export declare const CLOSING = 2;
export declare const CLOSED = 3;
/** The ready states of a WebSocket. */
export type ReadyState = typeof CONNECTING | typeof OPEN | typeof CLOSING | typeof CLOSED;
/** A transport behind its opening handshake: a socket's two directions as streams of bytes. */
export interface ByteTransport {
    /** Bytes from the peer; closes when the peer has ended its direction. */
    readonly readable: PlatformReadableStream<Uint8Array>;
    /** Bytes to the peer; may get the same array as other transports, so that it must not change or transfer it. */
    readonly writable: PlatformWritableStream<Uint8Array>;
    /** The subprotocol agreed on, if that is known only now; goes before the option of this name, as do the next two. */
    readonly protocol?: string | undefined;
    /** The extensions agreed on, as in the header field `Sec-WebSocket-Extensions`. */
    readonly extensions?: string | undefined;
    /** The same extensions at work. */
    readonly messageExtensions?: readonly MessageExtension[] | undefined;
}
/** What a session needs. */
export interface SessionSetup {
    readonly config: ConnectionConfig;
    readonly messageExtensions: readonly MessageExtension[];
    /** Starts the time limit on closing; returns what stops it. */
    readonly startTimer: (callback: () => void) => () => void;
}
/** What a session tells; nothing before its constructor has returned. */
export interface SessionSink {
    opened(transport: ByteTransport): void;
    /** A message that came while the session was open; bytes are the receiver's own. */
    message(data: string | Uint8Array): void;
    /** Connection and transport have ended: the last call. */
    ended(isClean: boolean, code: number, reason: string): void;
}
/** Reads and writes a transport until both directions have ended. Internal: `TransportWebSocket` shows it to scripts. */
export declare class TransportSession {
    #private;
    /** @throws TypeError if a stream of the transport is locked, or it is none; as the constructor of `Connection` */
    constructor(transport: ByteTransport | PromiseLike<ByteTransport>, setup: SessionSetup, sink: SessionSink);
    get state(): ReadyState;
    /** Bytes of messages given to `send` that the transport has not taken. What was sent too late stays in it for good. */
    get bufferedAmount(): number;
    /**
     * Sends a message; once closing has begun it is dropped.
     *
     * @param message - bytes are copied
     * @param bytes - how many they are
     */
    send(message: string | Uint8Array | PlatformBlob, bytes: number): void;
    /** Starts the closing handshake, behind the messages sent before; where there is no connection yet, gives it up. */
    close(code: number | undefined, reason: string): void;
}
//# sourceMappingURL=web-socket-session.d.ts.map