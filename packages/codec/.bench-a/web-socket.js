/**
 * `@sanssocket/codec/web-socket`: the browser's `WebSocket` over any transport.
 *
 * @packageDocumentation
 */
export { TransportWebSocket, } from './sugar/web-socket.js';
//# sourceMappingURL=web-socket.js.map