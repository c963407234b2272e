/** `npm start`: the chat, as one process or several. `--help` says more. */
import cluster from 'node:cluster';
import type { Part } from './start.js';
import type { Failed } from './workers.js';

let part: Part | undefined;
let isStopped = false;

// Before the chat is loaded: a supervisor may change its mind at once. A second signal ends the
// process by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
if (process.env['npm_lifecycle_event'] !== undefined) whenOrphaned();

try {
  const { start } = await import('./start.js');
  if (!isStopped) {
    await start(process.argv, (begun) => {
      part = begun;
      if (isStopped) void close();
    });
  }
} catch (error) {
  if (!isStopped) await fail((error as Error).message);
}

function end(): void {
  if (isStopped) return;
  isStopped = true;
  void close();
}

async function close(): Promise<void> {
  await part?.close();
  if (cluster.isWorker && process.connected) process.disconnect();
}

/** A worker's primary says it, once for all. */
async function fail(message: string): Promise<void> {
  process.exitCode = 1;
  if (cluster.isPrimary) console.error(`chat: ${message}`);
  else process.send!({ failed: message } satisfies Failed);
  await close();
}

/**
 * npm passes signals on to a shell, which ends and passes on nothing: only its absence is left to
 * see.
 */
function whenOrphaned(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    end();
  }, 250);
  timer.unref();
}
