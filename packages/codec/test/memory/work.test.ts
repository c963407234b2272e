/** Work and memory that a peer, or a sink, could multiply: counted at two sizes. */
import { mask } from '@sanssocket/mask';
import { describe, expect, it } from 'vitest';
import { PieceLine } from '../../src/connection/extension-output.js';
import { BINARY, FIN, TEXT } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import { MessageBuffer } from '../../src/memory/message-buffer.js';
import { NO_VIEWS } from '../../src/memory/message-slab.js';
import { ByteQueue } from '../../src/memory/queue.js';
import { takeScan } from '../../src/memory/scan.js';
import { Manual, settled } from '../extensions.js';
import { concat, masked } from '../frames.js';
import { held } from './heap.js';

describe('a message in short and long pieces in turns, of chunks that were handed over', () => {
  /** How many bytes are made for a message of so many. */
  function bytesMade(total: number): number {
    let made = 0;
    const buffer = new MessageBuffer((bytes) => {
      made += bytes;
      return new Uint8Array(bytes);
    });
    const piece = new Uint8Array(4096);
    for (let left = total; left > 0; ) {
      const length = Math.min(left, left % 2 === 0 ? 4096 : 1);
      if (length === 4096 && buffer.holds) buffer.hold(piece, 0, length, mask, 1);
      else buffer.appendAll(piece, 0, length, mask, 1, left);
      left -= length;
    }
    expect(buffer.toBytes().length).toBe(total);
    return made;
  }

  it('makes memory in proportion to its length', () => {
    const small = bytesMade(1_000_001);
    expect(bytesMade(2_000_001)).toBeLessThan(2.2 * small);
    expect(small).toBeLessThan(4 * 1_000_001);
  });
});

describe('a sink that stops at every message', () => {
  it.each(['pauses', 'throws'] as const)('has few frames read in vain: it %s', (how) => {
    const taken = takeScan(false, NO_VIEWS)!;
    taken.giveBack();
    const { simd } = taken;
    const scan = { ...simd };
    let frames = 0;
    const counting = simd as { maskFrames: typeof simd.maskFrames };
    counting.maskFrames = (...args) => {
      const count = scan.maskFrames(...args);
      frames += count;
      return count;
    };
    try {
      const messages = 3000;
      const chunk = concat(
        ...Array.from({ length: messages }, (_, i) => masked(FIN | BINARY, new Uint8Array(1).fill(i))),
      );
      let heard = 0;
      const connection: Connection = new Connection(
        { role: 'server' },
        {
          message: () => {
            heard++;
            if (how === 'pauses') connection.pause();
            else throw new Error('stop');
          },
        },
      );
      const attempt = (call: () => void): void => {
        try {
          call();
        } catch {}
      };
      attempt(() => connection.receive(chunk));
      while (heard < messages) attempt(() => connection.resume());
      expect(frames).toBeLessThan(9 * messages);
      expect(frames).toBeGreaterThan(messages);
    } finally {
      counting.maskFrames = scan.maskFrames;
    }
  });
});

describe('what waits', () => {
  it('holds at most twice its bytes and 4 KiB, whatever has been read of it', () => {
    for (const [chunk, times] of [
      [1, 50_000],
      [3000, 50],
      [1_000_000, 3],
    ] as const) {
      const queue = new ByteQueue();
      for (let i = 0; i < times; i++) queue.push(new Uint8Array(chunk).fill(i), 0, chunk);
      while (queue.bytes > 7) {
        const { next } = queue;
        queue.readTo(Math.min(next!.used, next!.at + Math.min(1000, queue.bytes - 7)));
        // The others are full, or have been made for what came last.
        expect(queue.next!.bytes.length).toBeLessThanOrEqual(2 * queue.bytes + 4096);
      }
      expect(queue.bytes).toBe(7);
    }
  });

  it('in a long chunk and a short one behind it holds little more than both', () => {
    const bytes = held(() =>
      Array.from({ length: 100 }, () => {
        const queue = new ByteQueue();
        queue.push(new Uint8Array(32_768), 0, 32_768);
        queue.push(new Uint8Array(1), 0, 1);
        return queue;
      }),
    );
    expect(bytes).toBeLessThan(100 * (2 * 32_769 + 4096));
  });

  it('goes when the connection fails because of it, though the sink throws', () => {
    const connection = new Connection(
      { role: 'server', maxInputBufferBytes: 1000 },
      {
        close: () => {
          throw new Error('closed');
        },
      },
    );
    connection.pause();
    const bytes = held(() => {
      connection.receive(new Uint8Array(4_000_000));
      expect(() => connection.receive(new Uint8Array(10))).toThrow('closed');
      return connection;
    });
    expect(bytes).toBeLessThan(1_000_000);
  });

  it('in line for an extension holds little more than its bytes, also as one-byte messages', () => {
    const count = 100_000;
    const position = { opcode: TEXT, first: true, last: true } as const;
    const bytes = held(() => {
      const line = new PieceLine();
      for (let i = 0; i < count; i++) line.push(Uint8Array.of(i), position);
      return line;
    });
    expect(bytes).toBeLessThan(4 * count + 64 * 1024);
  });

  it('in line comes out as it went in', () => {
    const line = new PieceLine();
    const pieces = [0, 1, 127, 128, 5000, 70_000].map((length, i) => ({
      payload: new Uint8Array(length).fill(i),
      position: { opcode: (i & 1) + 1, first: i % 3 === 0, last: i % 2 === 0 } as never,
    }));
    for (const { payload, position } of pieces) line.push(payload, position);
    for (const piece of pieces) expect(line.take()).toEqual(piece);
    expect(line.take()).toBe(undefined);
  });

  it('goes when the connection fails while it is paused', () => {
    const connection = new Connection({ role: 'server' }, {});
    connection.pause();
    const bytes = held(() => {
      connection.receive(new Uint8Array(4_000_000));
      connection.fail();
      return connection;
    });
    expect(bytes).toBeLessThan(1_000_000);
    expect(connection.paused).toBe(false);
  });

  it('alone always has room; what comes behind it has while it fits', async () => {
    const closed: unknown[] = [];
    const big = masked(FIN | TEXT, 'x'.repeat(500));
    const make = (): Connection =>
      new Connection(
        { role: 'server', maxInputBufferBytes: 100 },
        { text: () => {}, close: (o) => closed.push(o.fault?.code) },
      );
    const paused = make();
    paused.pause();
    paused.receive(big);
    expect(paused.state).toBe('open');
    paused.receive(big);
    expect(closed).toEqual(['INPUT_BUFFER_TOO_LARGE']);
    expect(paused.closeInfo?.fault).toMatchObject({ closeCode: 1008, offset: big.length });

    // An extension at work pauses too.
    const waiting = new Connection({ role: 'server', maxInputBufferBytes: 100 }, {}, [new Manual()]);
    waiting.receive(masked(FIN | 0x40 | TEXT, 'a'));
    expect(waiting.paused).toBe(true);
    waiting.receive(big);
    waiting.receive(big);
    expect(waiting.closeInfo?.fault?.code).toBe('INPUT_BUFFER_TOO_LARGE');
    await settled();
  });

  it('because a sink threw is read before it counts', () => {
    let heard = 0;
    const connection = new Connection(
      { role: 'server', maxInputBufferBytes: 100 },
      {
        text: (text) => {
          heard++;
          if (text === 'bad') throw new Error('bad');
        },
      },
    );
    const good = concat(...Array.from({ length: 20 }, () => masked(FIN | TEXT, 'good')));
    expect(() => connection.receive(concat(masked(FIN | TEXT, 'bad'), good))).toThrow('bad');
    connection.receive(good);
    expect([heard, connection.state]).toEqual([41, 'open']);
  });

  it('is bounded also for a sink that throws at every message', () => {
    const connection = new Connection(
      { role: 'server', maxInputBufferBytes: 10_000 },
      {
        text: () => {
          throw new Error('always');
        },
      },
    );
    const chunk = concat(...Array.from({ length: 100 }, () => masked(FIN | TEXT, 'x'.repeat(20))));
    let calls = 0;
    while (connection.state === 'open' && calls < 100) {
      calls++;
      expect(() => connection.receive(chunk)).toThrow('always');
    }
    expect(connection.closeInfo?.fault?.code).toBe('INPUT_BUFFER_TOO_LARGE');
    expect(calls).toBeGreaterThan(2);
  });

  it('is read to the end when the input ends, though the sink throws', () => {
    const log: unknown[] = [];
    const errors: unknown[] = [];
    const connection = new Connection(
      { role: 'server' },
      {
        text: (text) => {
          log.push(text);
          throw new Error(text);
        },
        close: () => log.push('closed'),
        error: (error) => errors.push((error as Error).message),
      },
    );
    expect(() =>
      connection.receive(concat(...['a', 'b', 'c', 'd'].map((text) => masked(FIN | TEXT, text)))),
    ).toThrow('a');
    expect(() => connection.receiveEof()).toThrow('b');
    expect(log).toEqual(['a', 'b', 'c', 'd', 'closed']);
    expect(errors).toEqual(['c', 'd']);
  });
});
