/** Programs of others, started and ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { PEERS } from './peers.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * @param {readonly string[]} command
 * @param {Readonly<Record<string, string>>} [environment]
 * @returns {{ exited: () => boolean, said: () => string, stop: () => void }}
 */
export function start([program = '', ...rest], environment = {}) {
  // A group of its own: some programs start others.
  const child = spawn(program, rest, {
    cwd: PEERS,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said = (said + text).slice(-4_000);
    });
  let exited = false;
  child.on('error', (error) => {
    said += error.message;
    exited = true;
  });
  child.on('exit', () => {
    exited = true;
    running.delete(child);
  });
  return {
    exited: () => exited,
    said: () => said,
    stop() {
      stop(child);
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child */
function stop(child) {
  running.delete(child);
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

process.on('exit', () => {
  for (const child of running) stop(child);
});

/** @returns {Promise<number>} a port that nobody listens on */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Waits until a program listens.
 *
 * @param {number} port
 * @param {{ exited: () => boolean, said: () => string }} program
 */
export async function listening(port, program) {
  for (let tries = 0; tries < 400; tries++) {
    if (program.exited()) throw new Error(`it ended: ${program.said().trim().split('\n').at(-1)}`);
    const socket = connect(port, '127.0.0.1');
    const [came] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (came) return;
    await wait(50);
  }
  throw new Error('it does not listen');
}
