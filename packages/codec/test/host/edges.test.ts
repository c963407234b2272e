// What a host does at the edges: full inside of a sink, answers by other calls, a transport that is gone before all is told.
import { describe, expect, it } from 'vitest';
import { hostDenoConn } from '../../src/host/deno.js';
import { ConnectionHost, type Transport } from '../../src/host.js';
import { Connection } from '../../src/index.js';
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
    for (; sent < 100 && !host.full; sent++) host.sendBinary(new Uint8Array(10_000));
  };
  const connection = new Connection({ role: 'server' }, { text: produce });
  const host = new ConnectionHost(connection, transport(true), {}, 0);
  host.onDrained = () => {
    drained++;
    produce();
  };
  host.receive(masked(TEXT, 'a'), 1);
  expect(sent).toBe(100);
  expect(drained).toBe(1);
});

describe.each([
  ['sendBinary', (host: ConnectionHost, bytes: Uint8Array) => host.sendBinary(bytes)],
  [
    'fragments',
    (host: ConnectionHost, bytes: Uint8Array) => {
      host.connection.beginBinary().end(bytes);
      host.flush();
    },
  ],
  [
    'the connection itself',
    (host: ConnectionHost, bytes: Uint8Array) => {
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
    const host = new ConnectionHost(connection, transport(false), {}, 0);
    host.receive(concat(...Array.from({ length: 200 }, () => masked(TEXT, 'a'))), 1);
    expect(calls).toBeLessThan(5);
    expect(host.waitingBytes).toBeLessThan(500_000);
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
    const host = new ConnectionHost(
      connection,
      transport(false),
      { maxWaitingBytes: 10_000, highWaterBytes: 4000 },
      0,
    );
    host.receive(concat(...Array.from({ length: 50 }, () => masked(TEXT, 'a'))), 1);
    host.closed();
    host.resume();
    expect(told).toBe(50);
    expect(connection.outcome).toMatchObject({ code: 1006 });
  });
});

it('a Deno connection reads into one buffer, and messages that are handed over are not in it', async () => {
  const frames = [1, 2, 3].map((byte) => masked(0x82, new Uint8Array(198).fill(byte)));
  const kept: Uint8Array[] = [];
  await new Promise<void>((resolve) => {
    const connection = new Connection(
      { role: 'server', handOver: true },
      { binary: (bytes) => kept.push(bytes), closed: () => resolve() },
    );
    hostDenoConn(
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

it('a transport that throws when it is given up is gone all the same', async () => {
  const error = await new Promise((resolve) => {
    const connection = new Connection({ role: 'server' }, {});
    const host = hostDenoConn(
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
    host.onGone = () => resolve(host.transportError);
  });
  expect(error).toEqual(new Error('read'));
});
