// WebSockets over ports: to a real worker thread, and between two ends of one channel.
import { MessageChannel, Worker } from 'node:worker_threads';
import { connect, createServer, type WebSocketConnection } from 'sanssocket/web-streams';
import { expect, onTestFinished, test } from 'vitest';
import { type Port, portStreams } from '../src/port-streams.js';

function startWorker(): Worker {
  const worker = new Worker(new URL('../dist/worker.js', import.meta.url));
  onTestFinished(() => void worker.terminate());
  return worker;
}

/** The streams of a new channel, the other end of which is the worker's. */
function streamsTo(worker: Worker): ReturnType<typeof portStreams> {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port2, [port2]);
  return portStreams(port1 as unknown as Port);
}

/** Whether a port has been closed. */
function closed(port: MessageChannel['port1']): Promise<void> {
  return new Promise((resolve) => port.once('close', () => resolve()));
}

test('messages of all sizes to a worker and back, plain and compressed, at once', async () => {
  const worker = startWorker();
  const lengths = [0, 1, 125, 126, 65_536, 2_000_000, 3];
  await Promise.all(
    [true, false].map(async (compression) => {
      const heard: number[] = [];
      const connection = await connect(
        'ws://worker/echo',
        { text: ({ length }) => heard.push(length), binary: ({ length }) => heard.push(length) },
        { open: () => streamsTo(worker), compression, protocols: ['echo'] },
      );
      expect(connection.protocol).toBe('echo');
      for (const length of lengths) {
        connection.sendText('x'.repeat(length));
        connection.sendBinary(new Uint8Array(length).fill(1));
      }
      await expect.poll(() => heard).toEqual(lengths.flatMap((length) => [length, length]));
      connection.close(1000);
      expect(await connection.finished()).toMatchObject({ wasClean: true, code: 1000 });
    }),
  );
});

test('a rejection arrives, and its port is closed', async () => {
  const worker = startWorker();
  const { port1, port2 } = new MessageChannel();
  const gone = closed(port1);
  worker.postMessage(port2, [port2]);
  const open = () => portStreams(port1 as unknown as Port);
  await expect(connect('ws://worker/elsewhere', {}, { open })).rejects.toMatchObject({ status: 404 });
  await gone;
});

test('a worker that ends is the end of its connections, and no answer is one', async () => {
  const worker = startWorker();
  const connection = await connect('ws://worker/echo', {}, { open: () => streamsTo(worker) });
  await worker.terminate();
  expect(await connection.finished()).toMatchObject({ wasClean: false, code: 1006 });
  const { port1 } = new MessageChannel();
  const options = { open: () => portStreams(port1 as unknown as Port), openingTimeoutMs: 100 };
  await expect(connect('ws://worker/echo', {}, options)).rejects.toMatchObject({ code: 'OPENING_TIMEOUT' });
});

/** A port of a platform that does not tell of its end, as those of browsers. */
function withoutClose(port: MessageChannel['port1']): Port {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    addEventListener(type, listener) {
      if (type !== 'close') (port as unknown as Port).addEventListener(type, listener);
    },
    start: () => port.start(),
    close: () => port.close(),
  };
}

/** Both ends of a connection in this thread. */
async function pair(): Promise<{
  here: WebSocketConnection;
  there: WebSocketConnection;
  heard: () => number;
  portsClosed: Promise<unknown>;
}> {
  let there!: WebSocketConnection;
  let heard = 0;
  const server = createServer(
    { compression: false, backpressureLimit: 1e9, closeTimeoutMs: 500 },
    (connection) => {
      there = connection;
      return {};
    },
  );
  const { port1, port2 } = new MessageChannel();
  const portsClosed = Promise.all([closed(port1), closed(port2)]);
  server.accept(portStreams(withoutClose(port2)));
  const here = await connect(
    'ws://there/',
    {
      binary: ({ length }) => {
        heard += length;
      },
    },
    { open: () => portStreams(withoutClose(port1)), closeTimeoutMs: 500 },
  );
  await expect.poll(() => there).toBeDefined();
  return { here, there, heard: () => heard, portsClosed };
}

test('a reader that does not read holds its writer up, and loses nothing', async () => {
  const { here, there, heard, portsClosed } = await pair();
  await new Promise((resolve) => setTimeout(resolve, 20));
  here.pause();
  const message = new Uint8Array(100_000);
  for (let i = 0; i < 100; i++) there.sendBinary(message);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(there.needDrain).toBe(true);
  expect(there.bufferedAmount).toBeGreaterThan(8_000_000);
  here.resume();
  expect(await there.drained()).toBe(true);
  await expect.poll(heard).toBe(10_000_000);
  here.close(1000);
  expect(await there.finished()).toMatchObject({ wasClean: true });
  await portsClosed;
});

test('a side that is cut off is the end of the other, and of the ports', async () => {
  for (const side of ['here', 'there'] as const) {
    const ends = await pair();
    ends[side].terminate();
    for (const end of [ends.here, ends.there]) {
      expect(await end.finished()).toMatchObject({ wasClean: false, code: 1006 });
    }
    await ends.portsClosed;
  }
});
