// Every engine against every peer that compresses: all messages come back, those after the first too.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { constants, inflateRawSync } from 'node:zlib';
import { type DeflateEngine, permessageDeflate } from '@sanssocket/deflate';
import { acceptRequest, checkRequest, checkResponse, createRequest } from '@sanssocket/handshake';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../../packages/deflate/test/engines.js';
import { texts } from '../peers/texts.mjs';
import { type Conversation, converse, countOfMessages } from './echo-conversation.js';
import { pythonWith } from './python.js';

const folder = fileURLToPath(new URL('..', import.meta.url));
const DENO = [
  `${folder}node_modules/@deno/linux-x64-glibc/deno`,
  'run',
  '--no-config',
  '--no-lock',
  '--no-remote',
  '--allow-net=127.0.0.1',
];
const BUN = [`${folder}node_modules/@oven/bun-linux-x64/bin/bun`, 'run'];
/** Node 20 has its own WebSocket behind a flag. */
const NODE = 'WebSocket' in globalThis ? [process.execPath] : [process.execPath, '--experimental-websocket'];
const hasWebSocket =
  'WebSocket' in globalThis || process.allowedNodeEnvironmentFlags.has('--experimental-websocket');

function python(module: string): string[] | undefined {
  const command = pythonWith(module);
  return command === undefined ? undefined : [command, 'peers/echo.py', module];
}

/** How to start a peer; undefined if it is not here. */
interface Peer {
  readonly name: string;
  readonly command: readonly string[] | undefined;
  /** Which of its messages come compressed, if it has permessage-deflate at all; those to it go compressed. */
  readonly compresses: 'some' | 'none' | undefined;
}
const pythons = ['aiohttp', 'websockets', 'tornado'].map((name) => ({
  name: `${name} (Debian's python3-${name})`,
  command: python(name),
  compresses: 'some' as const,
}));
const clients: readonly Peer[] = [
  { name: 'undici', command: [process.execPath, 'peers/echo-client.mjs', '--undici'], compresses: 'none' },
  {
    name: "Node's own WebSocket",
    command: hasWebSocket ? [...NODE, 'peers/echo-client.mjs'] : undefined,
    compresses: 'none',
  },
  { name: 'Deno', command: [...DENO, 'peers/echo-client.mjs'], compresses: undefined },
  { name: 'Bun', command: [...BUN, 'peers/echo-client.mjs'], compresses: 'some' },
  ...pythons,
];
const servers: readonly Peer[] = [
  { name: 'Bun.serve', command: [...BUN, 'peers/echo-server.ts'], compresses: 'some' },
  ...pythons,
];

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill();
});

function start([command, ...args]: readonly string[]): ChildProcess {
  const child = spawn(command!, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

const deflateWith = (engine: DeflateEngine) => permessageDeflate({ engine, threshold: 0 });
const messages = countOfMessages(texts);

function expectAll({ compressed, ...conversation }: Conversation, compresses: Peer['compresses']): void {
  expect(conversation).toEqual({ same: true, heard: messages, closeCode: 1000 });
  expect(compressed.sent).toBe(compresses === undefined ? 0 : messages);
  expect(compressed.heard > 0).toBe(compresses === 'some');
}

describe.each(clients)('$name is the client', ({ command, compresses }) => {
  const conversations = new Map<string, Promise<Conversation>>();
  let server: Server;

  beforeAll(async () => {
    if (command === undefined) return;
    const settle = new Map<string, (conversation: Promise<Conversation>) => void>();
    for (const [name] of engines) {
      conversations.set(name, new Promise((resolve) => settle.set(name, resolve)));
    }
    server = createServer().on('upgrade', (message, socket: Duplex, head) => {
      const [name, engine] = engines[Number(message.url!.slice(1))]!;
      const checked = checkRequest(message);
      if (checked.kind === 'fault') throw new Error(checked.code);
      const { bytes, extensions } = acceptRequest(checked, { extensions: [deflateWith(engine)] });
      socket.write(bytes);
      const agreed = extensions.map(({ extension }) => extension);
      settle.get(name)!(converse(socket, 'server', agreed, head, texts));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    start([...command, ...engines.map((_, i) => `ws://127.0.0.1:${port}/${i}`)]);
  });
  afterAll(() => void server?.close());

  test.skipIf(command === undefined).each(engines)('%s', async (name) => {
    expectAll((await conversations.get(name))!, compresses);
  });
});

describe.each(servers)('$name is the server', ({ command, compresses }) => {
  let port: number;

  beforeAll(async () => {
    if (command === undefined) return;
    const [line] = (await once(createInterface({ input: start(command).stdout! }), 'line')) as [string];
    port = Number(line.replace('port ', ''));
  });

  test.skipIf(command === undefined).each(engines)('%s', async (_name, engine) => {
    const extension = deflateWith(engine);
    const asked = createRequest(`ws://127.0.0.1:${port}/echo`, { extensions: [extension] });
    const { rawHeaders } = asked.head;
    const message = request({ host: '127.0.0.1', port, path: '/echo' });
    for (let i = 0; i < rawHeaders.length; i += 2) message.setHeader(rawHeaders[i]!, rawHeaders[i + 1]!);
    message.end();
    const [response, socket, head] = await once(message, 'upgrade');
    const outcome = checkResponse(asked, response);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    const agreed = outcome.extensions.map(({ extension: one }) => one);
    expectAll(await converse(socket, 'client', agreed, head, texts), compresses);
  });
});

describe('what the CompressionStream of another runtime gives', () => {
  test.each([
    ['Deno', [...DENO, '--import-map=imports.json', 'peers/compression-streams.mjs']],
    ['Bun', [...BUN, 'peers/compression-streams.mjs']],
  ] as const)('%s: one stream of zlib inflates all of it', async (_name, [command, ...args]) => {
    const { stdout } = await promisify(execFile)(command!, args, { cwd: folder });
    const stream = Buffer.concat(stdout.split('\n').map((line) => Buffer.from(line, 'base64')));
    const inflated = inflateRawSync(stream, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(inflated.toString() === texts.join('')).toBe(true);
    expect(stream.length).toBeLessThan(inflated.length / 2);
  });
});
