// The programs of "Recording and reading traffic": traffic of the real ws, compressed, recorded by the one and read by the other.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws';
import { freePort, output, programsOf, start, stopPrograms } from './page-programs.js';

const [recorder, reader] = programsOf('onlooker.md');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onlooker-'));
});
afterEach(stopPrograms);
afterAll(() => rmSync(folder, { recursive: true }));

const LONG = 'the same words, and the same words again. '.repeat(20);

/** Records a conversation of ws with itself; the lines that the reader prints of it. */
async function recorded(name: string, options: PerMessageDeflateOptions | boolean): Promise<string> {
  const server = new WebSocketServer({ port: 0, perMessageDeflate: options });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1000, 'enough');
      else socket.send(`${data}`);
    });
  });
  await once(server, 'listening');
  const port = await freePort();
  const file = join(folder, `${name}.jsonl`);
  const target = (server.address() as AddressInfo).port;
  const { lines, child } = await start(recorder!, name, [`${port}`, `${target}`, file]);
  expect(await once(lines, 'line')).toEqual([`recording ${port} to ${file}`]);

  const client = new WebSocket(`ws://localhost:${port}/room`, { perMessageDeflate: options });
  await once(client, 'open');
  const echoed = async (send: () => void): Promise<string> => {
    send();
    return `${(await once(client, 'message'))[0]}`;
  };
  expect(await echoed(() => client.send(LONG))).toBe(LONG);
  expect(await echoed(() => client.send(LONG))).toBe(LONG);
  expect(
    await echoed(() => {
      client.send('in ', { fin: false });
      client.send('three ', { fin: false });
      client.ping('now');
      client.send('parts', { fin: true });
    }),
  ).toBe('in three parts');
  expect(await echoed(() => client.send('short', { compress: false }))).toBe('short');
  client.send(Uint8Array.of(1, 2, 255));
  await once(client, 'close');
  server.close();
  // Written in the background: a kill would cut the last lines.
  let size = -1;
  while (size !== statSync(file).size) {
    size = statSync(file).size;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill();
  await once(child, 'exit');
  return file;
}

const CLOSE = `03e8${Buffer.from('enough').toString('hex')}`;
const SAID = {
  client: [
    `text ${LONG}`,
    `text ${LONG}`,
    `ping ${Buffer.from('now').toString('hex')}`,
    'text in three parts',
    'text short',
    'binary 0102ff',
    `close ${CLOSE}`,
  ],
  server: [
    `text ${LONG}`,
    `text ${LONG}`,
    `pong ${Buffer.from('now').toString('hex')}`,
    'text in three parts',
    'text short',
    `close ${CLOSE}`,
  ],
};

/** What one side said, without the heads. */
function said(lines: readonly string[], side: string): string[] {
  const start = `#1 ${side} `;
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

it.each([
  ['takeover', { threshold: 0 }],
  ['no-takeover', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['server-forgets', { threshold: 0, serverNoContextTakeover: true, serverMaxWindowBits: 10 }],
  ['plain', false],
])('%s: both directions are read', async (name, options) => {
  const file = await recorded(name, options);
  const lines = await output(await start(reader!, `${name}-read`, [file]));
  const [request, ...client] = said(lines, 'client');
  const [response, ...server] = said(lines, 'server');
  expect(request).toBe('GET /room');
  expect(response).toContain('101');
  expect(response!.includes('permessage-deflate')).toBe(options !== false);
  expect({ client, server }).toEqual(SAID);
});

it('a message refers to the one before it, and cannot be read without', async () => {
  const file = await recorded('middle', { threshold: 0 });
  const chunks = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly from: string; readonly bytes: string });
  // The first chunk of frames of the server is the first echo.
  const first = chunks.findIndex(({ from, bytes }, i) => from === 'server' && i > 1 && bytes.startsWith('w'));
  expect(first).toBeGreaterThan(0);
  const kept = chunks
    .filter((_, i) => i !== first)
    .map((chunk) => JSON.stringify({ connection: 1, ...chunk }));
  writeFileSync(file, kept.join('\n'));
  const lines = said(await output(await start(reader!, 'middle-read', [file])), 'server').slice(1);
  expect(lines[0]).toBe('not readable EXTENSION_DATA');
  expect(lines.slice(1)).toEqual(SAID.server.slice(2));
});
