// websocket13: node websocket13.mjs PORT | URL
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'websocket13';

const target = process.argv[2];
const echo = (socket) => {
  socket.on('message', (_type, data) => {
    if (data === 'close') socket.disconnect(4001, 'bye');
    else socket.send(data);
  });
  socket.on('error', console.error);
};
if (/^\d+$/.test(target)) {
  const server = new WebSocketServer();
  server.http(createServer().listen(Number(target), '127.0.0.1'));
  server.on('handshake', (_data, _reject, accept) => echo(accept()));
} else echo(new WebSocket(target));
