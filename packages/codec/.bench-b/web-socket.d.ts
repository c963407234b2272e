/**
 * `@sanssocket/codec/web-socket`: the browser's `WebSocket` over any transport.
 *
 * @packageDocumentation
 */
export type { ConnectionOptions } from './agreed/connection-config.js';
export type { Delivery } from './agreed/connection-sink.js';
export type { Decoded, Encoded, MessageExtension, PiecePosition } from './agreed/extension.js';
export type { Limits } from './rules/limits.js';
export type { MessageOpcode } from './rules/opcodes.js';
export type { PlatformAbortSignal, PlatformBlob, PlatformEvent, PlatformEventTarget, PlatformMessageEvent, PlatformReadableStream, PlatformURL, PlatformWritableStream, } from './sugar/platform.js';
export { TransportWebSocket, type TransportWebSocketListener, type TransportWebSocketListenerOptions, type TransportWebSocketOptions, } from './sugar/web-socket.js';
export type { TransportCloseEvent, TransportWebSocketEventMap, TransportWebSocketHandler, } from './sugar/web-socket-events.js';
export type { ByteTransport } from './sugar/web-socket-session.js';
//# sourceMappingURL=web-socket.d.ts.map