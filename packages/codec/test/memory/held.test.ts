/** What is held, and how often a byte is touched. Bounds are generous: they tell linear from multiple, not good from better. */
import { type MaskFunction, mask } from '@sanssocket/mask';
import { describe, expect, it } from 'vitest';
import { BINARY, encodeUncheckedFrame, FIN, PONG, TEXT } from '../../src/frames.js';
import { Connection, ConnectionConfig } from '../../src/index.js';
import { connectionOf, MODES } from '../endpoint.js';
import { chunks, concat, masked, plain } from '../frames.js';
import { held } from './heap.js';

const KIB = 1024;
const DELIVERIES = MODES.filter(({ mask }) => mask === undefined);

describe.each(DELIVERIES)('messages $messages', (mode) => {
  const make = (options = {}): Connection => connectionOf({ role: 'server', ...mode, ...options }, {});

  it('holds 131,000 one-byte fragments as 131,000 bytes (advisories M09, M11)', () => {
    const fragment = masked(0, 'b');
    const many = concat(...Array.from({ length: 1000 }, () => fragment));
    const connection = make();
    const feed = (target: Connection): void => {
      target.receive(masked(TEXT, 'a'));
      for (let i = 0; i < 131; i++) target.receive(many.slice());
    };
    feed(make()); // what V8 holds once for the code it has compiled is not counted
    expect(held(() => feed(connection))).toBeLessThan(400 * KIB);
    expect(connection.state).toBe('open');
  });

  it('holds a large frame that comes byte by byte at most twice (advisories M09, M21)', () => {
    const size = 500_000;
    const frame = masked(FIN | BINARY, new Uint8Array(size));
    const connection = make();
    const bytes = held(() => {
      for (const chunk of chunks(frame.subarray(0, -1), [1])) connection.receive(chunk);
    });
    expect(bytes).toBeLessThan(2 * size + 300 * KIB);
  });

  it('holds pieces that were handed over, long ones and short ones, at most twice', () => {
    const connection = make({ transferInput: true });
    const count = 100;
    const bytes = held(() => {
      connection.receive(masked(BINARY, 'a'));
      for (let i = 0; i < count; i++) {
        connection.receive(masked(0, new Uint8Array(8 * KIB)).slice());
        connection.receive(masked(0, 'b').slice());
        // A short piece of a long chunk.
        const long = new Uint8Array(64 * KIB);
        long.set(masked(0, new Uint8Array(5 * KIB)));
        connection.receive(long.subarray(0, 5 * KIB + 8));
      }
    });
    expect(bytes).toBeLessThan(2 * count * 13 * KIB + 300 * KIB);
    expect(connection.state).toBe('open');
  });

  it('holds nothing for what is only declared (advisories M01, M28)', () => {
    const header = encodeUncheckedFrame({ first: FIN | BINARY, declaredLength: 2 ** 40, maskingKey: 1 });
    const connections: Connection[] = [];
    const bytes = held(() => {
      for (let i = 0; i < 100; i++) {
        const connection = make({ maxFrameBytes: 2 ** 41, maxMessageBytes: 2 ** 41 });
        connection.receive(concat(header, new Uint8Array(1)));
        connections.push(connection);
      }
      return connections;
    });
    expect(bytes).toBeLessThan(100 * 8 * KIB);
  });
});

describe('a connection', () => {
  it('holds nothing after 300,000 pongs (advisory M36)', () => {
    const pongs = concat(...Array.from({ length: 10_000 }, () => masked(FIN | PONG, 'unasked')));
    const connection = new Connection({ role: 'server' }, {});
    connection.receive(pongs);
    const bytes = held(() => {
      for (let i = 0; i < 30; i++) connection.receive(pongs);
    });
    expect(bytes).toBeLessThan(KIB * KIB);
  });

  it('is forgotten when the caller forgets it (advisory M50)', () => {
    const config = new ConnectionConfig({ role: 'server' });
    const cycle = (): void => {
      for (let i = 0; i < 5000; i++) {
        const connection = new Connection(config, {});
        connection.sendText('hello');
        connection.receive(masked(FIN | TEXT, 'hello'));
        connection.close();
        connection.dataToSend();
        connection.receiveEof();
      }
    };
    cycle();
    expect(
      held(() => {
        for (let i = 0; i < 5; i++) cycle();
      }),
    ).toBeLessThan(KIB * KIB);
  });

  it('costs little while it is idle', () => {
    const config = new ConnectionConfig({ role: 'server' });
    const sink = {};
    const bytes = held(() => Array.from({ length: 10_000 }, () => new Connection(config, sink)));
    expect(bytes / 10_000).toBeLessThan(1 * KIB);
  });

  it('holds no output once it is taken', () => {
    const connection = new Connection({ role: 'server' }, {});
    const bytes = held(() => {
      for (let i = 0; i < 1000; i++) {
        connection.sendBinary(new Uint8Array(5000));
        connection.sendText('x'.repeat(500));
        while (connection.dataToSend() !== undefined);
      }
    });
    expect(bytes).toBeLessThan(KIB * KIB);
  });

  it.each(DELIVERIES)('that has ended holds no unfinished message, messages $messages', (mode) => {
    const half = masked(FIN | BINARY, new Uint8Array(500 * KIB)).subarray(0, 400 * KIB);
    for (const end of ['receiveEof', 'fail'] as const) {
      const connection = connectionOf({ role: 'server', ...mode }, {});
      const bytes = held(() => {
        connection.receive(half);
        connection[end]();
        connection.dataToSend();
        return connection;
      });
      expect(bytes).toBeLessThan(100 * KIB);
    }
  });

  it('that has ended holds no decoded message that its sink has not heard all of', () => {
    const extension = { rsv: 0x40, encode: () => undefined, decode: () => new Uint8Array(1000 * KIB) };
    const sink = { messageStart: () => connection.pause() };
    const connection: Connection = new Connection({ role: 'server' }, sink, [extension]);
    const bytes = held(() => {
      connection.receive(masked(0xc2, 'x'));
      connection.fail(1001);
      connection.dataToSend();
      return connection;
    });
    expect(connection.state).toBe('closed');
    expect(bytes).toBeLessThan(100 * KIB);
  });

  it.each(MODES)(
    'keeps nothing of a chunk: it may be transferred away, messages $messages, kernel $mask.name',
    (mode) => {
      const heard: string[] = [];
      const later: Uint8Array[] = [];
      const decoder = new TextDecoder();
      const connection = connectionOf(
        { role: 'client', generateMaskingKey: () => 0, ...mode },
        {
          text: (text) => heard.push(text),
          binary: (bytes) => later.push(bytes),
          bytes: (_, bytes) => later.push(bytes),
          message: (_, span) => heard.push(decoder.decode(span.copy())),
          messageData: (span) => heard.push(decoder.decode(span.copy())),
        },
      );
      const stream = concat(
        plain(FIN | BINARY, 'a'.repeat(10)),
        plain(FIN | BINARY, 'b'.repeat(300)),
        plain(FIN | BINARY, 'c'.repeat(9000)),
        plain(BINARY, 'd'.repeat(100)),
        plain(FIN, 'e'.repeat(100)),
        plain(FIN | TEXT, 'é'.repeat(400)),
        plain(FIN | 9, 'ping'),
      );
      for (const size of [100_000, 333]) {
        heard.length = 0;
        later.length = 0;
        for (const chunk of chunks(stream, [size])) {
          connection.receive(chunk);
          structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
          expect(chunk.length).toBe(0);
        }
        const binary = later.map((bytes) => decoder.decode(bytes));
        expect([...binary, ...heard].join('')).toBe(
          `${'a'.repeat(10)}${'b'.repeat(300)}${'c'.repeat(9000)}${'d'.repeat(100)}${'e'.repeat(100)}${'é'.repeat(400)}`,
        );
      }
      expect([...connection.dataToSend()!.subarray(6, 10)]).toEqual([...new TextEncoder().encode('ping')]);
    },
  );
});

describe('bytes', () => {
  /** A kernel that counts. */
  function counting(): { kernel: MaskFunction; count: { bytes: number } } {
    const count = { bytes: 0 };
    const kernel: MaskFunction = (source, start, end, target, at, key) => {
      count.bytes += end - start;
      mask(source, start, end, target, at, key);
    };
    return { kernel, count };
  }

  it.each(DELIVERIES)('are unmasked once, however they are cut, messages $messages', (mode) => {
    const size = 100_000;
    const fragments = concat(
      masked(BINARY, new Uint8Array(size)),
      masked(0, new Uint8Array(size)),
      masked(FIN, new Uint8Array(size)),
    );
    for (const sizes of [[1], [1000], [70_000]]) {
      const { kernel, count } = counting();
      const connection = connectionOf({ role: 'server', ...mode, mask: kernel }, {});
      for (const chunk of chunks(fragments, sizes)) connection.receive(chunk);
      expect(count.bytes).toBe(3 * size);
    }
  });

  it('are masked once on the way out', () => {
    const { kernel, count } = counting();
    const connection = new Connection({ role: 'client', mask: kernel }, {});
    for (let i = 0; i < 100; i++) connection.sendBinary(new Uint8Array(1000));
    expect(count.bytes).toBe(100_000);
  });
});

describe('hundreds of thousands of empty frames in one chunk', () => {
  it('are read in a loop, not by recursion (advisories A08, A09)', () => {
    let messages = 0;
    const frame = plain(FIN | TEXT, '');
    const stream = new Uint8Array(600_000);
    for (let at = 0; at < stream.length; at += 2) stream.set(frame, at);
    for (const mode of DELIVERIES) {
      messages = 0;
      const count = (): void => {
        messages++;
      };
      connectionOf(
        { role: 'client', ...mode },
        { text: count, bytes: count, message: count, messageEnd: count },
      ).receive(stream);
      expect(messages).toBe(300_000);
    }
  });

  it('are read one by one when each pauses, in time linear in their number', () => {
    let messages = 0;
    const connection: Connection = new Connection(
      { role: 'client' },
      {
        text() {
          messages++;
          connection.pause();
        },
      },
    );
    const frame = plain(FIN | TEXT, '');
    const stream = new Uint8Array(200_000);
    for (let at = 0; at < stream.length; at += 2) stream.set(frame, at);
    connection.receive(stream);
    while (connection.paused) connection.resume();
    expect(messages).toBe(100_000);
  });
});
