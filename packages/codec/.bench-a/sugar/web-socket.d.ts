/**
 * The browser's `WebSocket` over any transport: an interface for which much code is written, where the platform has no
 * WebSocket of its own or none on this transport (WHATWG WebSockets Standard). This is what scripts see of it; what it does is
 * in `TransportSession`.
 */
import { type ConnectionOptions } from '../agreed/connection-config.js';
import type { MessageExtension } from '../agreed/extension.js';
import type { PlatformAbortSignal, PlatformBlob, PlatformEvent, PlatformEventTarget, PlatformURL } from './platform.js';
import { type TransportWebSocketEventMap as EventMap, type TransportWebSocketHandler as Handler } from './web-socket-events.js';
import { type ByteTransport } from './web-socket-session.js';
/** The platform's, by a name whose type needs no library. */
declare const Target: PlatformEventTarget;
/** Options of a {@link TransportWebSocket}: its own, and limits and sources as for a connection. */
export interface TransportWebSocketOptions extends Omit<ConnectionOptions, 'role' | 'delivery' | 'autoPong'> {
    /** Which side this is; `'client'` by default. */
    readonly role?: 'client' | 'server';
    /** What `url` says; the origin of messages comes from it. Empty by default. */
    readonly url?: string | PlatformURL;
    /** The subprotocol agreed on; empty by default. */
    readonly protocol?: string;
    /** The extensions agreed on, as in the header field `Sec-WebSocket-Extensions`; empty by default. */
    readonly extensions?: string;
    /** The same extensions at work. */
    readonly messageExtensions?: readonly MessageExtension[];
    /**
     * How long closing may take in all, in milliseconds: the closing handshake and the end of the transport (RFC 6455 7.1.1).
     * Then the transport is torn down. 10,000 by default.
     */
    readonly closeTimeoutMs?: number;
    /** Calls back once after `ms`, unless the function it returns is called first; by default `setTimeout`, where it exists. */
    readonly schedule?: (callback: () => void, ms: number) => () => void;
}
/** What may listen to a {@link TransportWebSocket}: a function or an object with `handleEvent` (DOM 2.7). */
export type TransportWebSocketListener = ((event: PlatformEvent) => void) | {
    handleEvent(event: PlatformEvent): void;
} | null;
/** How it listens (DOM 2.7). */
export type TransportWebSocketListenerOptions = boolean | {
    capture?: boolean;
    once?: boolean;
    passive?: boolean;
    signal?: PlatformAbortSignal;
};
/**
 * A WebSocket as browsers have it, over a transport whose opening handshake is done, or over the promise of one. It reads and
 * writes the transport until both directions have ended, takes nothing from it while a listener is at work, and limits the
 * time a closing may take. Where it differs: over a transport that is there it is open from the start (`open` fires in a
 * microtask), it may be a server, and a connection lost without a Close fires `error` too (RFC 6455 7.2.1). Messages go out
 * in the order of `send`, Blobs included.
 *
 * RFC 6455; https://websockets.spec.whatwg.org/
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type TransportCloseEvent, TransportWebSocket } from '@sanssocket/codec/web-socket';
 *
 * const up = new TransformStream<Uint8Array, Uint8Array>();
 * const down = new TransformStream<Uint8Array, Uint8Array>();
 * const server = new TransportWebSocket({ readable: up.readable, writable: down.writable }, { role: 'server' });
 * server.onmessage = ({ data }) => server.send(`${data}!`);
 *
 * const client = new TransportWebSocket({ readable: down.readable, writable: up.writable });
 * client.onopen = () => client.send('hello');
 * client.onmessage = ({ data }) => {
 *   assert.equal(data, 'hello!');
 *   client.close(1000, 'bye');
 * };
 * const closed = await new Promise<TransportCloseEvent>((resolve) => client.addEventListener('close', resolve));
 * assert.deepEqual([closed.code, closed.wasClean, client.readyState], [1000, true, client.CLOSED]);
 * ```
 */
export declare class TransportWebSocket extends Target {
    #private;
    static readonly CONNECTING: 0;
    static readonly OPEN: 1;
    static readonly CLOSING: 2;
    static readonly CLOSED: 3;
    readonly CONNECTING: 0;
    readonly OPEN: 1;
    readonly CLOSING: 2;
    readonly CLOSED: 3;
    /**
     * @param transport - used exclusively from now on. Or a promise of it: if that is rejected, or what it gives cannot be used,
     * `error` and `close` are fired, with 1006
     * @param options - role, what the opening handshake agreed on, limits
     * @throws TypeError if a stream of the transport is locked or the URL is none; as the constructor of `Connection`;
     * RangeError for a time limit that is not a positive integer
     */
    constructor(transport: ByteTransport | PromiseLike<ByteTransport>, options?: TransportWebSocketOptions);
    /** The URL given, or empty. */
    get url(): string;
    /** `CONNECTING` (0) while the transport is still promised, `OPEN` (1), `CLOSING` (2) or `CLOSED` (3). */
    get readyState(): 0 | 1 | 2 | 3;
    /** The subprotocol in use, or empty (RFC 6455 1.9). */
    get protocol(): string;
    /** The extensions in use, or empty (RFC 6455 9). */
    get extensions(): string;
    /**
     * Bytes of messages given to `send` that the transport has not taken: those it is still writing count. What was sent too late
     * stays in it for good, as does what was not written when the connection was lost.
     */
    get bufferedAmount(): number;
    /** How binary messages are delivered: `'blob'` (the default where there are Blobs) or `'arraybuffer'`. */
    get binaryType(): 'blob' | 'arraybuffer';
    set binaryType(type: 'blob' | 'arraybuffer');
    /** The event handlers: each is a listener, in the place of the moment it was first set. */
    get onopen(): Handler<'open'>;
    set onopen(handler: Handler<'open'>);
    get onmessage(): Handler<'message'>;
    set onmessage(handler: Handler<'message'>);
    get onerror(): Handler<'error'>;
    set onerror(handler: Handler<'error'>);
    get onclose(): Handler<'close'>;
    set onclose(handler: Handler<'close'>);
    /**
     * Sends a message; once closing has begun it is dropped silently.
     *
     * @param data - a string is a text, in which a lone surrogate becomes U+FFFD; memory, views of it and Blobs are binary, and
     * copied; anything else is converted to a string. A Blob that cannot be read fails the connection
     * @throws DOMException `InvalidStateError` while connecting, TypeError for shared or resizable memory
     *
     * RFC 6455 5.6, 6.1.
     */
    send(data: string | ArrayBuffer | ArrayBufferView | PlatformBlob): void;
    /**
     * Starts the closing handshake, behind the messages sent before; while connecting, gives up. Later calls do nothing.
     *
     * @param code - 1000, or 3000 to 4999; none by default, or 1000 with a reason
     * @param reason - at most 123 bytes of UTF-8
     * @throws DOMException `InvalidAccessError` for another code, `SyntaxError` for a longer reason
     *
     * RFC 6455 7.1.2.
     */
    close(code?: number | undefined, reason?: string | undefined): void;
    addEventListener<K extends keyof EventMap>(type: K, listener: (event: EventMap[K]) => void, options?: TransportWebSocketListenerOptions): void;
    addEventListener(type: string, listener: TransportWebSocketListener, options?: TransportWebSocketListenerOptions): void;
    removeEventListener<K extends keyof EventMap>(type: K, listener: (event: EventMap[K]) => void, options?: TransportWebSocketListenerOptions): void;
    removeEventListener(type: string, listener: TransportWebSocketListener, options?: TransportWebSocketListenerOptions): void;
}
export {};
//# sourceMappingURL=web-socket.d.ts.map