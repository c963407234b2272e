// presidium-websocket, without compression: node presidium-websocket.mjs PORT | URL
import WebSocket from 'presidium-websocket';

const target = process.argv[2];
const options = { supportPerMessageDeflate: false, maxMessageLength: 1 << 26 };
const echo = (socket) =>
  socket.on('message', (data) => {
    // The body of a Close is the caller's: code and reason.
    if (`${data}` === 'close') socket.sendClose(Buffer.from('\x0f\xa1bye', 'latin1'));
    else socket.send(data);
  });
if (/^\d+$/.test(target)) {
  const server = new WebSocket.Server(options);
  server.on('connection', echo);
  server.listen(Number(target), '127.0.0.1');
} else echo(new WebSocket(target, options));
