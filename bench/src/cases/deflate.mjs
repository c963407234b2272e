/**
 * permessage-deflate with context takeover both ways, zlib on both sides: a server inflates a
 * message and sends it back deflated, on one connection or on a thousand in turn. ws works in
 * zlib's threads, ours in this one.
 */
import assert from 'node:assert/strict';
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import { permessageDeflate } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { negotiateExtensions } from '@sanssocket/handshake/rules';
import { PerMessageDeflate, Receiver, Sender } from 'ws';
import { makeFrame, randomSource } from '../frames.mjs';
import { DEFAULTS, giving } from '../ours.mjs';
import { perAsyncOperation } from '../runner.mjs';
import { FakeSocket, flush } from '../socket.mjs';

/**
 * Of different messages, more than the window of 32 KiB holds: no message is ever found whole in
 * those before it.
 */
const STREAM_BYTES = 65536;
const FIRST = 0xc0 | 2; // FIN, RSV1, binary
/** The end of a sync flush, RFC 7692 7.2.1. */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

/** @type {[id: string, bytes: number, connections: number][]} */
const CASES = [
  ['deflate/1KiB/1', 1024, 1],
  ['deflate/16KiB/1', 16384, 1],
  ['deflate/1KiB/1000', 1024, 1000],
];

/**
 * A message as an application sends it: JSON, a fifth to a half of which is new.
 *
 * @param {number} bytes
 * @param {() => number} random
 */
export function makeMessage(bytes, random) {
  let json = '';
  while (json.length < bytes) {
    json += `{"id":${random()},"user":"u${random() % 100}","price":${(random() % 100000) / 100},"tags":["new","sale"]},`;
  }
  return Buffer.from(json.slice(0, bytes));
}

/** A stream of zlib as a function that gives its output for a message, up to the flush. */
function flushing(stream) {
  return (bytes) =>
    new Promise((resolve, reject) => {
      const chunks = [];
      const take = (chunk) => chunks.push(chunk);
      stream.once('error', reject);
      stream.on('data', take);
      stream.write(bytes);
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off('data', take);
        stream.off('error', reject);
        resolve(Buffer.concat(chunks));
      });
    });
}

/**
 * The messages of a stream, and the frames that a client compressed them to.
 *
 * @param {number} bytes
 */
async function makeStream(bytes) {
  const random = randomSource(bytes);
  const deflate = flushing(createDeflateRaw());
  const messages = Array.from({ length: STREAM_BYTES / bytes }, () => makeMessage(bytes, random));
  const frames = [];
  for (const message of messages) {
    const payload = (await deflate(message)).subarray(0, -TAIL.length);
    frames.push(makeFrame(FIRST, payload, Buffer.from(Uint32Array.of(random()).buffer)));
  }
  return { messages, frames };
}

/**
 * One connection under test: its echoes go to its socket.
 *
 * @typedef {{ receive: (chunk: Buffer) => void, socket: FakeSocket }} End
 */

/** One for all connections, as in a server. */
const OUR_EXTENSION = permessageDeflate({ engine: nodeZlib() });
const OUR_CONFIG = new ConnectionConfig(DEFAULTS.server);

/** @param {() => void} onWritten - the echo of a message is in the socket @returns {End} */
function ourEnd(onWritten) {
  const socket = new FakeSocket();
  const [{ extension: agreed }] = negotiateExtensions(
    [{ name: OUR_EXTENSION.name, parameters: [] }],
    [OUR_EXTENSION],
  );
  const handlers = { binary: (bytes) => connection.sendBinary(bytes) };
  const connection = new Connection(OUR_CONFIG, handlers, [agreed]);
  const give = giving(connection);
  const receive = (chunk) => {
    give(chunk);
    flush(connection, socket);
    onWritten();
  };
  return { socket, receive };
}

/** @param {() => void} onWritten @returns {End} */
function wsEnd(onWritten) {
  const socket = new FakeSocket();
  const deflate = new PerMessageDeflate({ isServer: true });
  deflate.accept([{}]);
  const extensions = { [PerMessageDeflate.extensionName]: deflate };
  const receiver = new Receiver({ isServer: true, extensions });
  const sender = new Sender(socket, extensions);
  const options = { binary: true, compress: true, fin: true, mask: false };
  receiver.on('message', (data) => sender.send(data, options, onWritten));
  return { socket, receive: (chunk) => receiver.write(chunk) };
}

/** Of many connections, so many get a message in one pass, then the next so many. */
const CONNECTIONS_A_PASS = 100;

/**
 * One connection that takes the whole stream in a pass, or many that each take a frame when it is
 * their turn.
 *
 * @param {(onWritten: () => void) => End} makeEnd
 * @param {Buffer[]} frames
 * @param {number} connections
 */
function makeSide(makeEnd, frames, connections) {
  let pending = 0;
  let done = () => {};
  const onWritten = () => {
    if (--pending === 0) done();
  };
  const ends = Array.from({ length: connections }, () => makeEnd(onWritten));
  const messages = connections === 1 ? frames.length : Math.min(connections, CONNECTIONS_A_PASS);
  let turn = 0;
  const pass = () =>
    new Promise((resolve) => {
      pending = messages;
      done = resolve;
      for (let i = 0; i < messages; i++, turn++) {
        const frame = frames[Math.floor(turn / connections) % frames.length];
        // A copy, as of a read: ws keeps the chunk until it is inflated.
        ends[turn % connections].receive(Buffer.from(frame));
      }
    });
  return { ends, pass, messages };
}

/**
 * @param {number} bytes
 * @param {number} connections
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepare(bytes, connections) {
  const { messages, frames } = await makeStream(bytes);
  const sides = {
    ours: makeSide(ourEnd, frames, connections),
    theirs: makeSide(wsEnd, frames, connections),
  };
  return {
    ours: perAsyncOperation(sides.ours.pass, sides.ours.messages),
    theirs: perAsyncOperation(sides.theirs.pass, sides.theirs.messages),
    verify: async () => {
      for (const [name, side] of Object.entries(sides)) {
        // Each connection has had the whole stream, or its first few messages.
        const rounds = connections === 1 ? frames.length : Math.min(frames.length, 4);
        for (const { socket } of side.ends) socket.tally.keep();
        for (let sent = 0; sent < rounds * connections; sent += side.messages) await side.pass();
        const expected = Buffer.concat(messages.slice(0, rounds));
        const written = side.ends.map(({ socket }) => Buffer.concat(socket.tally.kept()));
        // Compressed bytes may differ from one to the next, depending on the room there was for
        // output.
        for (const one of new Set(written.map((echoes) => echoes.toString('latin1')))) {
          const echo = await inflateFrames(Buffer.from(one, 'latin1'));
          assert.ok(echo.equals(expected), `${name}: the echo differs`);
        }
      }
    },
  };
}

/**
 * The messages in an unmasked stream of compressed ones.
 *
 * @param {Buffer} stream
 */
async function inflateFrames(stream) {
  const inflate = flushing(createInflateRaw());
  const inflated = [];
  for (let at = 0; at < stream.length; ) {
    const length7 = stream[at + 1];
    const [start, length] =
      length7 < 126
        ? [at + 2, length7]
        : length7 === 126
          ? [at + 4, stream.readUInt16BE(at + 2)]
          : [at + 10, Number(stream.readBigUInt64BE(at + 2))];
    at = start + length;
    inflated.push(await inflate(Buffer.concat([stream.subarray(start, at), TAIL])));
  }
  return Buffer.concat(inflated);
}

/**
 * Connections that are weighed at a time: with zlib's usual windows they take some 300 KiB each.
 */
const WEIGHED = 100;

/** @returns {Promise<import('../runner.mjs').Subject>} */
async function prepareMemory({ check }) {
  const { frames } = await makeStream(16384);
  const count = check ? 10 : WEIGHED;
  // Weighed connections stay: memory given back would be taken again, and not seen.
  const kept = [];
  const weigh = (makeEnd) => async () => {
    const before = residentBytes();
    const { ends, pass, messages } = makeSide(makeEnd, frames, count);
    // The whole stream through each: zlib touches its memory, and so owns it, only as its windows
    // fill.
    for (let sent = 0; sent < count * frames.length; sent += messages) await pass();
    kept.push(ends);
    return (residentBytes() - before) / count;
  };
  const sides = { ours: weigh(ourEnd), theirs: weigh(wsEnd) };
  const echoes = await prepare(1024, 2);
  return {
    ...sides,
    verify: async () => {
      await echoes.verify();
      // The heap grows to its working size, not on anybody's account.
      await sides.ours();
      await sides.theirs();
    },
  };
}

/** Memory of the process: zlib keeps its own, which V8 does not know of. */
function residentBytes() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage.rss();
}

/** @type {import('../runner.mjs').Case[]} */
export const deflateCases = [
  ...CASES.map(([id, bytes, connections]) => ({
    id,
    peer: 'ws',
    unit: 'ns/message',
    prepare: ({ check }) => prepare(bytes, check ? Math.min(connections, 10) : connections),
  })),
  {
    id: 'deflate/memory',
    peer: 'ws',
    unit: 'B/connection',
    timing: 'memory',
    prepare: prepareMemory,
  },
];
