// What a host does at the edges: full inside of a sink, answers by other calls, a transport that is gone before all is told.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { attachDenoConn } from '../../src/deno.js';
import { ConnectionDriver, type Transport } from '../../src/driver/driver.js';
import { Connection, type MessageExtension, RSV1 } from '../../src/index.js';
import { attachSocket } from '../../src/node.js';
import { concat, masked } from '../frames.js';

const TEXT = 0x81;

/** A transport that lets through all, or nothing. */
const transport = (through: boolean): Transport => ({
  write: (chunks) => (through ? chunks.reduce((bytes, { length }) => bytes + length, 0) : 0),
  pause() {},
  resume() {},
  end() {},
  destroy() {},
  wakeAt() {},
});

it('whoever has seen it full hears of room, also if it was full inside of a sink only', () => {
  let sent = 0;
  let drained = 0;
  const produce = (): void => {
    for (; sent < 100 && !host.needDrain; sent++) host.sendBinary(new Uint8Array(10_000));
  };
  const connection = new Connection({ role: 'server' }, { text: produce });
  const host = new ConnectionDriver(connection, transport(true), {}, 0);
  host.onDrain = () => {
    drained++;
    produce();
  };
  host.receive(masked(TEXT, 'a'), 1);
  expect(sent).toBe(100);
  expect(drained).toBe(1);
});

describe.each([
  ['sendBinary', (host: ConnectionDriver, bytes: Uint8Array) => host.sendBinary(bytes)],
  [
    'fragments',
    (host: ConnectionDriver, bytes: Uint8Array) => {
      host.connection.binaryWriter().end(bytes);
      host.flush();
    },
  ],
  [
    'the connection itself',
    (host: ConnectionDriver, bytes: Uint8Array) => {
      host.connection.sendBinary(bytes);
      host.flush();
    },
  ],
])('answers by %s', (_, send) => {
  it('stop the reading of the very chunk they answer', () => {
    let calls = 0;
    const connection = new Connection(
      { role: 'server' },
      {
        text: () => {
          calls++;
          send(host, new Uint8Array(100_000));
        },
      },
    );
    const host = new ConnectionDriver(connection, transport(false), {}, 0);
    host.receive(concat(...Array.from({ length: 200 }, () => masked(TEXT, 'a'))), 1);
    expect(calls).toBeLessThan(5);
    expect(host.bufferedAmount).toBeLessThan(500_000);
  });

  it('once the transport is gone are nowhere, and what came before is told', () => {
    let told = 0;
    const connection = new Connection(
      { role: 'server' },
      {
        text: () => {
          if (told++ === 0) host.pause();
          send(host, new Uint8Array(1000));
        },
      },
    );
    const host = new ConnectionDriver(
      connection,
      transport(false),
      { backpressureLimit: 10_000, highWaterMark: 4000 },
      0,
    );
    host.receive(concat(...Array.from({ length: 50 }, () => masked(TEXT, 'a'))), 1);
    host.transportClosed();
    host.resume();
    expect(told).toBe(50);
    expect(connection.closeInfo).toMatchObject({ code: 1006 });
  });
});

it('a Deno connection reads into one buffer, and messages that are handed over are not in it', async () => {
  const frames = [1, 2, 3].map((byte) => masked(0x82, new Uint8Array(198).fill(byte)));
  const kept: Uint8Array[] = [];
  await new Promise<void>((resolve) => {
    const connection = new Connection(
      { role: 'server', transferInput: true },
      { binary: (bytes) => kept.push(bytes), close: () => resolve() },
    );
    attachDenoConn(
      {
        async read(buffer) {
          const frame = frames.shift();
          if (frame === undefined) return null;
          buffer.set(frame);
          return frame.length;
        },
        write: async ({ length }) => length,
        closeWrite: async () => {},
        close() {},
      },
      connection,
    );
  });
  expect(kept.map(([byte]) => byte)).toEqual([1, 2, 3]);
});

it('a Deno connection reads into as much memory as its messages need: 1 KiB for small ones, 64 KiB for large ones', async () => {
  const message = masked(0x82, new Uint8Array(300_000).fill(7));
  const small = masked(0x82, new Uint8Array(1).fill(8));
  const stream = concat(
    ...Array.from({ length: 3 }, () => message),
    ...Array.from({ length: 40 }, () => small),
  );
  const sizes: number[] = [];
  const heard: number[] = [];
  let at = 0;
  await new Promise<void>((resolve) => {
    const connection = new Connection(
      { role: 'server' },
      { binary: (bytes) => heard.push(bytes.length, new Set(bytes).size), close: () => resolve() },
    );
    attachDenoConn(
      {
        async read(buffer) {
          sizes.push(buffer.length);
          // Small messages come one by one.
          const rest =
            at < 3 * message.length ? 3 * message.length - at : Math.min(small.length, stream.length - at);
          const length = Math.min(buffer.length, rest);
          if (length === 0) return null;
          buffer.set(stream.subarray(at, at + length));
          at += length;
          return length;
        },
        write: async ({ length }) => length,
        closeWrite: async () => {},
        close() {},
      },
      connection,
    );
  });
  expect(heard).toEqual([...Array(3).fill([300_000, 1]), ...Array(40).fill([1, 1])].flat());
  expect(sizes.slice(0, 4)).toEqual([1024, 4096, 16_384, 65_536]);
  expect(sizes.at(-1)).toBe(1024);
});

it('a transport that throws when it is given up is gone all the same', async () => {
  const error = await new Promise((resolve) => {
    const connection = new Connection({ role: 'server' }, {});
    const host = attachDenoConn(
      {
        read: () => Promise.reject(new Error('read')),
        write: async ({ length }) => length,
        closeWrite: async () => {},
        close() {
          throw new Error('close');
        },
      },
      connection,
    );
    host.onClose = () => resolve(host.transportError);
  });
  expect(error).toEqual(new Error('read'));
});

it('answers in line for an asynchronous extension hold the reading up, and a peer that reads them all is not failed', async () => {
  let release: (() => void)[] = [];
  const slow: MessageExtension = {
    rsv: RSV1,
    encode: (piece) => new Promise((resolve) => release.push(() => resolve(piece))),
    decode: (message) => message,
  };
  let calls = 0;
  const connection = new Connection(
    { role: 'server' },
    {
      text: () => {
        calls++;
        host.sendBinary(new Uint8Array(10_000));
      },
    },
    [slow],
  );
  const host = new ConnectionDriver(
    connection,
    transport(true),
    { highWaterMark: 20_000, backpressureLimit: 100_000 },
    0,
  );
  for (let i = 0; i < 100; i++) host.receive(masked(TEXT, 'a'), i);
  expect(calls).toBeLessThan(6);
  expect(connection.state).toBe('open');
  for (let i = 0; i < 1000 && calls < 100; i++) {
    const ready = release;
    release = [];
    for (const call of ready) call();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  expect(calls).toBe(100);
  expect(connection.state).toBe('open');
});

it('what an asynchronous extension has finished when the transport is gone is not held', async () => {
  let finish = (): void => {};
  const slow: MessageExtension = {
    rsv: RSV1,
    encode: (piece) =>
      new Promise((resolve) => {
        finish = () => resolve(piece);
      }),
    decode: (message) => message,
  };
  const connection = new Connection({ role: 'server' }, {}, [slow]);
  const host = new ConnectionDriver(connection, transport(true), {}, 0);
  host.sendBinary(new Uint8Array(100_000));
  host.pause();
  host.transportClosed();
  finish();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(connection.bufferedAmount).toBe(0);
});

it('answers that an extension makes shorter do not hold the reading up for good', async () => {
  const shortens: MessageExtension = {
    rsv: RSV1,
    encode: async (piece) => piece.subarray(0, 5),
    decode: (message) => message,
  };
  let calls = 0;
  const sink = {
    text: () => {
      calls++;
      host.sendBinary(new Uint8Array(10_000));
    },
  };
  const connection = new Connection({ role: 'server' }, sink, [shortens]);
  const host = new ConnectionDriver(connection, transport(true), { highWaterMark: 20_000 }, 0);
  for (let i = 0; i < 30; i++) {
    host.receive(masked(TEXT, 'a'), i);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(calls).toBe(i + 1);
  }
});

it('a connection for whose Close there is no key ends all the same when it has been idle for too long', () => {
  let gone = false;
  const connection = new Connection(
    {
      role: 'client',
      generateMaskingKey: () => {
        throw new Error('no key');
      },
    },
    { error() {} },
  );
  const host = new ConnectionDriver(connection, transport(true), { idleTimeoutMs: 100 }, 0);
  host.onClose = () => {
    gone = true;
  };
  host.wake(200);
  expect(gone).toBe(true);
});

it('a transport whose write gives no number has failed', () => {
  const connection = new Connection({ role: 'server' }, {});
  const host = new ConnectionDriver(
    connection,
    { ...transport(true), write: (() => undefined) as never },
    {},
    0,
  );
  host.sendText('x');
  host.flush();
  expect(host.closed).toBe(true);
  expect(host.transportError).toMatchObject({ code: 'OPTION_INVALID' });
});

it('what came with the handshake is heard, also if the peer has ended its side since', async () => {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => sockets.push(socket)).listen(0);
  const client = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true });
  client.end();
  await expect.poll(() => sockets[0]?.readableEnded).toBe(true);
  const [socket] = sockets;
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    const connection = new Connection(
      { role: 'server' },
      { text: (text) => heard.push(text), close: () => resolve() },
    );
    attachSocket(socket!, connection, {}, masked(TEXT, 'first'));
  });
  expect(heard).toEqual(['first']);
  client.destroy();
  server.close();
});

it('a chunk that goes in parts gives its memory back when the last part is through, and not before', () => {
  const heard: string[] = [];
  const memory = new Set<ArrayBufferLike>();
  const client = new Connection({ role: 'client' }, { text: (text) => heard.push(text) });
  let waiting: Uint8Array[] = [];
  const slow: Transport = {
    ...transport(true),
    copies: true,
    write(chunks) {
      waiting = [...chunks];
      for (const { buffer } of chunks) memory.add(buffer);
      return 0;
    },
  };
  const host = new ConnectionDriver(new Connection({ role: 'server' }, {}), slow, {}, 0);
  const texts = ['a', 'b', 'c', 'd'].map((unit) => unit.repeat(700_000));
  for (const text of texts) {
    host.sendText(text);
    host.flush();
    while (waiting.length > 0) {
      const parts = waiting;
      waiting = [];
      for (const part of parts) client.receive(part);
      host.written(1);
    }
  }
  expect(heard.map((text, i) => text === texts[i])).toEqual([true, true, true, true]);
  expect(memory.size).toBeLessThan(4);
});
