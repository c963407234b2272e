/** Several processes of one machine that listen on the same port: `npm start -- --workers N`. */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { IpcPrimary } from './log/ipc-primary.js';
import type { Settings } from './settings.js';

/** A worker that ends so soon is not replaced at once. */
const SOON_MS = 1_000;

/** The message of a worker that cannot listen. */
export interface Failed {
  readonly failed: string;
}

/** The workers of this process. */
export class Workers {
  readonly #count: number;
  readonly #log: IpcPrimary | undefined;
  /** A worker that stands still does not end by itself. */
  readonly #closeTimeoutMs: number;
  #stopping = false;

  /** @param hasBroker - the workers have their log there, and this process none */
  constructor(count: number, settings: Settings, hasBroker: boolean) {
    this.#count = count;
    this.#closeTimeoutMs = settings.closeTimeoutMs + 2_000;
    this.#log = hasBroker ? undefined : new IpcPrimary(settings);
  }

  /**
   * Starts them.
   *
   * @returns the port on which all listen
   * @throws Error if one ends before it listens
   */
  async start(): Promise<number> {
    const ports = Array.from({ length: this.#count }, () => this.#listening(this.#fork()));
    const [port] = await Promise.all(ports);
    return port!;
  }

  /** Ends them, as their signals say, and resolves when the last is gone. */
  async close(): Promise<void> {
    this.#stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(async (worker) => {
        if (worker.isDead()) return;
        worker.process.kill('SIGTERM');
        const late = setTimeout(() => worker.process.kill('SIGKILL'), this.#closeTimeoutMs);
        await once(worker, 'exit');
        clearTimeout(late);
      }),
    );
  }

  #fork(): Worker {
    const worker = cluster.fork();
    const since = performance.now();
    this.#log?.add(worker);
    worker.on('error', () => {}); // of a channel that breaks: `exit` follows
    worker.once('exit', () => {
      if (this.#stopping) return;
      const wait = performance.now() - since < SOON_MS ? SOON_MS : 0;
      setTimeout(() => {
        if (!this.#stopping) this.#fork();
      }, wait);
    });
    return worker;
  }

  async #listening(worker: Worker): Promise<number> {
    return new Promise((resolve, reject) => {
      worker.once('listening', ({ port }) => resolve(port));
      worker.on('message', (message: Partial<Failed>) => {
        if (message.failed === undefined) return;
        this.#stopping = true;
        reject(new Error(message.failed));
      });
      worker.once('exit', () => reject(new Error('a worker ended before it listened')));
    });
  }
}
