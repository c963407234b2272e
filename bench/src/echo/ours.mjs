/**
 * An echo server of our packages on `node:net`, written as the README advises; on Node and,
 * unchanged, on Bun.
 */
import { createServer } from 'node:net';
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import { DriverConfig } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';
import { ServerHandshake } from '@sanssocket/handshake';

/**
 * Slices are borrowed until they have been sent again, so no message is ever copied to memory of
 * its own.
 */
const CONFIG = new ConnectionConfig({
  role: 'server',
  allocate: (bytes) => Buffer.allocUnsafe(bytes),
});

/** Shared by all connections, as the other is. */
const LIMITS = new DriverConfig();

/** @param {import('node:net').Socket} socket */
function serve(socket) {
  const handshake = new ServerHandshake();
  const onError = () => socket.destroy();
  socket.on('error', onError);
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
 * @param {Uint8Array} head - the bytes that followed the handshake
 */
function echo(socket, head) {
  const connection = new Connection(CONFIG, {
    message: (opcode, slice) => driver.sendSlice(opcode, slice),
  });
  const driver = attachSocket(socket, connection, LIMITS, head);
}

const server = createServer({ noDelay: true }, serve);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
