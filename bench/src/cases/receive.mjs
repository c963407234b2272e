/**
 * Receiving: frames in, messages out. ws's Receiver against our Connection, fed with the same
 * chunks.
 */
import assert from 'node:assert/strict';
import { Connection } from '@sanssocket/codec';
import { Receiver } from 'ws';
import { Feed, makeTraffic } from '../frames.mjs';
import { perOperation } from '../runner.mjs';
import { assertSame, Tally } from '../tally.mjs';
import { startWslay } from '../wslay.mjs';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * The input of a case.
 *
 * @typedef {object} Input
 * @property {number} bytes - of each message
 * @property {'bytes' | 'ascii' | 'mixed'} [kind]
 * @property {'server' | 'client'} [role] - of the receiver: a server's frames come masked
 * @property {number} [fragment] - bytes of each fragment
 * @property {'packed' | 'drip' | number} [chunks] - 64 KiB each, one byte each, or so many frames
 * each
 */

/**
 * The form in which messages come to our side; ws has one, a Buffer.
 *
 * @typedef {'borrowed' | 'view' | 'string' | 'streamed'} Form
 */

/** @type {[id: string, input: Input, form: Form, target: number][]} */
const CASES = [
  ['receive/16B/binary/span', { bytes: 16 }, 'borrowed', 22],
  ['receive/16B/text/span', { bytes: 16, kind: 'ascii' }, 'borrowed', 20],
  ['receive/125B/binary/span', { bytes: 125 }, 'borrowed', 15],
  ['receive/16KiB/binary/span', { bytes: 16 * KIB }, 'borrowed', 1.2],
  ['receive/64KiB/binary/span', { bytes: 64 * KIB }, 'borrowed', 1.2],
  ['receive/16B/binary/view', { bytes: 16 }, 'view', 4],
  ['receive/16B/text/string', { bytes: 16, kind: 'ascii' }, 'string', 7.5],
  ['receive/125B/binary/view', { bytes: 125 }, 'view', 4],
  ['receive/125B/text/string', { bytes: 125, kind: 'ascii' }, 'string', 3],
  ['receive/1KiB/binary/view', { bytes: KIB }, 'view', 3],
  ['receive/1KiB/text/string', { bytes: KIB, kind: 'ascii' }, 'string', 2],
  ['receive/16KiB/binary/view', { bytes: 16 * KIB }, 'view', 0.85],
  ['receive/64KiB/binary/view', { bytes: 64 * KIB }, 'view', 0.85],
  ['receive/1MiB/binary/assembled', { bytes: MIB }, 'view', 1.5],
  ['receive/1MiB/binary/streamed', { bytes: MIB }, 'streamed', 3],
  ['receive/1MiB/text/ascii', { bytes: MIB, kind: 'ascii' }, 'string', 1.3],
  ['receive/1MiB/text/mixed', { bytes: MIB, kind: 'mixed' }, 'string', 1.4],
  ['receive/16B/single', { bytes: 16, chunks: 1 }, 'view', 4.5],
  ['receive/16B/single/span', { bytes: 16, chunks: 1 }, 'borrowed', 6],
  ['receive/125B/single/span', { bytes: 125, chunks: 1 }, 'borrowed', 6],
  ['receive/64B/x4/span', { bytes: 64, chunks: 4 }, 'borrowed', 8],
  ['receive/64B/x16/span', { bytes: 64, chunks: 16 }, 'borrowed', 10],
  ['receive/16B/drip', { bytes: 16, chunks: 'drip' }, 'view', 3],
  ['receive/1MiB/fragments64B', { bytes: MIB, fragment: 64 }, 'view', 3],
  ['receive/client/16B/span', { bytes: 16, role: 'client' }, 'borrowed', 8],
  ['receive/client/16B/view', { bytes: 16, role: 'client' }, 'view', 4],
];

/**
 * Bytes of payload in one pass: as many as fit the second-level cache next to their copy, or one
 * message.
 */
const PASS_BYTES = 128 * KIB;

/** @param {Input} input */
function trafficOf({ bytes, kind, role = 'server', fragment, chunks }) {
  // Frames of a few bytes a chunk make enough work with fewer of them.
  const passBytes = chunks === undefined ? PASS_BYTES : PASS_BYTES / 8;
  const count = Math.ceil(passBytes / bytes);
  return makeTraffic({ count, bytes, kind, fragment, masked: role === 'server' });
}

/**
 * @param {import('../frames.mjs').Traffic} traffic
 * @param {Input['chunks']} chunks
 */
function feedOf({ frames }, chunks = 'packed') {
  const stream = Buffer.concat(frames);
  if (chunks === 'packed') return new Feed(stream);
  if (chunks === 'drip') return new Feed(stream, () => 1);
  const chunkBytes = chunks * frames[0].length;
  return new Feed(stream, (start, bytes) => Math.min(chunkBytes - (start % chunkBytes), bytes));
}

/**
 * Our side, with the options that the documentation gives a caller on Node's sockets: each read
 * has memory of its own, so that chunks may be changed; memory comes from where ws takes it too.
 *
 * @param {'server' | 'client'} role
 * @param {Form} form
 * @param {Tally} tally
 * @returns {(chunk: Buffer) => void}
 */
export function ourReceiver(role, form, tally) {
  const options = { role, transferInput: true, allocate: (length) => Buffer.allocUnsafe(length) };
  let connection;
  if (form === 'borrowed') {
    connection = new Connection(options, {
      message: (_, { bytes, start, end }) => tally.slice(bytes, start, end),
    });
  } else if (form === 'streamed') {
    connection = new Connection(options, {
      messageData: ({ bytes, start, end }) => tally.slice(bytes, start, end),
    });
  } else {
    connection = new Connection(options, {
      text: (text) => tally.string(text),
      binary: (bytes) => tally.bytes(bytes),
    });
  }
  return (chunk) => connection.receive(chunk);
}

/**
 * ws's side: events are emitted at once, as is its default; a text comes as validated bytes, of
 * which a string is made.
 *
 * @param {'server' | 'client'} role
 * @param {Tally} tally
 * @returns {(chunk: Buffer) => void}
 */
export function wsReceiver(role, tally) {
  const receiver = new Receiver({ isServer: role === 'server' });
  receiver.on('message', (data, isBinary) => {
    if (isBinary) tally.bytes(data);
    else tally.string(data.toString());
  });
  return (chunk) => receiver.write(chunk);
}

/**
 * @param {Input} input
 * @param {Form} form
 * @returns {import('../runner.mjs').Subject}
 */
function prepare(input, form) {
  const { role = 'server', kind } = input;
  const traffic = trafficOf(input);
  const sides = { ours: new Tally(), theirs: new Tally() };
  const receive = {
    ours: ourReceiver(role, form, sides.ours),
    theirs: wsReceiver(role, sides.theirs),
  };
  const feeds = { ours: feedOf(traffic, input.chunks), theirs: feedOf(traffic, input.chunks) };
  const pass = {
    ours: () => feeds.ours.pass(receive.ours),
    theirs: () => feeds.theirs.pass(receive.theirs),
  };
  return {
    ours: perOperation(pass.ours, traffic.messages.length),
    theirs: perOperation(pass.theirs, traffic.messages.length),
    verify: () => {
      let ours = sides.ours.collect(pass.ours);
      if (form === 'streamed') ours = [Buffer.concat(ours)];
      if (form === 'borrowed' && kind !== undefined) ours = ours.map(String);
      const expected = kind === undefined ? traffic.messages : traffic.messages.map(String);
      assertSame(ours, sides.theirs.collect(pass.theirs), expected);
    },
  };
}

/**
 * The same frames through wslay, in a process of its own that keeps its own time.
 *
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepareWslay() {
  const traffic = trafficOf({ bytes: 16 });
  const stream = Buffer.concat(traffic.frames);
  const wslay = await startWslay(stream, traffic.messages.length);
  const tally = new Tally();
  const receive = ourReceiver('server', 'borrowed', tally);
  const feed = new Feed(stream);
  const pass = () => feed.pass(receive);
  return {
    ours: perOperation(pass, traffic.messages.length),
    theirs: wslay.sample,
    verify: async () => {
      assertSame(tally.collect(pass), traffic.messages, traffic.messages);
      const theirs = await wslay.payloads();
      assert.equal(theirs.count, traffic.messages.length);
      assert.ok(theirs.bytes.equals(Buffer.concat(traffic.messages)), 'wslay: bytes differ');
    },
    close: wslay.close,
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const receiveCases = CASES.map(([id, input, form, target]) => ({
  id,
  peer: 'ws',
  unit: 'ns/message',
  better: 'less',
  target,
  prepare: () => prepare(input, form),
}));

receiveCases.splice(1, 0, {
  id: 'receive/16B/binary/span/wslay',
  peer: 'wslay',
  unit: 'ns/message',
  better: 'less',
  target: 2.6,
  prepare: prepareWslay,
});
