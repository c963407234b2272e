/** `npm run chat:client -- URL`: the chat in a terminal, on the client side of our own packages. */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Connection } from '@sanssocket/codec';
import { connect, type OpenSocket } from './connect.js';
import { SocketHost } from './host-loop.js';
import { type ClientMessage, parseServerMessage, type ServerMessage } from './protocol.js';

const USAGE = 'usage: chat:client [--name NAME] ws://HOST:PORT/ws';
const TIMES = { pingIntervalMs: 30_000, pongTimeoutMs: 10_000, closeTimeoutMs: 5_000 };

try {
  const { url, name } = parseCommandLine();
  chat(await connect(url), name);
} catch (error) {
  printError((error as Error).message);
}

function parseCommandLine(): { url: string; name: string } {
  const { values, positionals } = parseArgs({
    options: { name: { type: 'string', default: 'guest' } },
    allowPositionals: true,
  });
  const [url] = positionals;
  if (url === undefined || positionals.length > 1) throw new Error(USAGE);
  return { url, name: values.name };
}

/** Chats until one side closes: lines of standard input go out, what arrives is printed. */
function chat({ socket, head }: OpenSocket, name: string): void {
  let ownId = 0;
  let leaving = false;
  const connection = new Connection(
    { role: 'client' },
    {
      text: (text) => {
        const message = parseServerMessage(text);
        if (message?.type === 'welcome') ownId = message.id;
        const line = message && describe(message, ownId);
        if (line !== undefined) console.log(printable(line));
      },
      closed: ({ code, reason }) => {
        if (!leaving) printError(`the connection was closed: ${code} ${reason}`.trim());
        lines.close();
      },
    },
  );
  const host = new SocketHost(socket, connection, TIMES);
  const send = (message: ClientMessage): void => {
    connection.sendText(JSON.stringify(message));
    host.flush();
  };

  const lines = createInterface({ input: process.stdin });
  const leave = (): void => {
    leaving = true;
    connection.close(1000);
    host.flush();
  };
  lines.on('line', (text) => {
    if (text.trim() !== '') send({ type: 'say', text });
  });
  lines.on('close', leave); // the end of input; `closed` above comes here too, when there is nothing left to close
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);

  send({ type: 'join', name });
  host.start(head);
}

/** What a message looks like in a terminal; undefined for one's own, which stand there already. */
function describe(message: ServerMessage, ownId: number): string | undefined {
  switch (message.type) {
    case 'welcome':
      return `* you are ${message.name}; here: ${message.people.map(({ name }) => name).join(', ')}`;
    case 'joined':
      return `* ${message.name} joined`;
    case 'left':
      return `* ${message.name} left${message.reason && ` (${message.reason})`}`;
    case 'said':
      return message.id === ownId ? undefined : `<${message.name}> ${message.text}`;
    case 'refused':
      return `! ${message.reason}`;
  }
}

function printError(message: string): void {
  console.error(`chat:client: ${printable(message)}`);
  process.exitCode = 1;
}

/** Whoever can write to a terminal can command it: control characters of others do not get through. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
