/**
 * `@sanssocket/ws`: the interface of ws 8 over sanssocket's machines. `import` has the names that ws
 * has; `require` gives the class `WebSocket` with the others as its properties.
 *
 * @packageDocumentation
 */

import { extension, subprotocol } from './header-values.js';
import { WebSocketServer } from './server.js';
import { createWebSocketStream } from './stream.js';
import { WebSocket } from './websocket.js';

Object.assign(WebSocket, {
  WebSocket,
  WebSocketServer,
  Server: WebSocketServer,
  createWebSocketStream,
  extension,
  subprotocol,
});

export type {
  CloseEvent,
  ErrorEvent,
  Event,
  EventListener,
  EventListenerOptions,
  MessageEvent,
  WebSocketEventMap,
} from './events.js';
export type {
  ExtensionFormat,
  ExtensionHeader,
  ExtensionParameters,
  SubprotocolHeader,
} from './header-values.js';
export type { UpgradeCallback } from './server.js';
export type * from './types.js';
export {
  createWebSocketStream,
  extension,
  subprotocol,
  WebSocket,
  WebSocket as 'module.exports',
  WebSocket as default,
  WebSocketServer,
  WebSocketServer as Server,
};
