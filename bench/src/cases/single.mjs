/**
 * One message a chunk, as most applications have it: a peer sends, waits, and sends again. Then a
 * message and its short reply.
 */
import { pathToFileURL } from 'node:url';
import { Connection } from '@sanssocket/codec';
import { Receiver, Sender } from 'ws';
import { Unavailable } from '../budgets.mjs';
import { Feed, makeFrame, makeTraffic } from '../frames.mjs';
import { DEFAULTS, giving, TUNED } from '../ours.mjs';
import { perOperation } from '../runner.mjs';
import { FakeSocket, flush } from '../socket.mjs';
import { assertSame } from '../tally.mjs';
import { receiveCase } from './receive.mjs';

const KIB = 1024;

/** @type {[name: string, bytes: number, target: number][]} */
const BINARY = [
  ['65B', 65, 3],
  ['125B', 125, 3.5],
  ['1KiB', KIB, 3.5],
  ['4KiB', 4 * KIB, 2.2],
  ['16KiB', 16 * KIB, 1.2],
  ['64KiB', 64 * KIB, 1.1],
  ['1MiB', 1024 * KIB, 1.1],
];

/** @type {[name: string, bytes: number][]} */
const TRANSFERRED = [
  ['1KiB', KIB],
  ['16KiB', 16 * KIB],
];

/** @type {[name: string, bytes: number, target: number][]} */
const TEXT = [
  ['16B', 16, 4.5],
  ['125B', 125, 2.5],
  ['1KiB', KIB, 1.5],
];

const REPLIES = 256;
const BYTES = 16;

/**
 * A server's end that answers each message with its bytes.
 *
 * @param {typeof Connection} Class
 * @param {FakeSocket} socket
 * @returns {(chunk: Buffer) => void}
 */
function ourEcho(Class, socket) {
  const connection = new Class(DEFAULTS.server, { binary: (bytes) => connection.sendBinary(bytes) });
  const give = giving(connection);
  return (chunk) => {
    give(chunk);
    flush(connection, socket);
  };
}

/** @param {FakeSocket} socket @returns {(chunk: Buffer) => void} */
function wsEcho(socket) {
  const receiver = new Receiver({ isServer: true });
  const sender = new Sender(socket, {});
  const options = { binary: true, compress: false, fin: true, mask: false };
  receiver.on('message', (data) => sender.send(data, options));
  return (chunk) => receiver.write(chunk);
}

/**
 * @param {(socket: FakeSocket) => (chunk: Buffer) => void} makeOurs
 * @param {(socket: FakeSocket) => (chunk: Buffer) => void} makeTheirs
 * @returns {import('../runner.mjs').Subject}
 */
function prepareReply(makeOurs, makeTheirs) {
  const { frames, messages } = makeTraffic({ count: REPLIES, bytes: BYTES });
  const makeSide = (makeEcho) => {
    const socket = new FakeSocket();
    const feed = Feed.ofFrames(frames);
    const receive = makeEcho(socket);
    return { socket, feed, pass: () => feed.pass(receive) };
  };
  const sides = { ours: makeSide(makeOurs), theirs: makeSide(makeTheirs) };
  const sampler = ({ pass, feed }) => perOperation(pass, REPLIES, feed.restore);
  const echoes = ({ socket, feed, pass }) => {
    feed.restore();
    return [Buffer.concat(socket.tally.collect(pass))];
  };
  return {
    ours: sampler(sides.ours),
    theirs: sampler(sides.theirs),
    verify: () => {
      const expected = Buffer.concat(messages.map((message) => makeFrame(0x82, message)));
      assertSame(echoes(sides.ours), echoes(sides.theirs), [expected]);
    },
  };
}

/** The same in the codec of another clone. */
async function prepareBefore() {
  const folder = process.env.BENCH_BEFORE;
  if (folder === undefined) throw new Unavailable('needs --before FOLDER, a built clone of another commit');
  const before = await import(pathToFileURL(`${folder}/packages/codec/dist/index.js`));
  return prepareReply(
    (socket) => ourEcho(Connection, socket),
    (socket) => ourEcho(before.Connection, socket),
  );
}

/** @type {import('../runner.mjs').Case[]} */
export const singleCases = [
  ...BINARY.map(([name, bytes, target]) =>
    receiveCase(`receive/single/binary/${name}`, { bytes, chunks: 'frames' }, target),
  ),
  ...TRANSFERRED.map(([name, bytes]) =>
    receiveCase(`receive/single/binary/${name}/transferInput`, { bytes, chunks: 'frames', options: TUNED }),
  ),
  ...TEXT.map(([name, bytes, target]) =>
    receiveCase(`receive/single/text/${name}`, { bytes, kind: 'ascii', chunks: 'frames' }, target),
  ),
  receiveCase('receive/single/borrowed/16B', { bytes: BYTES, chunks: 'frames', form: 'borrowed' }, 9),
  {
    id: 'receive/single/reply/16B',
    peer: 'ws',
    unit: 'ns/message',
    prepare: () => prepareReply((socket) => ourEcho(Connection, socket), wsEcho),
  },
  {
    id: 'receive/single/reply/16B/before',
    peer: 'ours before',
    unit: 'ns/message',
    target: 2,
    once: true,
    prepare: prepareBefore,
  },
];
