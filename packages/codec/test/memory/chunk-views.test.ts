/**
 * Chunks that are given to a connection for good: a message that is most of its chunk is a view of
 * it, and of no other chunk anything is kept or changed.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { ObservedEvent } from '@sanssocket/test-vectors';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BINARY, FIN, TEXT } from '../../src/frames.js';
import { Connection, type ConnectionOptions } from '../../src/index.js';
import { attachSocket } from '../../src/node.js';
import { MODES, only, open, ownKernel } from '../endpoint.js';
import { concat, toward } from '../frames.js';

const ROLES = ['server', 'client'] as const;

/** The messages of one chunk, given for good or not. */
function heard(options: ConnectionOptions, chunk: Uint8Array, given: boolean): readonly Uint8Array[] {
  const messages: Uint8Array[] = [];
  new Connection(options, { binary: (bytes) => messages.push(bytes) }).receive(chunk, given);
  return messages;
}

/** Events with the bytes of each message as one string, which is compared at once. */
function digest(events: readonly ObservedEvent[]): readonly string[] {
  return events.map((event) => {
    const { data } = event as { data?: string | Uint8Array };
    return event.type + (typeof data === 'string' ? data : Buffer.from(data ?? []).toString('latin1'));
  });
}

describe.each(ROLES)('a chunk that is given to a %s', (role) => {
  const payload = (length: number): Uint8Array => new Uint8Array(length).fill(7);
  const frame = (length: number): Uint8Array => toward(role, FIN | BINARY, payload(length), 0x1234_5678);

  it.each([65, 125, 126, 1024, 65_535, 65_536, 200_000])(
    'is the memory of a message of %i bytes',
    (length) => {
      const chunk = frame(length);
      const [message] = heard({ role }, chunk, true);
      expect(message!.buffer).toBe(chunk.buffer);
      expect(Buffer.compare(message!, payload(length))).toBe(0);
    },
  );

  it('is the memory of a binary message as `bytes`, and of no text', () => {
    for (const opcode of [BINARY, TEXT]) {
      const chunk = toward(role, FIN | opcode, payload(1000), 0x1234_5678);
      const messages: Uint8Array[] = [];
      const connection = new Connection({ role }, { bytes: (_, bytes) => messages.push(bytes) });
      connection.receive(chunk, true);
      expect(messages).toHaveLength(1);
      expect(messages[0]!.buffer === chunk.buffer).toBe(opcode === BINARY);
      expect(Buffer.compare(messages[0]!, payload(1000))).toBe(0);
    }
  });

  it('is neither memory of a message nor changed where it is not given', () => {
    const chunk = frame(1000);
    const before = chunk.slice();
    const [message] = heard({ role }, chunk, false);
    expect(message!.buffer).not.toBe(chunk.buffer);
    expect(chunk).toEqual(before);
    expect(message).toEqual(payload(1000));
  });

  it.each([
    ['a message of up to 64 bytes', frame(64)],
    ['a message that is less than a quarter of it', concat(frame(300), frame(300), frame(300), frame(300))],
    ['part of its memory', new Uint8Array(concat(new Uint8Array(1), frame(1000)).buffer, 1)],
  ])('is not the memory of %s', (_, chunk) => {
    for (const message of heard({ role }, chunk, true)) {
      expect(message.buffer).not.toBe(chunk.buffer);
      expect(message.every((byte) => byte === 7)).toBe(true);
    }
  });

  it('is the memory of a message before its end if the rest can be read elsewhere', () => {
    const chunk = concat(frame(3000), frame(10), frame(3000));
    const [first, second, third] = heard({ role }, chunk, true);
    expect(first!.buffer === chunk.buffer).toBe(role === 'server');
    expect(second!.buffer).not.toBe(chunk.buffer);
    expect(third!.buffer === chunk.buffer).toBe(role === 'server');
    expect([first!.length, second!.length, third!.length]).toEqual([3000, 10, 3000]);
    for (const message of [first, second, third]) expect(message!.every((byte) => byte === 7)).toBe(true);
  });

  it('is not unmasked by a kernel of the application’s, which might throw half-way', () => {
    const chunk = frame(1000);
    const [message] = heard({ role, mask: ownKernel }, chunk, true);
    expect(message!.buffer).not.toBe(chunk.buffer);
  });

  it('is not the memory of a message if it is shared', () => {
    const bytes = frame(1000);
    const chunk = new Uint8Array(new SharedArrayBuffer(bytes.length));
    chunk.set(bytes);
    const [message] = heard({ role }, chunk, true);
    expect(message!.buffer).toBeInstanceOf(ArrayBuffer);
    expect(message).toEqual(payload(1000));
  });

  it.each(MODES)('gives the same events as one that is lent: %o', (mode) => {
    for (const length of [0, 64, 65, 5000, 65_536]) {
      for (const opcode of [TEXT, BINARY]) {
        const [lent, given] = [false, true].map((transferred) => {
          const { connection, events } = open({ ...mode, role });
          const message = toward(role, FIN | opcode, new Uint8Array(length).fill(0x61), 99);
          connection.receive(message.slice(), transferred);
          connection.receive(message.subarray(0, 7).slice(), transferred);
          connection.receive(concat(message.subarray(7), message), transferred);
          return events;
        });
        expect(digest(given!)).toEqual(digest(lent!));
      }
    }
  });

  it.each(MODES)('loses nothing behind a handler that throws or pauses: %o', (mode) => {
    let count = 0;
    const react = (): void => {
      count++;
      connection.pause();
      throw new Error('mine');
    };
    const handlers = { text: react, binary: react, bytes: react, message: react, messageEnd: react };
    const connection = new Connection(
      { role, ...(mode.mask && { mask: mode.mask }) },
      only(mode.messages, handlers),
    );
    for (let i = 1; i <= 5; i++) {
      expect(() => connection.receive(frame(500), true)).toThrow('mine');
      expect(connection.paused).toBe(true);
      connection.receive(frame(20), true);
      expect(() => connection.resume()).toThrow('mine');
      connection.resume();
      expect([count, connection.paused]).toEqual([2 * i, false]);
    }
  });
});

it('a socket of the runtime’s gives its chunks, and 1,000 kept messages hold at most four times their bytes', async () => {
  const kept: Uint8Array[] = [];
  const server = createServer((socket: Socket) => {
    attachSocket(socket, new Connection({ role: 'server' }, { binary: (bytes) => kept.push(bytes) }));
  }).listen(0);
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const client = connect(port);
  onTestFinished(() => void client.destroy());
  for (let i = 0; i < 1000; i++) {
    client.write(toward('server', FIN | BINARY, new Uint8Array(100).fill(i), i));
    if (i % 50 === 0) await expect.poll(() => kept.length).toBe(i + 1);
  }
  await expect.poll(() => kept.length).toBe(1000);
  const memory = new Set(kept.map(({ buffer }) => buffer));
  const held = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(held).toBeLessThan(400_000);
  for (const [i, message] of kept.entries()) expect(message.every((byte) => byte === (i & 0xff))).toBe(true);
  client.write(toward('server', FIN | BINARY, new Uint8Array(5000).fill(1), 1));
  await expect.poll(() => kept.length).toBe(1001);
  expect(kept[1000]!.buffer.byteLength).toBe(5008);
});

it('receive as a callback of forEach gives no chunk away', () => {
  const client = new Connection({ role: 'client' }, {});
  const chunks = [1, 2].map((byte) => {
    client.sendBinary(new Uint8Array(200).fill(byte));
    return new Uint8Array(client.dataToSend()!);
  });
  const before = chunks.map((chunk) => [...chunk]);
  const server = new Connection({ role: 'server' }, { binary() {} });
  chunks.forEach(server.receive.bind(server) as never);
  expect(chunks.map((chunk) => [...chunk])).toEqual(before);
});

it('a held text in shared memory is validated and copied before anyone can change it', () => {
  const client = new Connection({ role: 'client' }, {});
  const writer = client.textWriter();
  writer.write('a'.repeat(200_000));
  const first = client.dataToSend()!;
  const shared = new Uint8Array(new SharedArrayBuffer(first.length));
  shared.set(first);
  writer.end('b');
  const faults: unknown[] = [];
  const texts: number[] = [];
  const server = new Connection(
    { role: 'server' },
    { text: (text) => texts.push(text.length), close: ({ fault }) => faults.push(fault?.code) },
  );
  server.receive(shared, true);
  shared.fill(0xff); // another thread
  server.receive(new Uint8Array(client.dataToSend()!), true);
  expect({ texts, faults }).toEqual({ texts: [200_001], faults: [] });
});
