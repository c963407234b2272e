// ws: node ws.mjs PORT | URL
import { WebSocket, WebSocketServer } from 'ws';

const target = process.argv[2];
const options = { perMessageDeflate: { threshold: 0 }, maxPayload: 1 << 26 };
const echo = (socket) => {
  socket.on('message', (data, isBinary) => {
    if (!isBinary && `${data}` === 'close') socket.close(4001, 'bye');
    else socket.send(data, { binary: isBinary });
  });
  socket.on('error', console.error);
};
if (/^\d+$/.test(target))
  new WebSocketServer({ port: Number(target), host: '127.0.0.1', ...options }).on('connection', echo);
else echo(new WebSocket(target, options));
