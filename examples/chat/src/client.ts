/** `npm run chat:client`: the chat in a terminal, on the client side of our own packages. */
import { createInterface } from 'node:readline';
import { Connection } from '@sanssocket/codec';
import { attachSocket } from '@sanssocket/codec/node';
import { Command } from 'commander';
import { connect, type OpenSocket } from './connect.js';
import { type ClientMessage, type Presence, parseServerMessage, type ServerMessage } from './protocol.js';

/** The address at which `npm start` listens. */
const LOCAL_CHAT = `ws://localhost:${process.env['PORT'] || '8080'}/ws`;

await new Command('chat:client')
  .description('Joins a chat. Each line of the standard input is a message; Ctrl-D leaves.')
  .argument('[url]', 'of the chat: ws://HOST:PORT/ws', LOCAL_CHAT)
  .option('--name <name>', 'what others call you', 'guest')
  .configureOutput({ outputError: (text) => printError(text.replace(/^error: /, '').trim()) })
  .action(async (url: string, { name }: { name: string }) => {
    try {
      chat(await connect(url), name);
    } catch (error) {
      const hint = url === LOCAL_CHAT ? '; is there a chat? `npm start` begins one' : '';
      printError(`${(error as Error).message}${hint}`);
    }
  })
  .parseAsync();

/**
 * Chats until one side closes: lines of standard input go out, messages that arrive are printed.
 */
function chat({ socket, head }: OpenSocket, name: string): void {
  let ownId = '';
  let said = 0;
  let leaving = false;
  const connection = new Connection(
    { role: 'client' },
    {
      text: (text) => {
        const message = parseServerMessage(text);
        if (message?.type === 'welcome') ownId = message.id;
        const line = message && describe(message, ownId);
        for (const part of line?.split('\n') ?? []) console.log(printable(part));
      },
      close: ({ code, reason }) => {
        if (!leaving) printError(`the connection was closed: ${code} ${reason}`.trim());
        lines.close();
      },
    },
  );
  const driver = attachSocket(socket, connection, {}, head);
  const send = (message: ClientMessage): void => {
    driver.sendText(JSON.stringify(message));
  };

  const lines = createInterface({ input: process.stdin });
  const leave = (): void => {
    leaving = true;
    driver.close(1000);
  };
  lines.on('line', (text) => {
    if (text.trim() !== '') send({ type: 'say', text, n: ++said });
  });
  // The end of input; `closed` above comes here too, when there is nothing left to close.
  lines.on('close', leave);
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);

  send({ type: 'join', name });
}

/** A message as it looks in a terminal; undefined for one's own, which stand there already. */
function describe(message: ServerMessage, ownId: string): string | undefined {
  switch (message.type) {
    case 'welcome':
      return `* you are ${message.name}; here: ${message.people.map(({ name }) => name).join(', ')}`;
    case 'presence':
      return presence(message);
    case 'said':
      return message.id === ownId ? undefined : `<${message.name}> ${message.text}`;
    case 'refused':
      return `! ${message.reason}`;
    case 'broker':
      return `* the broker is ${message.state}`;
    case 'gap':
      return '* something was missed';
  }
}

/** Comings and goings, a line each. */
function presence({ joined, left, moreJoined, moreLeft }: Presence): string | undefined {
  const lines = [
    ...joined.map((name) => `* ${name} joined`),
    ...(moreJoined === 0 ? [] : [`* ${moreJoined} more joined`]),
    ...left.map(({ name, reason }) => `* ${name} left${reason && ` (${reason})`}`),
    ...(moreLeft === 0 ? [] : [`* ${moreLeft} more left`]),
  ];
  return lines.length === 0 ? undefined : lines.join('\n');
}

function printError(message: string): void {
  console.error(`chat:client: ${printable(message)}`);
  process.exitCode = 1;
}

/**
 * Control characters of others do not get through: with them, a message could command the
 * terminal that it is written to.
 */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
