/** The events of a `TransportWebSocket` (WHATWG WebSockets Standard, HTML Standard). */
import type { PlatformBlob, PlatformEvent, PlatformMessageEvent } from './platform.js';
/** The `close` event of a {@link TransportWebSocket}: the platform's `CloseEvent` where there is one. */
export type TransportCloseEvent = PlatformEvent & {
    /** Whether the closing handshake was completed (RFC 6455 7.1.4). */
    readonly wasClean: boolean;
    /** The code of the peer's Close, 1005 if it had none; 1006 if there was no Close (RFC 6455 7.1.5). */
    readonly code: number;
    /** The reason in the peer's Close (RFC 6455 7.1.6). */
    readonly reason: string;
};
/** The events of a {@link TransportWebSocket} by type. */
export interface TransportWebSocketEventMap {
    /** It can be used. */
    readonly open: PlatformEvent;
    /** A message: a string, or bytes as `binaryType` says. */
    readonly message: PlatformMessageEvent<string | ArrayBuffer | PlatformBlob>;
    /** The connection failed; `close` follows. */
    readonly error: PlatformEvent;
    /** The connection has ended: the last event. */
    readonly close: TransportCloseEvent;
}
/** An event handler of a {@link TransportWebSocket}. */
export type TransportWebSocketHandler<K extends keyof TransportWebSocketEventMap> = ((event: TransportWebSocketEventMap[K]) => unknown) | null;
/**
 * Makes a `close` event: the platform's, so that `instanceof CloseEvent` holds, or one of the same shape.
 */
export declare function createCloseEvent(wasClean: boolean, code: number, reason: string): TransportCloseEvent;
//# sourceMappingURL=web-socket-events.d.ts.map