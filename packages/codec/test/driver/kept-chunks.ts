/**
 * A program, see `kept-chunks.test.ts`: hosts over every adapter that have read all they were
 * given, and which of it is kept.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { attachBunSocket } from '../../src/bun.js';
import { attachDenoConn } from '../../src/deno.js';
import type { ConnectionDriver } from '../../src/driver/driver.js';
import { Connection } from '../../src/index.js';
import { attachMessagePort, type MessagePortLike } from '../../src/message-port.js';
import { attachSocket } from '../../src/node.js';
import { attachStreams } from '../../src/web-streams.js';

declare const gc: () => void;

/** Memory that must not be kept, by adapter. */
const chunks: Record<string, [name: string, ref: WeakRef<ArrayBufferLike>][]> = {};
/** Hosts live on. */
const hosts: ConnectionDriver[] = [];

const server = (): Connection => new Connection({ role: 'server' }, {});

/** A message of 60,000 bytes from a client, in memory of its own, which is noted. */
function message(adapter: string, name: string): Uint8Array {
  const bytes = new Uint8Array(60_008);
  bytes.set([0x82, 0xfe, 60_000 >> 8, 60_000 & 0xff]);
  chunks[adapter] ??= [];
  chunks[adapter].push([name, new WeakRef(bytes.buffer)]);
  return bytes;
}

async function socketPair(): Promise<[Socket, Socket]> {
  const listener = createServer({ allowHalfOpen: true });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const client = connect({ port: (listener.address() as AddressInfo).port, allowHalfOpen: true });
  const [socket] = await accepted;
  listener.close();
  client.unref();
  socket.unref();
  return [socket, client];
}

async function node(): Promise<void> {
  const [socket] = await socketPair();
  hosts.push(attachSocket(socket, server(), {}, message('node', 'head')));
  const [ended, client] = await socketPair();
  client.end();
  await once(ended.resume(), 'end');
  hosts.push(attachSocket(ended, server(), {}, message('node, ended', 'head')));
}

function bun(): void {
  const socket = {
    write: (bytes: Uint8Array) => bytes.length,
    pause() {},
    resume() {},
    end() {},
    terminate() {},
  };
  const host = attachBunSocket(socket, server(), {}, message('bun', 'head'));
  hosts.push(host);
  queueMicrotask(() => host.receive(message('bun', 'chunk'), 1));
}

function deno(): void {
  let reads = 0;
  const conn = {
    // Bytes that are read there are copied; so one read gives nothing, and the next one does not end.
    read: async () => (++reads === 1 ? 0 : new Promise<never>(() => {})),
    write: async ({ length }: Uint8Array) => length,
    closeWrite: async () => {},
    close() {},
  };
  hosts.push(attachDenoConn(conn, server(), {}, message('deno', 'head')));
}

function streams(): void {
  let pulls = 0;
  const readable = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (++pulls === 1) controller.enqueue(message('streams', 'chunk'));
        else return new Promise(() => {});
      },
    },
    { highWaterMark: 0 },
  );
  const pair = { readable, writable: new WritableStream<Uint8Array>() };
  hosts.push(attachStreams(pair, server(), {}, message('streams', 'head')));
}

async function messagePort(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const listeners: ((event: { data: unknown }) => void)[] = [];
  const port = {
    postMessage() {},
    addEventListener: (_type: string, listener: (event: { data: unknown }) => void) =>
      listeners.push(listener),
    start() {},
    close() {},
  };
  hosts.push(attachMessagePort(port as unknown as MessagePortLike, server()));
  listeners[0]!({ data: message('message port', 'chunk') });
  port1.close();
  port2.close();
}

await node();
bun();
deno();
streams();
await messagePort();
await sleep(100);
for (let i = 0; i < 5; i++) {
  gc();
  await sleep(20);
}
const kept = Object.fromEntries(
  Object.entries(chunks).map(([adapter, all]) => [
    adapter,
    all.filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name),
  ]),
);
if (hosts.some((host) => host.connection.closeInfo?.fault !== undefined))
  throw new Error('a message was refused');
console.log(JSON.stringify(kept));
process.exit(0);
