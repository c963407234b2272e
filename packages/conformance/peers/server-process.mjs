// The process of a server under test: started at a port that is free, and again at the same one if it falls.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const START_MS = 20_000;
/** A process that falls is gone within this time after the case that brought it down. */
const FALL_MS = 30;

export class ServerProcess {
  #command;
  #options;
  #port;
  #child;

  /**
   * @param {string[]} command - the port is added
   * @param {string[]} [options] - what follows the port
   */
  constructor(command, options = []) {
    this.#command = command;
    this.#options = options;
  }

  get url() {
    return `ws://127.0.0.1:${this.#port}/`;
  }

  /** Resolves when it listens. */
  async start() {
    this.#port ??= await freePort();
    const [program, ...args] = this.#command;
    this.#child = spawn(program, [...args, String(this.#port), ...this.#options], { stdio: 'ignore' });
    for (const start = Date.now(); Date.now() - start < START_MS; await wait(50)) {
      if (this.#isGone) throw new Error(`it ended with ${this.#child.exitCode ?? this.#child.signalCode}`);
      if (await isListening(this.#port)) return;
    }
    throw new Error('it does not listen');
  }

  async hasFallen() {
    if (!this.#isGone) await wait(FALL_MS);
    return this.#isGone;
  }

  stop() {
    this.#child?.kill('SIGKILL');
  }

  get #isGone() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
