/**
 * Echo over loopback TCP: both servers run, each in a process of its own, and a third process
 * puts load on one and on the other in turns. Figures are messages a second, there and back.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findBun } from '../bun.mjs';

/** Sixteen frames from 16 to 128 bytes. */
const PIPELINE = Array.from({ length: 16 }, (_, i) => 16 + Math.round((i * 112) / 15));

/**
 * @typedef {object} Load
 * @property {number} connections
 * @property {number[]} sizes - payload bytes of the frames in flight on each
 */

/** @type {Record<string, Load>} */
const LOADS = {
  '64x16': { connections: 64, sizes: PIPELINE },
  '64x1': { connections: 64, sizes: [128] },
  '1x1': { connections: 1, sizes: [128] },
  '16KiB': { connections: 16, sizes: [16384] },
};

/** @typedef {'ws' | 'bun' | 'limit' | 'bun limit'} Peer */

/** @type {[id: string, load: string, peer: Peer, target: number][]} */
const CASES = [
  ['echo/64x16', '64x16', 'ws', 8],
  ['echo/64x16/limit', '64x16', 'limit', 0.85],
  ['echo/64x1', '64x1', 'ws', 1.2],
  ['echo/64x1/limit', '64x1', 'limit', 0.85],
  ['echo/1x1', '1x1', 'ws', 1],
  ['echo/16KiB', '16KiB', 'ws', 1],
  ['echo/16KiB/limit', '16KiB', 'limit', 0.85],
  ['echo/bun/64x16', '64x16', 'bun', 1],
  ['echo/bun/64x16/limit', '64x16', 'bun limit', 0.85],
  ['echo/bun/16KiB', '16KiB', 'bun', 1],
];

const path = (name) => fileURLToPath(new URL(`../echo/${name}.mjs`, import.meta.url));

/**
 * Starts a server and waits for its port.
 *
 * @param {string} runtime
 * @param {string} script
 * @param {...string} args
 */
async function startServer(runtime, script, ...args) {
  const child = spawn(runtime, [path(script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} did not start`))),
  ]);
  return { child, port: Number(line) };
}

/**
 * @param {Load} load
 * @param {Peer} peer
 * @param {import('../runner.mjs').Budget} budget
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepare(load, peer, { check }) {
  const runtime = peer.startsWith('bun') ? findBun(!check) : process.execPath;
  const script = peer.endsWith('limit') ? 'limit' : peer;
  const servers = [
    await startServer(runtime, 'ours'),
    await startServer(runtime, script, JSON.stringify(load.sizes)),
  ];
  const client = fork(path('load'), { execArgv: [] });
  const failed = once(client, 'exit').then(() => Promise.reject(new Error('the load failed')));
  failed.catch(() => {}); // it also exits when all is done
  const ask = async (command) => {
    client.send(command);
    const [answer] = await Promise.race([once(client, 'message'), failed]);
    return answer;
  };
  const sample = (target) => async (ms) => {
    const answer = await ask({ run: { target, ms } });
    return (answer.messages / answer.ms) * 1000;
  };
  return {
    ours: sample(0),
    theirs: sample(1),
    // The load compares the first answers of every connection with the right ones.
    verify: () => ask({ connect: { ports: servers.map(({ port }) => port), ...load } }),
    close: () => {
      client.disconnect();
      for (const { child } of servers) child.kill();
    },
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const echoCases = CASES.map(([id, load, peer, target]) => ({
  id,
  peer: { ws: 'ws', bun: 'Bun.serve', limit: 'node:net alone', 'bun limit': 'node:net alone' }[peer],
  unit: 'messages/s',
  better: 'more',
  target,
  timing: 'servers',
  prepare: (budget) => prepare(LOADS[load], peer, budget),
}));
