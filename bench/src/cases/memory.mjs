/**
 * Memory of idle connections of the README's server, as bytes that live on the heap and in array
 * buffers of its process after a full collection.
 */
import { fileURLToPath } from 'node:url';
import { bytesPerConnection } from '../outside/servers.mjs';

const WEIGH = fileURLToPath(new URL('../outside/weigh.mjs', import.meta.url));

/** Each connection has had one message. */
const IDLE = { connections: 4000, inFlight: 1, bytes: 16, kind: 'ascii' };

/** A message that a connection keeps, if it keeps its chunk. */
const LARGE = { connections: 500, inFlight: 1, bytes: 60_000, kind: 'ascii' };

/**
 * @param {string} program
 * @param {import('../outside/load.mjs').Load} load
 * @param {boolean} check
 */
function liveBytes(program, load, check) {
  const connections = check ? 20 : load.connections;
  const options = ['--expose-gc', '--import', WEIGH];
  return bytesPerConnection({ program, options }, { ...load, connections }, (server) => server.liveBytes());
}

/** The bare socket on `node:http` is on both sides; it is the floor's. */
function prepareIdle({ check }) {
  const overBare = (program) => async () => {
    const bare = await liveBytes('floor', IDLE, check);
    return (await liveBytes(program, IDLE, check)) - bare;
  };
  return { ours: overBare('ours'), theirs: overBare('ws'), verify: () => {} };
}

/** @param {import('../outside/load.mjs').Load} load - against connections that had a short message */
function prepareKept(load) {
  return ({ check }) => ({
    ours: () => liveBytes('ours', load, check),
    theirs: () => liveBytes('ours', { ...load, bytes: IDLE.bytes, early: false }, check),
    verify: () => {},
  });
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
].map((row) => ({ ...row, unit: 'B/connection', timing: 'memory' }));
