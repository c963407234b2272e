// The programs for Bun, Deno and Workers of docs/pages/guide/first-steps.md, as they stand there, in their runtimes. Needs `npm ci`
// in this folder, and the packages built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BINARY, encodeFrame } from '@sanssocket/codec/frames';
import { ClientHandshake } from '@sanssocket/handshake';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleBlocks } from '../../../tools/doc-examples.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(`${folder}../../docs/pages/guide/first-steps.md`, 'utf8');
const children: ChildProcess[] = [];

function start(command: string, args: readonly string[]): ChildProcess {
  const binary = `${folder}node_modules/${command}`;
  const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** Writes a program, with a shorter time limit, to this folder, where its imports are found. */
function write(runtime: string, port: number): string {
  const [block] = exampleBlocks(page, `ts ${runtime}`);
  mkdirSync(`${folder}dist`, { recursive: true });
  const file = `dist/first-steps-${runtime}.ts`;
  writeFileSync(folder + file, block!.code.replaceAll('8080', `${port}`).replace('10_000', '1_000'));
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const deno = ['run', '--no-config', '--no-lock', '--no-remote', '--no-check', '--allow-net=127.0.0.1'];
const servers = [
  { runtime: 'bun', command: '@oven/bun-linux-x64/bin/bun', args: ['run'] },
  { runtime: 'deno', command: '@deno/linux-x64-glibc/deno', args: [...deno, '--import-map=imports.json'] },
];
const ports = new Map<string, number>();
let worker: number;

beforeAll(async () => {
  for (const { runtime, command, args } of servers) {
    const port = await freePort();
    const { stdout } = start(command, [...args, write(runtime, port)]);
    expect(await once(createInterface({ input: stdout! }), 'line')).toEqual([`listening on ${port}`]);
    ports.set(runtime, port);
  }
  buildSync({
    absWorkingDir: folder,
    entryPoints: [write('worker', 8080)],
    outfile: 'dist/first-steps-worker.js',
    alias: { sanssocket: '../../packages/sanssocket/dist/workers.js' },
    bundle: true,
    format: 'esm',
    external: ['cloudflare:sockets'],
  });
  const config = readFileSync(`${folder}src/worker.capnp`, 'utf8').replaceAll(
    '../dist/worker.js',
    'first-steps-worker.js',
  );
  writeFileSync(`${folder}dist/first-steps.capnp`, config);
  worker = await freePort();
  start('@cloudflare/workerd-linux-64/bin/workerd', [
    'serve',
    'dist/first-steps.capnp',
    `-shttp=127.0.0.1:${worker}`,
  ]);
});

afterAll(() => {
  for (const child of children) child.kill();
});

/** The answer of the Worker, which needs a moment to listen. */
async function ask(port: number): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await (await fetch(`http://127.0.0.1:${worker}/?port=${port}`)).text();
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test.each(servers.map(({ runtime }) => runtime))('the Worker talks to the server on %s', async (runtime) => {
  expect(await ask(ports.get(runtime)!)).toBe('hello from a Worker');
});

test.each(servers.map(({ runtime }) => runtime))(
  'the server on %s echoes binary messages',
  async (runtime) => {
    const handshake = new ClientHandshake(`ws://localhost:${ports.get(runtime)}/`);
    const socket = connect(ports.get(runtime)!, '127.0.0.1');
    socket.write(handshake.request.bytes);
    const [head] = await once(socket, 'data');
    expect(handshake.receive(head)?.kind).toBe('accepted');
    socket.write(encodeFrame({ opcode: BINARY, payload: Uint8Array.of(1, 255), maskingKey: 7 }));
    const [echo] = await once(socket, 'data');
    expect([...echo]).toEqual([0x82, 2, 1, 255]);
    socket.destroy();
  },
);

const unfinished = [
  { peer: 'says nothing', head: '' },
  { peer: 'never ends its head', head: 'GET / HTTP/1.1\r\nHost: a\r\n' },
  { peer: 'is rejected, and never ends its side', head: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
];
test.each(servers.flatMap(({ runtime }) => unfinished.map((peer) => ({ runtime, ...peer }))))(
  'the server on $runtime lets go of a peer that $peer',
  async ({ runtime, head }) => {
    const socket = connect({ port: ports.get(runtime)!, host: '127.0.0.1', allowHalfOpen: true });
    // A server that is gone answers bytes by a reset.
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
    socket.resume().write(head);
    socket.on('end', () => setInterval(() => socket.write('x'), 50).unref());
    await closed;
  },
);
