/**
 * The chat that arguments and environment ask for: one process, a worker, or the primary of some.
 */
import cluster from 'node:cluster';
import { type Arguments, readArguments } from './arguments.js';
import type { ChatLog } from './log/chat-log.js';
import { IpcLog } from './log/ipc-log.js';
import { ChatServer } from './server.js';
import { DEFAULT_SETTINGS, type Settings } from './settings.js';
import { Workers } from './workers.js';

const ABOUT = `sanssocket: the WebSocket protocol, without the socket. A codec in TypeScript, for any runtime.
This is its example, a chat whose page shows each frame as the server decodes it: open it in two windows, or join
from another terminal by \`npm run chat:client\`. The library: README.md, docs/pages/guide/first-steps.md.`;

/** A part of the chat that can be ended. */
export interface Part {
  close(): Promise<void>;
}

/**
 * Starts it, and says where it is.
 *
 * @param began - gets the part that is to be closed, before it listens
 * @throws Error that says, in its message, why there is no chat
 */
export async function start(argv: readonly string[], began: (part: Part) => void): Promise<void> {
  const options = readArguments(argv);
  if (options === undefined) return;
  const { port, host, hosts, workers, broker } = options;
  const settings: Settings = { ...DEFAULT_SETTINGS, host, ...(hosts === undefined ? {} : { hosts }) };
  const isPrimary = workers > 1 && cluster.isPrimary;
  const part = isPrimary
    ? new Workers(workers, settings, broker !== undefined)
    : new ChatServer(settings, await logOf(options, settings));
  began(part);
  const listening = part instanceof Workers ? part.start() : part.listen(port);
  const actual = await listening.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw new Error(`port ${port} is taken; set PORT to another one`);
    throw error;
  });
  if (cluster.isPrimary) console.log(`${ABOUT}\n\nchat: http://localhost:${actual}/`);
}

/** The log of this process; undefined for one of its own. */
async function logOf({ broker }: Arguments, settings: Settings): Promise<ChatLog | undefined> {
  if (broker === undefined) return cluster.isWorker ? new IpcLog(process) : undefined;
  // Only those who have a broker wait for its client to be loaded.
  const { NatsLog } = await import('./log/nats-log.js');
  return new NatsLog(broker, settings, (line) => console.error(`chat: ${line}`));
}
