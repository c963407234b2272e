/**
 * A server that keeps short messages, as a queue does, and echoes all.
 *
 *   keep.mjs PORT ours|ws KEPT_BYTES      keeps binary messages of as many bytes or fewer
 */
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import { attachSocket } from '@sanssocket/codec/node';
import { WebSocketServer } from 'ws';
import { DEFAULTS } from '../ours.mjs';
import { accepting } from './accepting.mjs';

const [port, side, keptBytes] = process.argv.slice(2);

/** @type {Uint8Array[]} */
const kept = [];

/** @param {Uint8Array} bytes */
function keep(bytes) {
  if (bytes.length <= Number(keptBytes)) kept.push(bytes);
}

if (side === 'ws') {
  const server = new WebSocketServer({ port: Number(port) }, () => console.log(`listening on ${port}`));
  server.on('connection', (socket) => {
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      keep(data);
      socket.send(data);
    });
  });
} else {
  const config = new ConnectionConfig(DEFAULTS.server);
  accepting((socket) => {
    const connection = new Connection(config, {
      binary: (bytes) => {
        keep(bytes);
        driver.sendBinary(bytes);
      },
    });
    const driver = attachSocket(socket, connection);
  });
}
