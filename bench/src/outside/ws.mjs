/**
 * The README's server on ws and `node:http`, with bufferutil and ws's defaults (no compression).
 *
 *   ws.mjs PORT
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer((_request, response) => response.writeHead(404).end());
const sockets = new WebSocketServer({ server, maxPayload: 1024 * 1024 });
sockets.on('connection', (socket) => {
  socket.on('error', (error) => console.log('error', error.message));
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })); // an echo
  socket.on('close', (code) => console.log('over', code));
});
const port = Number(process.argv[2]);
server.listen(port, () => console.log(`listening on ${port}`));
