/** Exports that are the same in every runtime. */

export { type CloseInfo, type ConnectionHandlers, PreparedMessage } from '@sanssocket/codec';
export type { RejectOptions } from '@sanssocket/handshake';
export { Backoff, type BackoffOptions } from './client/backoff.js';
export { type ClientHandlers, OpeningError } from './client/open.js';
export type { ClientOptions } from './client/options.js';
export {
  ConnectionLostError,
  type Loss,
  ReconnectingConnection,
  type ReconnectingState,
  type ReconnectOptions,
  type UrlSource,
} from './client/reconnecting.js';
export { WebSocketConnection } from './connection.js';
export type { OpeningFailure, Unopened } from './opening/client-opening.js';
export type { Compression } from './options.js';
export { type Rejecting, reject, type ServerOptions } from './server/options.js';
export {
  type BroadcastOptions,
  type CloseServerOptions,
  type ServerHandlers,
  type ServerRequest,
  WebSocketServer,
} from './server/server.js';
