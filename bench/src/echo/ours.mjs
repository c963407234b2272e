/**
 * An echo server of our packages on `node:net`; on Node and, unchanged, on Bun. The host loop a server author writes: what
 * one read made necessary is one write.
 */
import { createServer } from 'node:net';
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import { ServerHandshake } from '@sanssocket/handshake';

/** Spans are borrowed until they have been sent again, so no message is ever copied to memory of its own. */
const CONFIG = new ConnectionConfig({
  role: 'server',
  delivery: 'spans',
  allocate: (bytes) => Buffer.allocUnsafe(bytes),
});

/** @param {import('node:net').Socket} socket */
function serve(socket) {
  const handshake = new ServerHandshake();
  socket.on('error', () => socket.destroy());
  socket.on('data', function onHead(chunk) {
    const event = handshake.receive(chunk);
    if (event?.kind === 'rejected') socket.end(event.bytes);
    if (event?.kind !== 'request') return;
    socket.removeListener('data', onHead);
    socket.write(handshake.accept().bytes);
    echo(socket, event.remaining);
  });
}

/**
 * @param {import('node:net').Socket} socket
 * @param {Uint8Array} head - what followed the handshake
 */
function echo(socket, head) {
  const connection = new Connection(CONFIG, {
    message: (opcode, span) => connection.sendSpan(opcode, span),
  });
  const flush = () => {
    for (let chunk = connection.takeOutput(); chunk !== undefined; chunk = connection.takeOutput()) {
      socket.write(chunk);
      // Written at once: the next output may use the same memory.
      if (socket.writableLength === 0) connection.reuseOutput(chunk);
    }
    if (connection.transport === 'end') socket.end();
  };
  const receive = (chunk) => {
    connection.receive(chunk);
    flush();
  };
  receive(head);
  socket.on('data', receive);
  socket.on('end', () => {
    connection.receiveEnd();
    flush();
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
