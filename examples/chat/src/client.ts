/** `npm run chat:client`: the chat in a terminal, on the client side of our own packages. */
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { printable } from './names.js';
import { ReturningClient } from './returning-client.js';
import { linesOf, quoted } from './terminal-lines.js';

/** The address at which `npm start` listens. */
const LOCAL_CHAT = `ws://localhost:${process.env['PORT'] || '8080'}/ws`;
/** So long the end of the input waits for lines that are under way. */
const LAST_LINES_MS = 2000;

await new Command('chat:client')
  .description('Joins a chat. Each line of the standard input is a message; Ctrl-D leaves.')
  .argument('[url]', 'of the chat: ws://HOST:PORT/ws', LOCAL_CHAT)
  .option('--name <name>', 'what others call you', 'guest')
  .configureOutput({ outputError: (text) => printError(text.replace(/^error: /, '').trim()) })
  .action((url: string, { name }: { name: string }) => chat(url, name))
  .parseAsync();

/** Chats until the input ends, a signal comes, or the server does not want it any more. */
function chat(url: string, name: string): void {
  let wasIn = false;
  let isEnding = false;
  const client = new ReturningClient(url, name, {
    message(message) {
      wasIn ||= message.type === 'welcome';
      for (const line of linesOf(message)) console.log(line);
    },
    lost: (why) => console.log(`* ${printable(why)}; coming back`),
    undelivered: (text, why) => printError(`${why}: ${quoted(text)}`),
    settled() {
      if (isEnding) client.leave();
    },
    over(error) {
      for (const text of client.waiting) printError(`not delivered: ${quoted(text)}`);
      const hint = !wasIn && url === LOCAL_CHAT ? '; is there a chat? `npm start` begins one' : '';
      if (error !== undefined) printError(`${error}${hint}`);
      lines.close();
      // Nothing is to hold the process: neither the input nor a pause before the next try.
      process.stdin.destroy();
    },
  });
  // From the first moment: also while there is no connection yet.
  process.once('SIGINT', () => client.leave());
  process.once('SIGTERM', () => client.leave());
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (text) => {
    if (text.trim() !== '') client.say(text);
  });
  lines.on('close', () => {
    isEnding = true;
    if (client.waiting.length === 0) client.leave();
    else setTimeout(() => client.leave(), LAST_LINES_MS).unref();
  });
}

function printError(message: string): void {
  console.error(`chat:client: ${printable(message)}`);
  process.exitCode = 1;
}
