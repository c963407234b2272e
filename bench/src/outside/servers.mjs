/** Servers and their load as processes, and the figures that the operating system has of them. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Unavailable } from '../budgets.mjs';
import { findOther } from '../runtimes.mjs';
import { writeServer } from './programs.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const IMPORTS = path('../../../examples/runtimes/imports.json');
const DENO = ['run', '--no-config', '--no-lock', '--no-remote', '--no-check', '--allow-net'];

/** Options of a runtime before the program. */
const OPTIONS = { node: [], bun: ['run'], deno: [...DENO, `--import-map=${IMPORTS}`] };

/** A line of `--trace-gc` about a collection of the whole heap. */
const FULL_COLLECTION = /: Mark-Compact/;

/** A server process that listens. */
export class Server {
  /** Collections of the whole heap, as far as `--trace-gc` told. */
  collections = 0;
  port;
  #child;
  #remove;

  constructor(child, port, remove) {
    this.#child = child;
    this.port = port;
    this.#remove = remove;
  }

  /**
   * @param {object} how
   * @param {string} how.program - `ours`, or a script of this folder
   * @param {'node' | 'bun' | 'deno'} [how.runtime] - Node is the one that runs this
   * @param {boolean} [how.install] - whether the runtime may be fetched
   * @param {string[]} [how.options] - of the runtime, before the program
   * @param {(string | number)[]} [how.args] - of the program, behind the port
   */
  static async start({ program, runtime = 'node', install = false, options = [], args = [] }) {
    if (!existsSync('/proc/self/schedstat')) throw new Unavailable('needs /proc of Linux');
    const binary = runtime === 'node' ? process.execPath : findOther(runtime, install);
    const port = await freePort();
    const { file, remove } =
      program === 'ours'
        ? await writeServer(runtime, port)
        : { file: path(`${program}.mjs`), remove: () => {} };
    const child = spawn(binary, [...OPTIONS[runtime], ...options, file, port, ...args].map(String), {
      env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
      // The channel is for weigh.mjs, which is for Node.
      stdio: ['ignore', 'pipe', 'inherit', runtime === 'node' ? 'ipc' : 'ignore'],
    });
    const server = new Server(child, port, remove);
    const lines = createInterface(child.stdout);
    const listening = new Promise((resolve) => {
      lines.on('line', (line) => {
        if (FULL_COLLECTION.test(line)) server.collections++;
        else if (line.startsWith('listening on ')) resolve();
      });
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${program} did not start`)));
    ended.catch(() => {}); // it also exits when all is done
    await Promise.race([listening, ended]);
    return server;
  }

  /** @returns {number} nanoseconds of CPU time that all threads of the process have had */
  cpuTime() {
    const tasks = `/proc/${this.#child.pid}/task/`;
    let sum = 0;
    for (const task of readdirSync(tasks)) {
      sum += Number(readFileSync(`${tasks}${task}/schedstat`, 'latin1').split(' ')[0]);
    }
    return sum;
  }

  /** @returns {number} bytes of memory that the process has */
  residentBytes() {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1');
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024;
  }

  /** @returns {Promise<number>} bytes that live in the process, by weigh.mjs */
  async liveBytes() {
    this.#child.send('weigh');
    const [bytes] = await once(this.#child, 'message');
    return bytes;
  }

  stop() {
    this.#child.kill('SIGKILL');
    this.#remove();
  }
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The process of load.mjs. */
export class LoadProcess {
  #child = fork(path('load.mjs'), { execArgv: [] });
  #failed = once(this.#child, 'exit').then(() => Promise.reject(new Error('the load failed')));

  constructor() {
    this.#failed.catch(() => {}); // it also exits when all is done
  }

  /**
   * Opens connections to servers; all have had a right answer then.
   *
   * @param {Server[]} servers
   * @param {import('./load.mjs').Load} load
   */
  async connect(servers, load) {
    await this.#ask({ connect: { ports: servers.map(({ port }) => port), ...load } });
  }

  /**
   * @param {number} target - the index of the server
   * @param {{ ms: number } | { messages: number }} until
   * @returns {Promise<{ messages: number, ms: number }>}
   */
  run(target, until) {
    return this.#ask({ run: { target, ...until } });
  }

  stop() {
    this.#child.disconnect();
  }

  async #ask(command) {
    this.#child.send(command);
    const [answer] = await Promise.race([once(this.#child, 'message'), this.#failed]);
    return answer;
  }
}

/** A process is left alone so long for each connection, until its memory has settled. */
const SETTLE_MS = 0.25;

/**
 * Bytes that a server has more of for each connection that has had messages and is idle.
 *
 * @param {Parameters<typeof Server.start>[0]} how
 * @param {import('./load.mjs').Load} load
 * @param {(server: Server) => number | Promise<number>} weigh
 * @param {number} [before] - connections that are there already, so that the code of the rest is too
 * @returns {Promise<number>}
 */
export async function bytesPerConnection(how, load, weigh, before = 20) {
  const server = await Server.start(how);
  const client = new LoadProcess();
  try {
    // The server's code is there, and its heap has grown a little.
    await client.connect([server], { ...load, connections: before });
    await delay(SETTLE_MS * before);
    const bytes = await weigh(server);
    await client.connect([server], load);
    await delay(SETTLE_MS * load.connections);
    return ((await weigh(server)) - bytes) / load.connections;
  } finally {
    client.stop();
    server.stop();
  }
}

/**
 * Two servers under the same load: CPU time of each process a message, and messages a second.
 *
 * @param {[ours: Server, theirs: Server]} servers
 * @param {import('./load.mjs').Load} load
 * @returns {import('../runner.mjs').Subject}
 */
export function sideBySide(servers, load) {
  const client = new LoadProcess();
  const sampler = (target) => async (ms) => {
    const before = servers[target].cpuTime();
    const { messages, ms: took } = await client.run(target, { ms });
    return { figure: (servers[target].cpuTime() - before) / messages, rate: (messages / took) * 1000 };
  };
  return {
    ours: sampler(0),
    theirs: sampler(1),
    // The load compares the first answers of every connection with the right ones.
    verify: () => client.connect(servers, load),
    close: () => {
      client.stop();
      for (const server of servers) server.stop();
    },
  };
}
