/**
 * The documented servers from outside: a load from another process over loopback TCP, against the
 * same program on a peer, each in a process of its own. Figures are CPU time of the server's
 * process a message, as that does not depend on the load's speed; messages a second come with it.
 */
import { bytesPerConnection, LoadProcess, Server, sideBySide } from '../outside/servers.mjs';

/** @type {Record<string, import('../outside/load.mjs').Load>} */
const LOADS = {
  '64x1/text/16B': { connections: 64, inFlight: 1, bytes: 16, kind: 'ascii' },
  '64x1/text/125B': { connections: 64, inFlight: 1, bytes: 125, kind: 'ascii' },
  '64x1/binary/125B': { connections: 64, inFlight: 1, bytes: 125, kind: 'bytes' },
  '64x1/binary/1KiB': { connections: 64, inFlight: 1, bytes: 1024, kind: 'bytes' },
  '16x1/binary/16KiB': { connections: 16, inFlight: 1, bytes: 16384, kind: 'bytes' },
  '4x1/text/1MiB': { connections: 4, inFlight: 1, bytes: 1048576, kind: 'ascii' },
  '64x16/text/16B': { connections: 64, inFlight: 16, bytes: 16, kind: 'ascii' },
};

/** Peers by the names of their programs. */
const PEERS = {
  ws: 'ws',
  floor: 'no rules',
  limit: 'node:http alone',
  bun: 'Bun.serve',
  deno: "Deno's own",
};

/** @type {[load: string, peer: keyof PEERS, target?: number][]} */
const CASES = [
  ['64x1/text/16B', 'ws', 1.15],
  ['64x1/text/125B', 'ws', 1.15],
  ['64x1/binary/125B', 'ws', 1.15],
  ['64x1/binary/1KiB', 'ws', 1.12],
  ['16x1/binary/16KiB', 'ws', 1.2],
  ['4x1/text/1MiB', 'ws', 1.2],
  ['64x16/text/16B', 'ws', 9],
  ['64x1/text/16B', 'floor', 0.95],
  ['64x16/text/16B', 'floor', 0.85],
  ['64x16/text/16B', 'limit'],
  ['64x1/text/16B', 'bun', 0.95],
  ['64x16/text/16B', 'bun', 1],
  ['16x1/binary/16KiB', 'bun'],
  ['64x1/text/16B', 'deno'],
  ['64x16/text/16B', 'deno'],
  ['16x1/binary/16KiB', 'deno'],
];

/**
 * @param {import('../outside/load.mjs').Load} load
 * @param {keyof PEERS} peer
 * @param {import('../budgets.mjs').Budget} budget
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepare(load, peer, { check }) {
  const how = { runtime: runtimeOf(peer), install: !check };
  const servers = [await Server.start({ ...how, program: 'ours' })];
  servers.push(await Server.start({ ...how, program: peer, args: [load.inFlight, load.bytes] }));
  return sideBySide(servers, load);
}

/** @param {string} peer @returns {'bun' | 'deno' | undefined} */
function runtimeOf(peer) {
  return peer === 'bun' || peer === 'deno' ? peer : undefined;
}

/** The name of a case says its peer where it is not the usual one. */
function nameOf(load, peer) {
  if (runtimeOf(peer) !== undefined) return `outside/${peer}/${load}`;
  return peer === 'ws' ? `outside/${load}` : `outside/${load}/${peer}`;
}

/**
 * So many that V8's young generation is a small part of it: up to 48 MiB, whose growth comes sooner
 * or later, weigh 12 KiB on each of 4,000 connections, in favour of either side.
 */
const IDLE = { connections: 16_000, inFlight: 1, bytes: 16, kind: 'ascii' };

/** @param {import('../budgets.mjs').Budget} budget @returns {import('../runner.mjs').Subject} */
function prepareIdle({ share }) {
  const load = { ...IDLE, connections: IDLE.connections * share };
  const sampler = (program) => () =>
    bytesPerConnection({ program }, load, (server) => server.residentBytes());
  return { ours: sampler('ours'), theirs: sampler('ws'), verify: () => {} };
}

const COLLECTED = LOADS['16x1/binary/16KiB'];
const WARM_UP_MESSAGES = 20_000;
const MESSAGES = 100_000;

/**
 * Collections of the whole heap while messages of 16 KiB are echoed, which need memory or do not.
 *
 * @param {import('../budgets.mjs').Budget} budget
 * @returns {import('../runner.mjs').Subject}
 */
function prepareCollections({ share }) {
  const sampler = (program) => async () => {
    const server = await Server.start({ program, options: ['--trace-gc'] });
    const client = new LoadProcess();
    try {
      await client.connect([server], COLLECTED);
      await client.run(0, { messages: WARM_UP_MESSAGES * share });
      const before = server.collections;
      await client.run(0, { messages: MESSAGES * share });
      return (server.collections - before) / share;
    } finally {
      client.stop();
      server.stop();
    }
  };
  return { ours: sampler('ours'), theirs: sampler('ws'), verify: () => {} };
}

/** @type {import('../runner.mjs').Case[]} */
export const outsideCases = [
  ...CASES.map(([load, peer, target]) => ({
    id: nameOf(load, peer),
    peer: PEERS[peer],
    unit: 'ns CPU/message',
    target,
    runtime: runtimeOf(peer),
    timing: 'servers',
    prepare: (budget) => prepare(LOADS[load], peer, budget),
  })),
  {
    id: 'outside/idle/resident',
    peer: 'ws',
    unit: 'B/connection',
    target: 1.25,
    timing: 'memory',
    prepare: prepareIdle,
  },
  {
    id: 'outside/16KiB/collections',
    peer: 'ws',
    unit: 'per 100,000',
    most: 3,
    timing: 'memory',
    prepare: prepareCollections,
  },
];
