/**
 * `@sanssocket/ws` beside ws from outside: the same program on both, as of `outside/*`, and memory of
 * its idle connections, as of `memory/idle`.
 */
import { fileURLToPath } from 'node:url';
import { bytesPerConnection, Server, sideBySide } from '../outside/servers.mjs';

const SOCKET_IO = { connections: 64, bytes: 16, kind: 'ascii', opening: 'socket.io' };

/** @type {[id: string, program: string, target: number, load: import('../outside/load.mjs').Load][]} */
const CASES = [
  ['64x16/text/16B', 'facade', 3, { connections: 64, inFlight: 16, bytes: 16, kind: 'ascii' }],
  ['64x1/text/16B', 'facade', 1.1, { connections: 64, inFlight: 1, bytes: 16, kind: 'ascii' }],
  ['16x1/binary/16KiB', 'facade', 1.1, { connections: 16, inFlight: 1, bytes: 16384, kind: 'bytes' }],
  ['4x1/text/1MiB', 'facade', 1.1, { connections: 4, inFlight: 1, bytes: 1048576, kind: 'ascii' }],
  ['socket.io/64x16', 'socket-io', 1.15, { ...SOCKET_IO, inFlight: 16 }],
  ['socket.io/64x1', 'socket-io', 1.15, { ...SOCKET_IO, inFlight: 1 }],
];

/**
 * @param {string} program
 * @param {import('../outside/load.mjs').Load} load
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepare(program, load) {
  const servers = [
    await Server.start({ program, args: ['ours'] }),
    await Server.start({ program, args: ['ws'] }),
  ];
  return sideBySide(servers, load);
}

const WEIGHED = ['--expose-gc', '--import', fileURLToPath(new URL('../outside/weigh.mjs', import.meta.url))];

const IDLE = { connections: 3000, inFlight: 1, bytes: 16, kind: 'ascii' };

/** V8 has compiled the opening of connections by then: its code is none of a connection's memory. */
const BEFORE = 1000;

/** @param {import('../budgets.mjs').Budget} budget @returns {import('../runner.mjs').Subject} */
function prepareIdle({ share }) {
  const load = { ...IDLE, connections: IDLE.connections * share };
  const sampler = (program, args) => () =>
    bytesPerConnection(
      { program, args, options: WEIGHED },
      load,
      (server) => server.liveBytes(),
      BEFORE * share,
    );
  let bare;
  const overBare = (side) => async () => {
    bare ??= await sampler('floor', [])();
    return (await sampler('facade', [side])()) - bare;
  };
  return { ours: overBare('ours'), theirs: overBare('ws'), verify: () => {} };
}

/** @type {import('../runner.mjs').Case[]} */
export const facadeCases = [
  ...CASES.map(([name, program, target, load]) => ({
    id: `facade/${name}`,
    peer: 'ws',
    unit: 'ns CPU/message',
    target,
    timing: 'servers',
    prepare: () => prepare(program, load),
  })),
  {
    id: 'facade/idle',
    peer: 'ws',
    unit: 'B/connection',
    target: 1.25,
    timing: 'memory',
    prepare: prepareIdle,
  },
];
