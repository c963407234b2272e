/**
 * Sending: messages in, frames out. A driver's turn is a batch of messages, or one message, then
 * the output goes to the socket.
 */
import { BINARY, Connection } from '@sanssocket/codec';
import { Sender } from 'ws';
import { makeFrame, makePayload, randomSource, withoutKeys } from '../frames.mjs';
import { DEFAULTS, UNCLEARED } from '../ours.mjs';
import { perOperation } from '../runner.mjs';
import { FakeSocket, flush } from '../socket.mjs';
import { assertSame } from '../tally.mjs';

/**
 * Messages a pass, in batches of as many or fewer. Ours are taken from the connection after each
 * batch; ws writes each at once, corked.
 */
const MESSAGES = 64;
const PASS_BYTES = 512 * 1024;
const BATCH_BYTES = 65536;

/**
 * The input of a case.
 *
 * @typedef {object} Input
 * @property {'ascii' | 'bytes'} kind - a text is given as a string
 * @property {number} bytes - of each message
 * @property {'server' | 'client'} role - of the sender
 * @property {number} [batch] - messages until the output goes to the socket
 * @property {boolean} [zeroCopy] - whether bytes go by reference
 * @property {object} [options] - of our connection, beside those of the README's programs
 */

/** @type {[id: string, input: Input, target?: number][]} */
const CASES = [
  ['send/16B/text/server', { kind: 'ascii', bytes: 16, role: 'server' }, 5],
  ['send/16B/text/client', { kind: 'ascii', bytes: 16, role: 'client' }, 4],
  ['send/1KiB/binary/client', { kind: 'bytes', bytes: 1024, role: 'client' }, 4],
  ['send/64KiB/binary/client', { kind: 'bytes', bytes: 65536, role: 'client' }],
  ['send/64KiB/binary/client/allocate', { kind: 'bytes', bytes: 65536, role: 'client', options: UNCLEARED }],
  ['send/single/16B/text/server', { kind: 'ascii', bytes: 16, role: 'server', batch: 1 }],
  // Copied, so that the caller may use its memory again at once; ws sends by reference.
  ['send/16KiB/binary/server', { kind: 'bytes', bytes: 16384, role: 'server' }],
  ['send/16KiB/binary/server/zeroCopy', { kind: 'bytes', bytes: 16384, role: 'server', zeroCopy: true }],
];

/**
 * @param {Input} input
 * @returns {import('../runner.mjs').Subject}
 */
function prepare({ kind, bytes, role, batch = BATCH_BYTES / bytes, zeroCopy = false, options }) {
  const random = randomSource(bytes);
  const count = Math.min(MESSAGES, PASS_BYTES / bytes);
  const payloads = Array.from({ length: count }, () => makePayload(kind, bytes, random));
  const isText = kind === 'ascii';
  const messages = isText ? payloads.map(String) : payloads;
  const masked = role === 'client';
  const sockets = { ours: new FakeSocket(), theirs: new FakeSocket() };

  const connection = new Connection({ ...DEFAULTS[role], ...options }, {});
  const ours = () => {
    for (let from = 0; from < count; from += batch) {
      const to = Math.min(count, from + batch);
      if (isText) for (let i = from; i < to; i++) connection.sendText(messages[i]);
      else if (zeroCopy) for (let i = from; i < to; i++) connection.sendZeroCopy(BINARY, messages[i]);
      else for (let i = from; i < to; i++) connection.sendBinary(messages[i]);
      flush(connection, sockets.ours);
    }
  };
  const sender = new Sender(sockets.theirs, {});
  const wsOptions = { binary: !isText, compress: false, fin: true, mask: masked };
  const theirs = () => {
    for (let i = 0; i < count; i++) sender.send(messages[i], wsOptions);
  };
  return {
    ours: perOperation(ours, count),
    theirs: perOperation(theirs, count),
    verify: () => {
      const key = masked ? Buffer.alloc(4) : undefined;
      const frames = payloads.map((payload) => makeFrame(0x80 | (isText ? 1 : 2), payload, key));
      const written = (side, pass) => [withoutKeys(Buffer.concat(sockets[side].tally.collect(pass)))];
      const before = Buffer.concat(payloads);
      assertSame(written('ours', ours), written('theirs', theirs), [Buffer.concat(frames)]);
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
  target,
  timing: input.bytes < 16384 ? 'rounds' : 'long',
  prepare: () => prepare(input),
}));
