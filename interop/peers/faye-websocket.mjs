// faye-websocket over websocket-driver, with permessage-deflate: node faye-websocket.mjs PORT | URL
import { createServer } from 'node:http';
import WebSocket from 'faye-websocket';
import deflate from 'permessage-deflate';

const target = process.argv[2];
const options = { extensions: [deflate] };
const echo = (socket) =>
  socket.on('message', ({ data }) => {
    if (data === 'close') socket.close(4001, 'bye');
    else socket.send(data);
  });
if (/^\d+$/.test(target)) {
  createServer()
    .on('upgrade', (request, socket, head) => echo(new WebSocket(request, socket, head, [], options)))
    .listen(Number(target), '127.0.0.1');
} else echo(new WebSocket.Client(target, [], options));
