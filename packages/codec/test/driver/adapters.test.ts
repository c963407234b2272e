/** The other adapters, each with a second one at the other end: web streams, message ports, Deno's and Bun's sockets by their shapes. */
import { MessageChannel as NodeMessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { attachBunSocket, type BunSocket, bunHandlers } from '../../src/bun.js';
import type { ConnectionDriver, DriverOptions } from '../../src/driver/driver.js';
import { type CloseInfo, Connection } from '../../src/index.js';
import { attachMessagePort, type MessagePortLike } from '../../src/message-port.js';
import { attachStreams } from '../../src/web-streams.js';
import { messageBytes } from './person.js';

type Make = (connection: Connection, end: 0 | 1, config: DriverOptions) => ConnectionDriver;

/** A client and a server that echoes. */
function link(make: Make, config: DriverOptions = {}) {
  const heard: Uint8Array[] = [];
  const outcomes: CloseInfo[] = [];
  const gone: Promise<void>[] = [];
  const closed = (outcome: CloseInfo): void => void outcomes.push(outcome);
  const watch = (host: ConnectionDriver): ConnectionDriver => {
    gone.push(
      new Promise((resolve) => {
        host.onClose = resolve;
      }),
    );
    return host;
  };
  const server: ConnectionDriver = watch(
    make(
      new Connection({ role: 'server' }, { binary: (bytes) => server.sendBinary(bytes), close: closed }),
      0,
      config,
    ),
  );
  const client = watch(
    make(
      new Connection({ role: 'client' }, { binary: (bytes) => heard.push(bytes), close: closed }),
      1,
      config,
    ),
  );
  return { server, client, heard, outcomes, gone: Promise.all(gone) };
}

const adapters: [name: string, connect: () => Make][] = [
  [
    'web streams',
    () => {
      const [there, back] = [
        new TransformStream<Uint8Array, Uint8Array>(),
        new TransformStream<Uint8Array, Uint8Array>(),
      ];
      const pairs = [
        { readable: there.readable, writable: back.writable },
        { readable: back.readable, writable: there.writable },
      ];
      return (connection, end, config) => attachStreams(pairs[end]!, connection, config);
    },
  ],
  [
    'message ports',
    () => {
      const { port1, port2 } = new NodeMessageChannel();
      const ports = [port1, port2] as unknown as MessagePortLike[];
      return (connection, end, config) => attachMessagePort(ports[end]!, connection, config);
    },
  ],
];

describe.each(adapters)('a connection over %s', (_name, connect) => {
  it('carries messages there and back, and ends when both are done', async () => {
    const { client, heard, outcomes, gone } = link(connect());
    const said = [0, 1, 126, 65_536, 700_000].map((length, i) => messageBytes(i, length));
    for (const message of said) client.sendBinary(message);
    await expect.poll(() => heard.length).toBe(said.length);
    for (const [i, message] of said.entries()) expect(Buffer.compare(heard[i]!, message)).toBe(0);
    client.close(1000);
    await gone;
    expect(outcomes.map(({ wasClean: clean }) => clean)).toEqual([true, true]);
  });

  it('does not read from one that does not read its answers, and reads on with it', async () => {
    const { server, client, heard, gone } = link(connect(), { highWaterMark: 1000 });
    client.pause();
    for (let i = 0; i < 100; i++) client.sendBinary(messageBytes(i, 1000));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.bufferedAmount).toBeLessThan(15_000);
    expect(client.bufferedAmount).toBeGreaterThan(50_000);
    client.resume();
    await expect.poll(() => heard.length).toBe(100);
    for (const [i, bytes] of heard.entries()) expect(Buffer.compare(bytes, messageBytes(i, 1000))).toBe(0);
    client.close();
    await gone;
  });

  it('is over in time when there is nobody at the other end', async () => {
    const outcomes: CloseInfo[] = [];
    const connection = new Connection(
      { role: 'server' },
      { close: (outcome) => void outcomes.push(outcome) },
    );
    const host = connect()(connection, 0, { pingIntervalMs: 20, pongTimeoutMs: 20, closeTimeoutMs: 20 });
    await expect.poll(() => host.closed).toBe(true);
    expect(outcomes.map(({ code }) => code)).toEqual([1008]);
  });
});

describe('a stream that fails', () => {
  it('is the end of the connection, and its error is kept', async () => {
    const error = new Error('cut');
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const readable = new ReadableStream<Uint8Array>({
      start(own) {
        controller = own;
      },
    });
    const host = attachStreams(
      { readable, writable: new WritableStream() },
      new Connection({ role: 'server' }, {}),
    );
    const gone = new Promise<void>((resolve) => {
      host.onClose = resolve;
    });
    controller.error(error);
    await gone;
    expect(host.transportError).toBe(error);
    expect(host.connection.closeInfo?.code).toBe(1006);
  });
});

describe('streams that are not hosted after all', () => {
  it('are as they were', () => {
    const streams = { readable: new ReadableStream<Uint8Array>(), writable: new WritableStream() };
    const connection = new Connection({ role: 'server' }, {});
    expect(() => attachStreams(streams, connection, { idleTimeoutMs: -1 })).toThrow(RangeError);
    expect([streams.readable.locked, streams.writable.locked]).toEqual([false, false]);
    streams.writable.getWriter();
    expect(() => attachStreams(streams, connection)).toThrow(TypeError);
    expect(streams.readable.locked).toBe(false);
  });
});

describe('a stream of a connection that is paused', () => {
  it('is not read ahead of the pause', async () => {
    let reads = 0;
    const readable = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++reads > 3) controller.close();
          else controller.enqueue(Uint8Array.of(0x81, 0x80, 0, 0, 0, 0));
        },
      },
      { highWaterMark: 0 },
    );
    const connection = new Connection({ role: 'server' }, { text: () => host.pause() });
    const host = attachStreams({ readable, writable: new WritableStream() }, connection);
    for (const expected of [1, 2, 3]) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(reads).toBe(expected);
      host.resume();
    }
    host.fail();
  });
});

describe('a port whose other end is no driver', () => {
  it('and sends a batch before the one before it was read, is the end of the connection too', async () => {
    const { port1, port2 } = new NodeMessageChannel();
    const heard: string[] = [];
    const connection = new Connection({ role: 'server' }, { text: (text) => heard.push(text) });
    const host = attachMessagePort(port1 as unknown as MessagePortLike, connection);
    host.pause();
    port2.postMessage(Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 0x61));
    port2.postMessage(Uint8Array.of(0x81, 0x81, 0, 0, 0, 0, 0x62));
    await expect.poll(() => host.closed).toBe(true);
    expect(host.transportError).toBeInstanceOf(TypeError);
    port2.close();
  });

  it('is the end of the connection', async () => {
    const { port1, port2 } = new NodeMessageChannel();
    const host = attachMessagePort(
      port1 as unknown as MessagePortLike,
      new Connection({ role: 'server' }, {}),
    );
    port2.postMessage({ hello: 'world' });
    await expect.poll(() => host.closed).toBe(true);
    expect(host.transportError).toBeInstanceOf(TypeError);
    port2.close();
  });
});

describe('attachBunSocket', () => {
  /** Takes so many bytes between drains. */
  class Socket implements BunSocket {
    host: ConnectionDriver | undefined;
    readonly taken: number[] = [];
    readonly calls: string[] = [];
    room: number;

    constructor(room: number) {
      this.room = room;
    }

    write(bytes: Uint8Array): number {
      const length = Math.min(this.room, bytes.length);
      this.room -= length;
      this.taken.push(...bytes.subarray(0, length));
      return length === 0 ? -1 : length;
    }
    pause(): void {
      this.calls.push('pause');
    }
    resume(): void {
      this.calls.push('resume');
    }
    end(): void {
      this.calls.push('end');
    }
    terminate(): void {
      this.calls.push('terminate');
    }
  }

  it('offers again what a socket did not take, and passes its events on', async () => {
    const socket = new Socket(3);
    const before: Uint8Array[] = [];
    const handlers = bunHandlers<Socket>(
      ({ host }) => host,
      (_socket, chunk) => before.push(chunk),
    );
    handlers.data(socket, Uint8Array.of(1));
    expect(before).toEqual([Uint8Array.of(1)]);
    const heard: number[] = [];
    const connection = new Connection(
      { role: 'server' },
      {
        binary(bytes) {
          heard.push(...bytes);
          socket.host?.sendBinary(bytes);
        },
      },
    );
    socket.host = attachBunSocket(socket, connection, {}, Uint8Array.of(0x82, 0x81, 0, 0, 0, 0, 7));
    expect(heard).toEqual([]);
    await undefined;
    expect(heard).toEqual([7]);
    handlers.data(socket, Uint8Array.of(0x82, 0x82, 0, 0, 0, 0, 8, 9));
    expect(socket.taken).toEqual([0x82, 1, 7]);
    socket.room = 2;
    handlers.drain(socket);
    expect(socket.taken).toEqual([0x82, 1, 7, 0x82, 2]);
    socket.room = 100;
    handlers.drain(socket);
    expect(socket.taken.slice(3)).toEqual([0x82, 2, 8, 9]);
    handlers.end(socket);
    expect(socket.calls).toEqual(['end']);
    handlers.close(socket);
    expect(socket.host.closed).toBe(true);
  });

  it('shuts down a socket that has it, as `end` would keep one of TLS for as long as its peer likes', () => {
    const socket = new (class extends Socket {
      shutdown(): void {
        this.calls.push('shutdown');
      }
    })(100);
    socket.host = attachBunSocket(socket, new Connection({ role: 'server' }, {}));
    socket.host.receiveEof(0);
    expect(socket.calls).toEqual(['shutdown']);
  });
});
