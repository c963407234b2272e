// Echo client on our packages: node sanssocket.mjs URL COUNT AGENT DELIVERY ENGINE.
import { connect } from 'node:net';
import { ClientHandshake } from '@sanssocket/handshake';
import { runCases } from '../run-cases.mjs';
import { echo, extensionsOf } from '../sanssocket-echo.mjs';

const [messages, engine] = process.argv.slice(5);
const extensions = await extensionsOf(engine);

await runCases((url) => {
  const handshake = new ClientHandshake(url, { extensions });
  const { uri, bytes } = handshake.request;
  return new Promise((resolve) => {
    const socket = connect({ host: uri.host, port: uri.port, allowHalfOpen: true });
    const settle = (outcome) => {
      if (outcome === undefined) return;
      socket.off('data', onData).off('end', onEnd).pause();
      if (outcome.kind === 'accepted')
        echo(socket, { role: 'client', messages }, outcome.extensions, outcome.remaining);
      else socket.destroy();
    };
    const onData = (chunk) => settle(handshake.receive(chunk));
    const onEnd = () => settle(handshake.receiveEof());
    socket.on('data', onData).on('end', onEnd);
    socket.on('error', () => {}).on('close', resolve);
    socket.write(bytes);
  });
});
