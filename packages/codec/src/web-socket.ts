/**
 * `@sanssocket/codec/web-socket`: the browser's `WebSocket` over any transport.
 *
 * @packageDocumentation
 */

export { TransportWebSocket, type TransportWebSocketOptions } from './sugar/web-socket.js';
export type {
  TransportCloseEvent,
  TransportWebSocketEventMap,
  TransportWebSocketHandler,
} from './sugar/web-socket-events.js';
export type { ByteTransport } from './sugar/web-socket-session.js';
