/** What waits while a connection is paused costs what it is, in work and in memory, in whatever pieces it came. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { BINARY, FIN } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import { chunks, masked } from '../frames.js';

/** How often bytes were copied, and how many. */
const copies = vi.hoisted(() => ({ calls: 0, bytes: 0 }));
vi.mock('../../src/memory/bytes.js', async (original) => {
  const real = await original<typeof import('../../src/memory/bytes.js')>();
  const count = (start: number, end: number): void => {
    copies.calls++;
    copies.bytes += end - start;
  };
  const counting: typeof real = {
    ...real,
    copyInto: (source, start, end, target, at) => {
      count(start, end);
      real.copyInto(source, start, end, target, at);
    },
    copyOf: (source, start, end) => {
      count(start, end);
      return real.copyOf(source, start, end);
    },
  };
  return counting;
});
/** Where input waits, of all connections. */
const queues = vi.hoisted((): import('../../src/memory/queue.js').ByteQueue[] => []);
vi.mock('../../src/memory/queue.js', async (original) => {
  const real = await original<typeof import('../../src/memory/queue.js')>();
  class Known extends real.ByteQueue {
    constructor() {
      super();
      queues.push(this);
    }
  }
  return { ...real, ByteQueue: Known };
});
beforeEach(() => {
  copies.calls = 0;
  copies.bytes = 0;
});

/** The frames of so many bytes, about, one byte a chunk. */
function* bytewise(bytes: number): Generator<Uint8Array> {
  const frame = masked(FIN | BINARY, new Uint8Array(94));
  for (let i = 0; i < bytes; i += frame.length) yield* chunks(frame, [1]);
}

function paused(heard: number[] = []): Connection {
  const connection = new Connection({ role: 'server' }, { binary: (bytes) => heard.push(bytes.length) });
  connection.pause();
  return connection;
}

describe('one-byte chunks', () => {
  /** The work of taking them in while paused, and of reading them. */
  function work(bytes: number): typeof copies {
    copies.calls = 0;
    copies.bytes = 0;
    const heard: number[] = [];
    const connection = paused(heard);
    for (const chunk of bytewise(bytes)) connection.receive(chunk);
    expect(heard).toEqual([]);
    connection.resume();
    expect(heard.length).toBe(bytes / 100);
    expect(connection.paused).toBe(false);
    return { ...copies };
  }

  it('are copied once to where they wait, and read by the segment', () => {
    const small = work(50_000);
    const large = work(100_000);
    expect(small.bytes).toBeGreaterThan(50_000);
    expect(large.calls).toBeLessThan(2.1 * small.calls);
    expect(large.bytes).toBeLessThan(2.1 * small.bytes);
    // Once to wait, once to be unmasked, once to be kept.
    expect(large.bytes).toBeLessThan(3.5 * 100_000);
  });

  it.each([50_000, 100_000])('%i of them are held in twice as many bytes, and 64 KiB', (bytes) => {
    queues.length = 0;
    const connection = paused();
    for (const chunk of bytewise(bytes)) connection.receive(chunk);
    expect(queues.length).toBe(1);
    const queue = queues[0]!;
    expect(queue.bytes).toBe(bytes);
    // Counted, as what is in use in V8's heap is not exact enough: the memory of each segment, which is then read to its end.
    let held = 0;
    let segments = 0;
    for (let { next } = queue; next !== undefined; { next } = queue) {
      held += next.bytes.buffer.byteLength;
      segments++;
      queue.readTo(next.used);
    }
    expect(held).toBeGreaterThanOrEqual(bytes);
    expect(held).toBeLessThanOrEqual(2 * bytes + 64 * 1024);
    // Each costs a few hundred bytes itself.
    expect(segments).toBeLessThan(20);
  });

  it('that a sink stops at again and again are not moved for it', () => {
    let heard = 0;
    const connection: Connection = new Connection(
      { role: 'server' },
      {
        binary: () => {
          heard++;
          connection.pause();
        },
      },
    );
    connection.pause();
    for (const chunk of bytewise(100_000)) connection.receive(chunk);
    copies.calls = 0;
    while (connection.paused) connection.resume();
    expect(heard).toBe(1000);
    // A few for each message, however many wait behind it.
    expect(copies.calls).toBeLessThan(5 * 1000);
  });
});

describe('a sink that stops at every message of 16 bytes', () => {
  /** How many bytes are copied for a chunk of so many messages. */
  function copied(messages: number, how: 'pauses' | 'throws', mode: 'whole' | 'borrowed'): number {
    copies.bytes = 0;
    let heard = 0;
    const stop = (): void => {
      heard++;
      if (how === 'throws') throw new Error('stop');
      connection.pause();
    };
    const connection: Connection = new Connection(
      { role: 'server' },
      mode === 'whole' ? { binary: stop } : { message: stop },
    );
    const frame = masked(FIN | BINARY, new Uint8Array(16));
    const chunk = new Uint8Array(messages * frame.length);
    for (let at = 0; at < chunk.length; at += frame.length) chunk.set(frame, at);
    for (
      let call = (): void => connection.receive(chunk);
      heard < messages;
      call = () => connection.resume()
    ) {
      try {
        call();
      } catch {}
    }
    return copies.bytes;
  }

  it.each([
    ['pauses', 'borrowed'],
    ['throws', 'borrowed'],
    ['pauses', 'whole'],
    ['throws', 'whole'],
  ] as const)('has a constant copied a message, however many follow it: it %s, messages %s', (how, mode) => {
    const [one, two, four] = [750, 1500, 3000].map((messages) => copied(messages, how, mode));
    expect(two).toBeLessThan(2.3 * one!);
    expect(four).toBeLessThan(2.3 * two!);
    // What is read ahead of a sink that stops: 4 KiB.
    expect(four).toBeLessThan(3000 * 4300);
  });
});

describe('too much', () => {
  const options = { role: 'server', maxInputBufferBytes: 1000 } as const;

  it('fails the connection where the limit is passed, whatever the chunks, and nothing of it is heard', () => {
    for (const size of [1, 7, 600]) {
      const heard: string[] = [];
      const connection = new Connection(options, {
        binary: () => heard.push('binary'),
        close: ({ code, fault }) => heard.push(`${code} ${fault?.code}`),
      });
      // An offset is that of the connection's first byte, also behind what has been read.
      connection.receive(masked(FIN | BINARY, new Uint8Array(94)));
      connection.pause();
      let taken = 0;
      for (; connection.state === 'open' && taken < 5000; taken += size)
        connection.receive(new Uint8Array(size));
      const offset = 100 + Math.floor(1000 / size) * size;
      expect(taken).toBe(offset - 100 + size);
      expect(connection.closeInfo).toMatchObject({
        wasClean: false,
        code: 1008,
        fault: { code: 'INPUT_BUFFER_TOO_LARGE', closeCode: 1008, section: '10.4', offset },
      });
      expect([...connection.dataToSend()!]).toEqual([0x88, 2, 0x03, 0xf0]);
      connection.resume();
      expect(heard).toEqual(['binary', '1008 INPUT_BUFFER_TOO_LARGE']);
      expect(connection.paused).toBe(false);
    }
  });

  it('is not what one chunk has left when reading stops in it', () => {
    let heard = 0;
    const connection: Connection = new Connection(options, {
      binary: () => {
        if (heard++ === 0) connection.pause();
      },
    });
    const frame = masked(FIN | BINARY, new Uint8Array(94));
    const chunk = new Uint8Array(10_000);
    for (let at = 0; at < chunk.length; at += 100) chunk.set(frame, at);
    connection.receive(chunk);
    expect([heard, connection.paused, connection.state]).toEqual([1, true, 'open']);
    connection.resume();
    expect(heard).toBe(100);
  });
});

it('what waits behind a sink that throws at every event is bounded, to the byte', () => {
  const frame = masked(FIN | BINARY, new Uint8Array(4));
  const two = new Uint8Array(20);
  two.set(frame);
  two.set(frame, 10);
  const sink = {
    binary() {
      throw new Error('the sink throws');
    },
  };
  const connection = new Connection({ role: 'server', maxInputBufferBytes: 100 }, sink);
  for (let left = 10; left <= 100; left += 10) {
    expect(() => connection.receive(two)).toThrow('the sink throws');
    expect(connection.closeInfo).toBeUndefined();
  }
  expect(() => connection.receive(two)).toThrow('the sink throws');
  expect(connection.closeInfo?.fault?.code).toBe('INPUT_BUFFER_TOO_LARGE');
});

it.each(['close', 'fail', 'receiveEof'] as const)('a pause behind the end by %s holds nothing', (end) => {
  const connection = new Connection({ role: 'server' }, {});
  connection[end]();
  connection.receiveEof();
  queues.length = 0;
  connection.pause();
  connection.receive(masked(FIN | BINARY, 'x'));
  connection.resume();
  expect(queues.length).toBe(0);
  expect(connection.paused).toBe(false);
});
