/** `npm start`: the chat, as one process or several. `--help` says more. */
import cluster from 'node:cluster';
import { type Arguments, readArguments } from './arguments.js';
import type { ChatLog } from './log/chat-log.js';
import { IpcLog } from './log/ipc-log.js';
import { NatsLog } from './log/nats-log.js';
import { ChatServer } from './server.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';
import { type Failed, Workers } from './workers.js';

const ABOUT = `sanssocket: the WebSocket protocol, without the socket. A codec in TypeScript, for any runtime.
This is its example, a chat whose page shows each frame as the server decodes it: open it in two windows, or join
from another terminal by \`npm run chat:client\`. The library: README.md, docs/pages/guide/first-steps.md.`;

/** Ends everything that was begun. */
let stop = async (): Promise<void> => {};
let isStopped = false;

// Before anything is printed, or listens: a supervisor may change its mind at once. A second signal
// ends the process by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
if (process.env['npm_lifecycle_event'] !== undefined) whenOrphaned(end);
if (cluster.isWorker) process.once('disconnect', end);

try {
  await run(readArguments(process.argv));
} catch (error) {
  const { code = '', message } = error as Error & { code?: string };
  const isHelp = code === 'commander.helpDisplayed';
  if (!isStopped && !isHelp) {
    process.exitCode = 1;
    if (cluster.isPrimary) console.error(`chat: ${oneLine(message)}`);
    else process.send!({ failed: message } satisfies Failed);
    await stop();
    if (cluster.isWorker) process.disconnect();
  }
}

function end(): void {
  if (isStopped) return;
  isStopped = true;
  void stop().then(() => {
    if (cluster.isWorker && process.connected) process.disconnect();
  });
}

async function run(options: Arguments): Promise<void> {
  const { port, host, hosts, workers, broker } = options;
  const settings: Settings = { ...DEFAULT_SETTINGS, host, ...(hosts === undefined ? {} : { hosts }) };
  const isPrimary = workers > 1 && cluster.isPrimary;
  const part = isPrimary
    ? new Workers(workers, settings, broker !== undefined)
    : new ChatServer(settings, logOf(options, settings));
  stop = () => part.close();
  const actual = await (part instanceof Workers ? part.start() : part.listen(port)).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') throw new Error(`port ${port} is taken; set PORT to another one`);
      throw error;
    },
  );
  if (cluster.isPrimary && !isStopped) console.log(`${ABOUT}\n\nchat: http://localhost:${actual}/`);
}

/** The log of this process; undefined for one of its own. */
function logOf({ broker }: Arguments, settings: Settings): ChatLog | undefined {
  if (broker !== undefined) return new NatsLog(broker, settings, (line) => console.error(`chat: ${line}`));
  return cluster.isWorker ? new IpcLog(process) : undefined;
}

/** Of commander's messages, the part behind its own word for them. */
function oneLine(message: string): string {
  return message.replace(/^error: /, '').split('\n', 1)[0]!;
}

/**
 * npm passes signals on to a shell, which ends and passes on nothing: only its absence is left to
 * see.
 */
function whenOrphaned(ended: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    ended();
  }, 250);
  timer.unref();
}
