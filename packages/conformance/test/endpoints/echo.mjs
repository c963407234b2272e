// An echo server and an echo client on our packages, as small as they can be. As a program: `node echo.mjs [port]`.
import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Connection } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';

const deflate = permessageDeflate({ engine: nodeZlib(), level: 1 });

/** Carries a connection over a socket, and echoes what comes. */
export function runEcho(socket, role, extensions, remaining) {
  const connection = new Connection(
    { role },
    {
      message: (opcode, span) => connection.sendSlice(opcode, span),
      outputAvailable: () => queueMicrotask(flush),
    },
    extensions,
  );
  const flush = () => {
    for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
      if (!socket.writableEnded) socket.write(chunk);
    }
    if (connection.transportAction === 'end') socket.end();
  };
  socket.setNoDelay?.(true);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    connection.receive(chunk);
    flush();
  });
  socket.on('end', () => {
    connection.receiveEof();
    flush();
    socket.end();
  });
  if (remaining.length > 0) connection.receive(remaining);
  flush();
  socket.resume();
}

/** An echo server. Resolves to the server once it listens. */
export function startEchoServer(port = 0) {
  return listen(createServer({ allowHalfOpen: true }, serveSocket), port);
}

/** Resolves to a server once it listens. */
export function listen(server, port = 0) {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

/** Serves one connection of HTTP/1.1. */
export function serveSocket(socket) {
  const handshake = new ServerHandshake();
  socket.on('error', () => {});
  const onEnd = () => socket.end(handshake.receiveEof()?.bytes ?? '');
  const onData = (chunk) => {
    const event = handshake.receive(chunk);
    if (event?.kind === 'rejected') socket.end(event.bytes);
    if (event?.kind !== 'request') return;
    socket.off('data', onData).off('end', onEnd).pause();
    const acceptance = handshake.accept({ extensions: [deflate], headers: [['Server', 'sanssocket']] });
    socket.write(acceptance.bytes);
    const extensions = acceptance.extensions.map(({ extension }) => extension);
    runEcho(socket, 'server', extensions, event.remaining);
  };
  socket.on('data', onData).on('end', onEnd);
}

/** An echo client. Resolves when the socket is gone. */
export function runEchoClient(url, socketOptions = {}) {
  const handshake = new ClientHandshake(url, {
    extensions: [deflate],
    headers: [['User-Agent', 'sanssocket']],
  });
  const { uri, bytes } = handshake.request;
  return new Promise((resolve) => {
    const tcp = connect({ host: uri.host, port: uri.port, allowHalfOpen: true });
    const socket = uri.secure
      ? connectTls({ socket: tcp, rejectUnauthorized: false, ...socketOptions })
      : tcp;
    const settle = (outcome) => {
      if (outcome === undefined) return;
      socket.off('data', onData).off('end', onEnd).pause();
      if (outcome.kind !== 'accepted') {
        socket.destroy();
        return;
      }
      const extensions = outcome.extensions.map(({ extension }) => extension);
      runEcho(socket, 'client', extensions, outcome.remaining);
    };
    const onData = (chunk) => settle(handshake.receive(chunk));
    const onEnd = () => settle(handshake.receiveEof());
    socket.on('data', onData).on('end', onEnd);
    socket.on('error', () => {}).on('close', resolve);
    socket.write(bytes);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const server = await startEchoServer(Number(process.argv[2] ?? 0));
  console.log(server.address().port);
}
