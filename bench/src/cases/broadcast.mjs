/** Broadcasting: one text to many connections. */
import { Connection, ConnectionConfig, PreparedMessage } from '@sanssocket/codec';
import { Sender } from 'ws';
import { makeFrame, makePayload, randomSource } from '../frames.mjs';
import { DEFAULTS } from '../ours.mjs';
import { perOperation } from '../runner.mjs';
import { FakeSocket, flush } from '../socket.mjs';
import { assertSame } from '../tally.mjs';

const CONNECTIONS = 1000;
const BYTES = 128;

/** @returns {import('../runner.mjs').Subject} */
function prepare() {
  const payload = makePayload('ascii', BYTES, randomSource(BYTES));
  const text = String(payload);
  const sockets = { ours: new FakeSocket(), theirs: new FakeSocket() };

  const config = new ConnectionConfig(DEFAULTS.server);
  const connections = Array.from({ length: CONNECTIONS }, () => new Connection(config, {}));
  const ours = () => {
    const message = PreparedMessage.text(text);
    for (const connection of connections) {
      connection.sendPrepared(message);
      flush(connection, sockets.ours);
    }
  };

  // ws at its best: encoded once by the caller, so that each connection only writes a header of
  // its own.
  const senders = Array.from({ length: CONNECTIONS }, () => new Sender(sockets.theirs, {}));
  const options = { binary: false, compress: false, fin: true, mask: false };
  const theirs = () => {
    const bytes = Buffer.from(text);
    for (const sender of senders) sender.send(bytes, options);
  };
  return {
    ours: perOperation(ours, CONNECTIONS),
    theirs: perOperation(theirs, CONNECTIONS),
    verify: () => {
      const expected = Buffer.concat(Array(CONNECTIONS).fill(makeFrame(0x81, payload)));
      const written = (side, pass) => [Buffer.concat(sockets[side].tally.collect(pass))];
      assertSame(written('ours', ours), written('theirs', theirs), [expected]);
    },
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const broadcastCases = [
  { id: 'broadcast/128B/1000', peer: 'ws', unit: 'ns/connection', target: 8, prepare },
];
