// Real runtimes, real sockets. Needs `npm ci` in this folder, and the packages built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodeFrame, TEXT } from '@sanssocket/codec/frames';
import { createRequest } from '@sanssocket/handshake';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('..', import.meta.url));
const binaries = `${folder}node_modules/`;
const children: ChildProcess[] = [];

function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(`${binaries}${command}`, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

afterAll(() => {
  for (const child of children) child.kill();
});

const runtimes = [
  {
    name: 'Deno',
    command: '@deno/linux-x64-glibc/deno',
    args: ['run', '--no-config', '--no-lock', '--no-remote', '--no-check', '--allow-net=127.0.0.1'].concat([
      '--import-map=imports.json',
      'src/deno.ts',
    ]),
  },
  { name: 'Bun', command: '@oven/bun-linux-x64/bin/bun', args: ['run', 'src/bun.ts'] },
];
const ports = new Map<string, number>();

async function startEcho(name: string): Promise<void> {
  const { command, args } = runtimes.find((runtime) => runtime.name === name)!;
  const [line] = (await once(createInterface({ input: start(command, args).stdout! }), 'line')) as [string];
  ports.set(name, Number(line.replace('port ', '')));
}

beforeAll(async () => {
  await Promise.all(runtimes.map(({ name }) => startEcho(name)));
});

const frame = (opcode: number, payload: string): Uint8Array =>
  encodeFrame({
    opcode: opcode as typeof TEXT,
    payload: Buffer.from(payload, 'latin1'),
    maskingKey: 0x11223344,
  });

async function exchange(port: number, chunks: Iterable<Uint8Array>): Promise<string> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise(setImmediate);
  }
  await once(socket, 'close');
  return heard;
}

describe.each(runtimes.map(({ name }) => name))('%s', (name) => {
  const bytes = (...texts: string[]): Buffer => {
    const close = frame(8, '\x03\xe8');
    const frames = texts.map((text) => frame(TEXT, text));
    return Buffer.concat([createRequest(`ws://127.0.0.1:${ports.get(name)}/`).bytes, ...frames, close]);
  };

  test('frames in one chunk with the head, up to the clean end', async () => {
    const heard = await exchange(ports.get(name)!, [bytes('one', 'two')]);
    expect(heard.startsWith('HTTP/1.1 101 ')).toBe(true);
    expect(heard.split('\r\n\r\n')[1]).toBe('\x81\x03one\x81\x03two\x88\x02\x03\xe8');
  });

  test('every byte alone', async () => {
    const all = bytes('three');
    const each = Array.from(all, (_, i) => all.subarray(i, i + 1));
    expect((await exchange(ports.get(name)!, each)).split('\r\n\r\n')[1]).toBe(
      '\x81\x05three\x88\x02\x03\xe8',
    );
  });

  test('more than a socket takes at once', async () => {
    const long = 'x'.repeat(3_000_000);
    expect((await exchange(ports.get(name)!, [bytes(long)])).endsWith(`${long}\x88\x02\x03\xe8`)).toBe(true);
  });

  test('a client that reads nothing is not read on, and loses nothing when it does', async () => {
    const messages = 60;
    const message = frame(2, 'x'.repeat(1_000_000));
    const socket = connect(ports.get(name)!, '127.0.0.1').pause();
    socket.write(createRequest(`ws://127.0.0.1:${ports.get(name)}/`).bytes);
    for (let i = 0; i < messages; i++) socket.write(message);
    const taken = (): number => socket.bytesWritten - socket.writableLength;
    let before = -1;
    while (before < taken()) {
      before = taken();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    // What the system holds in both directions is not the server's.
    expect(before).toBeLessThan(40_000_000);
    let heard = 0;
    socket.on('data', (chunk) => {
      heard += chunk.length;
    });
    socket.write(frame(8, '\x03\xe8'));
    socket.resume();
    await once(socket, 'close');
    expect(heard).toBeGreaterThan(messages * 1_000_000);
  });

  test('a client that ends its side hears what answers it', async () => {
    const heard = await new Promise<string>((resolve) => {
      const socket = connect({ port: ports.get(name)!, host: '127.0.0.1', allowHalfOpen: true });
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk.toString('latin1');
      });
      socket.on('end', () => resolve(all));
      socket.end(Buffer.concat([createRequest(`ws://127.0.0.1:${ports.get(name)}/`).bytes, frame(1, 'bye')]));
    });
    expect(heard.endsWith('\x81\x03bye')).toBe(true);
  });

  test('a refusal', async () => {
    const heard = await exchange(ports.get(name)!, [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]);
    expect(heard).toMatch(/^HTTP\/1\.1 400 .*\r\n[\s\S]*does not name websocket/);
  });
});

describe('workerd', () => {
  let port: number;

  beforeAll(async () => {
    buildSync({
      absWorkingDir: folder,
      entryPoints: ['src/worker.ts'],
      // As the condition `workerd` of the package's exports has it, which is not installed here.
      alias: { sanssocket: '../../packages/sanssocket/dist/workers.js' },
      outfile: 'dist/worker.js',
      bundle: true,
      format: 'esm',
      external: ['cloudflare:sockets'],
    });
    const free = createServer();
    await once(free.listen(0, '127.0.0.1'), 'listening');
    port = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
    start('@cloudflare/workerd-linux-64/bin/workerd', [
      'serve',
      'src/worker.capnp',
      `-shttp=127.0.0.1:${port}`,
    ]);
    for (let tries = 0; tries < 100; tries++) {
      if (
        await fetch(`http://127.0.0.1:${port}/`).then(
          () => true,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });

  test.each(runtimes.map(({ name }) => name))('a client of the echo server on %s', async (name) => {
    const response = await fetch(`http://127.0.0.1:${port}/?port=${ports.get(name)}`);
    expect(await response.json()).toEqual({
      protocol: 'echo',
      heard: ['hello from a Worker'],
      wasClean: true,
    });
  });
});
