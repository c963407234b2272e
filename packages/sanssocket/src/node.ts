/**
 * `sanssocket` on Node: `serve`, `connect`, and their kin.
 *
 * @packageDocumentation
 */

export * from './common.js';
export { type ConnectOptions, connect, reconnect } from './node-client.js';
export { connectHttp2 } from './node-http2.js';
export { createServer, NodeWebSocketServer, type ServeOptions, serve } from './node-server.js';
