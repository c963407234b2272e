/** The chat's processes and a real broker, for tests: started, killed, frozen, cut off. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { Log } from './support.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Debian's, from `apt-get install nats-server`. */
export const HAS_BROKER: boolean = spawnSync('nats-server', ['--version']).status === 0;

if (!HAS_BROKER)
  console.warn('skipped: tests with nats-server, which is not installed (apt-get install nats-server)');

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a TCP port takes connections. */
async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const socket = connectTcp(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** A NATS server with a store of its own, which it keeps over restarts. */
export class Broker {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'chat-broker-'));
  #server: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
    const settings = `listen: 127.0.0.1:${port}
jetstream { store_dir: ${JSON.stringify(this.#folder)} }
write_deadline: "1s"
`;
    writeFileSync(join(this.#folder, 'server.conf'), settings);
    onTestFinished(async () => {
      await this.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  static async start(): Promise<Broker> {
    const broker = new Broker(await freePort());
    await broker.restart();
    return broker;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    this.#server = spawn('nats-server', ['-c', join(this.#folder, 'server.conf')], { stdio: 'ignore' });
    await untilOpen(this.port);
  }

  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#server?.kill(signal);
  }

  /** The store is lost with the server. */
  async lose(): Promise<void> {
    await this.kill();
    rmSync(join(this.#folder, 'jetstream'), { recursive: true, force: true });
  }
}

/** A way between a process and the broker that can be cut. */
export class Way {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  port = 0;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      if (this.#isCut) {
        near.destroy();
        return;
      }
      const far = connectTcp(target, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => {});
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  static async to(target: number): Promise<Way> {
    const way = new Way(target);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    way.port = (way.#server.address() as { port: number }).port;
    onTestFinished(() => {
      way.cut();
      way.#server.close();
    });
    return way;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }
}

/** A process of `npm start`, as a user starts it. */
export class ChatProcess {
  readonly lines: Log<string> = new Log<string>();
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  errors = '';
  port = 0;

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    if (!existsSync(MAIN)) throw new Error('run `npm run build` first: these tests start dist');
    this.#process = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.#process, 'exit').then(([code]) => code as number | null);
    onTestFinished(() => {
      this.kill('SIGCONT');
      this.kill('SIGKILL');
    });
    this.#process.stderr!.on('data', (text) => {
      this.errors += text;
    });
    let rest = '';
    this.#process.stdout!.on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.lines.add(line);
    });
  }

  /** Starts one that listens. */
  static async start(args: readonly string[], port = 0): Promise<ChatProcess> {
    const chat = new ChatProcess(['--port', String(port), ...args]);
    const line = await chat.lines.until((text) => text.includes('http://localhost:'));
    chat.port = Number(/localhost:(\d+)/.exec(line)![1]);
    return chat;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

/** The processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]));
}
