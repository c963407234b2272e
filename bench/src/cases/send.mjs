/**
 * Sending: messages in, frames out. A driver's turn is a batch of messages, then the output goes
 * to the socket.
 */
import { BINARY, Connection } from '@sanssocket/codec';
import { Sender } from 'ws';
import { makeFrame, makePayload, randomSource, withoutKeys } from '../frames.mjs';
import { perOperation } from '../runner.mjs';
import { assertSame, Tally } from '../tally.mjs';

/**
 * Messages a batch: so many are sent before a driver looks at `bufferedAmount` and flushes. Ours
 * are taken from the connection after each batch; ws writes each at once, corked.
 */
const MAX_BATCH = 64;
const BATCH_BYTES = 65536;

/**
 * The input of a case.
 *
 * @typedef {object} Input
 * @property {'ascii' | 'bytes'} kind
 * @property {number} bytes - of each message
 * @property {'server' | 'client'} role - of the sender
 * @property {boolean} [string] - whether a text is given as a string
 * @property {boolean} [copied] - whether the bytes are copied
 */

/** @type {[id: string, input: Input, target: number][]} */
const CASES = [
  ['send/16B/text/server', { kind: 'ascii', bytes: 16, role: 'server', string: true }, 5],
  ['send/16B/text/client', { kind: 'ascii', bytes: 16, role: 'client', string: true }, 5],
  // By reference, as ws does it.
  ['send/16KiB/binary/server', { kind: 'bytes', bytes: 16384, role: 'server' }, 1],
  // As a copy, so that the caller may use its memory again at once.
  ['send/16KiB/binary/server/copied', { kind: 'bytes', bytes: 16384, role: 'server', copied: true }, 0.3],
  ['send/1KiB/binary/client', { kind: 'bytes', bytes: 1024, role: 'client' }, 2.5],
  ['send/64KiB/binary/client', { kind: 'bytes', bytes: 65536, role: 'client' }, 1.5],
];

/**
 * A socket as far as ws's Sender knows it. A real one hands Buffers to the kernel as they are and
 * encodes strings on the way (ws relies on it for unmasked text), so this one encodes strings
 * too, into memory it has.
 */
export class FakeSocket {
  tally = new Tally();
  #encoded = Buffer.allocUnsafeSlow(65536);

  cork() {}

  uncork() {}

  /**
   * @param {Uint8Array | string} data
   * @param {() => void} [written]
   */
  write(data, written) {
    if (typeof data === 'string') this.tally.slice(this.#encoded, 0, this.#encoded.write(data));
    else this.tally.bytes(data);
    if (written !== undefined) written();
    return true;
  }
}

/**
 * A driver's flush: everything that waits goes to the socket.
 *
 * @param {Connection} connection
 * @param {FakeSocket} socket
 */
export function flush(connection, socket) {
  for (let chunk = connection.dataToSend(); chunk !== undefined; chunk = connection.dataToSend()) {
    socket.write(chunk);
    connection.recycleOutput(chunk); // this socket is always done when it returns
  }
}

/**
 * @param {Input} input
 * @returns {import('../runner.mjs').Subject}
 */
function prepare({ kind, bytes, role, string = false, copied = role === 'client' }) {
  const random = randomSource(bytes);
  const batch = Math.min(MAX_BATCH, BATCH_BYTES / bytes);
  const payloads = Array.from({ length: batch }, () => makePayload(kind, bytes, random));
  const messages = string ? payloads.map(String) : payloads;
  const masked = role === 'client';
  const sockets = { ours: new FakeSocket(), theirs: new FakeSocket() };

  // The option that the documentation recommends on Node; ws allocates like that too.
  const connection = new Connection({ role, allocate: (length) => Buffer.allocUnsafe(length) }, {});
  const ours = () => {
    if (string) for (let i = 0; i < batch; i++) connection.sendText(messages[i]);
    else if (copied) for (let i = 0; i < batch; i++) connection.sendBinary(messages[i]);
    else for (let i = 0; i < batch; i++) connection.sendZeroCopy(BINARY, messages[i]);
    flush(connection, sockets.ours);
  };
  const sender = new Sender(sockets.theirs, {});
  const options = { binary: kind === 'bytes', compress: false, fin: true, mask: masked };
  const theirs = () => {
    for (let i = 0; i < batch; i++) sender.send(messages[i], options);
  };
  return {
    ours: perOperation(ours, batch),
    theirs: perOperation(theirs, batch),
    verify: () => {
      const first = 0x80 | (kind === 'bytes' ? 2 : 1);
      const key = masked ? Buffer.alloc(4) : undefined;
      const expected = Buffer.concat(payloads.map((payload) => makeFrame(first, payload, key)));
      const written = (side, pass) => [withoutKeys(Buffer.concat(sockets[side].tally.collect(pass)))];
      const before = Buffer.concat(payloads);
      assertSame(written('ours', ours), written('theirs', theirs), [expected]);
      // Neither has changed the caller's bytes.
      assertSame([Buffer.concat(payloads)], [before], [before]);
    },
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const sendCases = CASES.map(([id, input, target]) => ({
  id,
  peer: 'ws',
  unit: 'ns/message',
  better: 'less',
  target,
  prepare: () => prepare(input),
}));
