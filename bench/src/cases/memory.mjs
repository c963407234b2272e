/**
 * Memory of idle connections of the README's server, as bytes that live on the heap and in array
 * buffers of its process after a full collection.
 */
import { fileURLToPath } from 'node:url';
import { bytesPerConnection, LoadProcess, Server } from '../outside/servers.mjs';

/** Options of a process that tells the bytes that live in it. */
const WEIGHED = ['--expose-gc', '--import', fileURLToPath(new URL('../outside/weigh.mjs', import.meta.url))];

/** Each connection has had one message. */
const IDLE = { connections: 3000, inFlight: 1, bytes: 16, kind: 'ascii' };

/** A message that a connection keeps, if it keeps its chunk. */
const LARGE = { connections: 500, inFlight: 1, bytes: 60_000, kind: 'bytes' };

/** A short message that an application keeps, in one chunk with a long one. */
const KEPT_BYTES = 100;
const KEPT = { connections: 1, inFlight: 2, bytes: [KEPT_BYTES, 60_000], kind: 'bytes' };
const KEPT_MESSAGES = 2000;

/**
 * @param {string} program
 * @param {import('../outside/load.mjs').Load} load
 * @param {number} share - of the connections
 */
function liveBytes(program, load, share) {
  const connections = load.connections * share;
  const how = { program, options: WEIGHED };
  return bytesPerConnection(how, { ...load, connections }, (server) => server.liveBytes());
}

/** The bare socket on `node:http` is on both sides; it is the floor's. */
function prepareIdle({ share }) {
  let bare;
  const overBare = (program) => async () => {
    bare ??= await liveBytes('floor', IDLE, share);
    return (await liveBytes(program, IDLE, share)) - bare;
  };
  return { ours: overBare('ours'), theirs: overBare('ws'), verify: () => {} };
}

/** @param {import('../outside/load.mjs').Load} load - against connections that had a short message */
function prepareKept(load) {
  return ({ share }) => ({
    ours: () => liveBytes('ours', load, share),
    theirs: () => liveBytes('ours', { ...load, bytes: IDLE.bytes, early: false }, share),
    verify: () => {},
  });
}

/**
 * Bytes that live for each message that an application keeps.
 *
 * @param {'ours' | 'ws'} side
 * @param {number} messages
 */
async function keptBytes(side, messages) {
  const server = await Server.start({ program: 'keep', options: WEIGHED, args: [side, KEPT_BYTES] });
  const client = new LoadProcess();
  try {
    await client.connect([server], KEPT);
    // As many before: V8's own memory for the code is there then.
    await client.run(0, { messages: messages * KEPT.inFlight });
    const before = await server.liveBytes();
    await client.run(0, { messages: messages * KEPT.inFlight });
    return ((await server.liveBytes()) - before) / messages;
  } finally {
    client.stop();
    server.stop();
  }
}

/** @param {import('../budgets.mjs').Budget} budget */
function prepareMessages({ check }) {
  const sampler = (side) => () => keptBytes(side, check ? 1 : KEPT_MESSAGES);
  return { ours: sampler('ours'), theirs: sampler('ws'), verify: () => {} };
}

/** @type {import('../runner.mjs').Case[]} */
export const memoryCases = [
  { id: 'memory/idle', peer: 'ws', target: 2.5, prepare: prepareIdle },
  {
    id: 'memory/kept/head',
    peer: 'ours, 16 B',
    target: 0.9,
    prepare: prepareKept({ ...LARGE, early: true }),
  },
  { id: 'memory/kept/chunk', peer: 'ours, 16 B', target: 0.9, prepare: prepareKept(LARGE) },
  {
    id: 'memory/kept/messages',
    peer: 'ws',
    unit: 'B/message',
    most: 4 * KEPT_BYTES,
    prepare: prepareMessages,
  },
].map((row) => ({ unit: 'B/connection', ...row, timing: 'memory' }));
