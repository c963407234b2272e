// Echo on our packages: node sanssocket.mjs PORT MESSAGES ENGINE. Messages are `whole`, `borrowed` or `streamed`, an engine `node-zlib`,
// `pako`, `fflate`, `streams` or `none`.
import { createServer } from 'node:net';
import { ServerHandshake } from '@sanssocket/handshake';
import { echo, extensionsOf } from '../sanssocket-echo.mjs';

const [port, messages, engine] = process.argv.slice(2);
const extensions = await extensionsOf(engine);

createServer({ allowHalfOpen: true }, (socket) => {
  const handshake = new ServerHandshake();
  socket.on('error', () => {});
  const onEnd = () => socket.end(handshake.receiveEof()?.bytes ?? '');
  const onData = (chunk) => {
    const event = handshake.receive(chunk);
    if (event?.kind === 'rejected') socket.end(event.bytes);
    if (event?.kind !== 'request') return;
    socket.off('data', onData).off('end', onEnd).pause();
    const acceptance = handshake.accept({ extensions });
    socket.write(acceptance.bytes);
    echo(socket, { role: 'server', messages }, acceptance.extensions, event.remaining);
  };
  socket.on('data', onData).on('end', onEnd);
}).listen(Number(port), '127.0.0.1');
