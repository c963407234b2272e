/** `npm start`: the chat server on `PORT`, 8080 unless set; `HOSTS=a.example,localhost` names its hosts. */
import { ChatServer } from './server.js';

const ABOUT = `sanssocket: the WebSocket protocol, without the socket. A codec in TypeScript, for any runtime.
This is its example, a chat whose page shows each frame as the server decodes it: open it in two windows, or join
from another terminal by \`npm run chat:client\`. The library: README.md, docs/pages/guide/first-steps.md.`;

try {
  await run(process.env['PORT'] || '8080');
} catch (error) {
  console.error(`chat: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function run(port: string): Promise<void> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new Error(`PORT is not a port number: ${port}`);
  const hosts = process.env['HOSTS'];
  const chat = new ChatServer(hosts ? { hosts: hosts.split(',') } : {});
  const actual = await chat.listen(Number(port)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') throw new Error(`port ${port} is taken; set PORT to another one`);
    throw error;
  });
  // Once: a second signal ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void chat.close());
  if (process.env['npm_lifecycle_event'] !== undefined) whenOrphaned(() => void chat.close());
  // Last: a reader of the address may send a signal.
  console.log(`${ABOUT}\n\nchat: http://localhost:${actual}/`);
}

/**
 * npm passes signals on to a shell, which ends and passes on nothing: only its absence is left to
 * see.
 */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, 250);
  timer.unref();
}
