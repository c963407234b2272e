/**
 * An echo of socket.io's, over its own ws (with bufferutil) or over `@sanssocket/ws` as its engine.
 *
 *   socket-io.mjs PORT ours|ws
 */
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const [port, side] = process.argv.slice(2);
const { WebSocketServer } = side === 'ours' ? await import('@sanssocket/ws') : await import('ws');

const http = createServer();
// As socket.io's default, but that one would be another copy of ws, without bufferutil.
const server = new Server(http, { wsEngine: WebSocketServer, transports: ['websocket'], serveClient: false });
server.on('connection', (socket) => {
  socket.on('m', (text) => socket.emit('m', text));
});
http.listen(Number(port), () => console.log(`listening on ${port}`));
