/** Node's adapter in surroundings that share something: async contexts, fake clocks, sockets behind others, memory. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { attachDenoConn } from '../../src/deno.js';
import type { DriverOptions } from '../../src/driver/driver.js';
import { Connection } from '../../src/index.js';
import { attachSocket } from '../../src/node.js';

const realSetTimeout = globalThis.setTimeout;
const sleep = (ms: number) => new Promise((resolve) => realSetTimeout(resolve, ms));
const open: Socket[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const socket of open.splice(0)) socket.destroy();
  await sleep(50);
});

/** A server's end of a TCP connection; the other end counts the bytes that it gets. */
function pair(attach: (socket: Socket) => void): Promise<{ received: () => number }> {
  return new Promise((resolve) => {
    let bytes = 0;
    const server = createServer((socket) => {
      server.close();
      open.push(socket);
      attach(socket);
      resolve({ received: () => bytes });
    }).listen(0, () => {
      const client = connect((server.address() as { port: number }).port);
      client.on('error', () => {});
      client.on('data', (chunk) => {
        bytes += chunk.length;
      });
      open.push(client);
    });
  });
}

function serve(options: DriverOptions) {
  return (socket: Socket) => {
    attachSocket(socket, new Connection({ role: 'server' }, { error() {} }), options);
  };
}

test('a handler that a time limit calls runs in the async context of its own connection', async () => {
  const users = new AsyncLocalStorage<string>();
  const seen: string[] = [];
  for (const user of ['alice', 'bob']) {
    await pair((socket) =>
      users.run(user, () => {
        const connection = new Connection(
          { role: 'server' },
          { close: () => seen.push(`${user} as ${users.getStore()}`), error() {} },
        );
        attachSocket(socket, connection, { idleTimeoutMs: 300, closeTimeoutMs: 50 });
      }),
    );
  }
  await sleep(900);
  expect(seen.sort()).toEqual(['alice as alice', 'bob as bob']);
});

test('under a fake clock a Ping comes when it is due, also if real connections live', async () => {
  await pair(serve({ pingIntervalMs: 10_000 }));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { received } = await pair(serve({ pingIntervalMs: 30_000 }));
  vi.advanceTimersByTime(30_100);
  await sleep(50);
  expect(received()).toBeGreaterThan(0);
});

test('behind a fake clock Pings come again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  await pair(serve({ pingIntervalMs: 100 }));
  vi.useRealTimers();
  const { received } = await pair(serve({ pingIntervalMs: 100 }));
  await sleep(500);
  expect(received()).toBeGreaterThan(0);
});

test('a socket that inherits from one of the runtime has its bytes read', async () => {
  const texts: string[] = [];
  await new Promise<void>((resolve) => {
    const server = createServer((socket) => {
      server.close();
      open.push(socket);
      attachSocket(
        Object.create(socket),
        new Connection({ role: 'server' }, { text: (text) => texts.push(text) }),
      );
      resolve();
    }).listen(0, () => {
      const client = connect((server.address() as { port: number }).port);
      open.push(client);
      attachSocket(client, new Connection({ role: 'client' }, {})).sendText('x');
    });
  });
  await sleep(100);
  expect(texts).toEqual(['x']);
});

test('a head is the caller’s: it may serve for two sockets', async () => {
  const client = new Connection({ role: 'client' }, {});
  client.sendBinary(new Uint8Array(300).fill(7));
  const head = new Uint8Array(client.dataToSend()!);
  const got: number[] = [];
  for (let i = 0; i < 2; i++) {
    await pair((socket) => {
      attachSocket(socket, new Connection({ role: 'server' }, { binary: (b) => got.push(b[0]!) }), {}, head);
    });
    await sleep(50);
  }
  expect(got).toEqual([7, 7]);
});

test('a head is the caller’s: over a socket that has been read to its end, and over a connection of Deno’s', async () => {
  const client = new Connection({ role: 'client' }, {});
  client.sendBinary(new Uint8Array(300).fill(7));
  const head = new Uint8Array(client.dataToSend()!);
  const before = [...head];
  const got: number[] = [];
  const server = () => new Connection({ role: 'server' }, { binary: (bytes) => got.push(bytes[0]!) });
  await pair((socket) => {
    socket.destroy();
    attachSocket(socket, server(), {}, head);
  });
  attachDenoConn(
    { read: async () => null, write: async ({ length }) => length, closeWrite: async () => {}, close() {} },
    server(),
    {},
    head,
  );
  await sleep(50);
  expect(got).toEqual([7, 7]);
  expect([...head]).toEqual(before);
});
