/** Messages read by a scan: whoever stops in the middle finds the rest as it was. */
import { mask } from '@sanssocket/mask';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BINARY, FIN, FrameParser, PING, TEXT } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import type { BorrowedSlice } from '../../src/memory/bytes.js';
import { NO_VIEWS } from '../../src/memory/message-slab.js';
import { takeScan } from '../../src/memory/scan.js';
import { connectionOf, type ModeOptions, only } from '../endpoint.js';
import { characters, concat, masked } from '../frames.js';
import { held } from './heap.js';

const payloads = [100, 64, 3, 1000, 0, 126, 700, 65].map((bytes, i) =>
  Uint8Array.from({ length: bytes }, (_, j) => 32 + ((i * 7 + j) % 90)),
);
const frames = payloads.map((payload, i) =>
  masked(FIN | (i % 3 === 1 ? TEXT : BINARY), payload, Math.imul(0x3d21fa37, i + 1)),
);
const stream = concat(...frames);
const expected = payloads.map(characters);
/** Where each frame ends. */
const ends = frames.map((_, i) => concat(...frames.slice(0, i + 1)).length);

const MODES: ModeOptions[] = [
  { role: 'server', transferInput: true },
  { role: 'server' },
  { role: 'server', transferInput: true, messages: 'borrowed' },
  { role: 'server', messages: 'borrowed' },
];

function open(mode: ModeOptions, log: string[], then: () => void): Connection {
  const take = (text: string): void => {
    log.push(text);
    then();
  };
  return connectionOf(mode, {
    text: take,
    binary: (bytes) => take(characters(bytes)),
    message: (_, span) => take(characters(span.copy())),
  });
}

describe.each(MODES)('%j', (mode) => {
  it.each(payloads.map((_, i) => i))('leaves what follows message %i masked when the sink pauses', (last) => {
    const log: string[] = [];
    const connection = open(mode, log, () => {
      if (log.length === last + 1) connection.pause();
    });
    const chunk = stream.slice();
    connection.receive(chunk);
    expect(log).toEqual(expected.slice(0, last + 1));
    expect(characters(chunk.subarray(ends[last]))).toBe(characters(stream.subarray(ends[last])));
    connection.resume();
    expect(log).toEqual(expected);
  });

  it('leaves it masked when the sink throws, too, and loses nothing', () => {
    const log: string[] = [];
    const connection = open(mode, log, () => {
      if (log.length === 3) throw new Error('sink');
    });
    const chunk = stream.slice();
    expect(() => connection.receive(chunk)).toThrow('sink');
    expect(characters(chunk.subarray(ends[2]))).toBe(characters(stream.subarray(ends[2])));
    connection.receive(stream.slice());
    expect(log).toEqual([...expected, ...expected]);
  });

  it('reads while a sink feeds another connection', () => {
    const log: string[] = [];
    const inner: string[] = [];
    const other = open(mode, inner, () => {});
    open(mode, log, () => other.receive(stream.slice())).receive(stream.slice());
    expect(log).toEqual(expected);
    expect(inner).toEqual(expected.flatMap(() => expected));
  });

  it('leaves what follows masked when its sink feeds another connection, and pauses behind', () => {
    for (let last = 1; last < payloads.length; last++) {
      const log: string[] = [];
      const other = open(mode, [], () => {});
      const connection: Connection = open(mode, log, () => {
        other.receive(stream.slice());
        if (log.length === last + 1) connection.pause();
      });
      const chunk = stream.slice();
      connection.receive(chunk);
      expect(characters(chunk.subarray(ends[last]))).toBe(characters(stream.subarray(ends[last])));
      connection.resume();
      expect(log).toEqual(expected);
    }
  });

  it('does without where the caller has a kernel of its own', () => {
    const log: string[] = [];
    let calls = 0;
    const own: typeof mask = (...args) => {
      calls++;
      mask(...args);
    };
    open({ ...mode, mask: own }, log, () => {}).receive(stream.slice());
    expect(log).toEqual(expected);
    expect(calls).toBe(payloads.length);
  });

  it('finds text that is not UTF-8 at its byte, behind messages that are', () => {
    const text = Uint8Array.from({ length: 100 }, (_, i) => (i === 77 ? 0xff : 97));
    const input = concat(...frames.slice(0, 4), masked(FIN | TEXT, text), ...frames.slice(4));
    const log: string[] = [];
    const connection = open(mode, log, () => {});
    connection.receive(input);
    expect(log).toEqual(expected.slice(0, 4));
    expect(connection.closeInfo?.fault).toMatchObject({ code: 'INVALID_UTF8', offset: ends[3]! + 6 + 77 });
  });

  it('keeps the order of messages and control frames, and knows the offset at each', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.boolean()), { minLength: 4, maxLength: 40 }),
        (sizes) => {
          const parts = sizes.map(([size, ping], i) =>
            ping
              ? masked(FIN | PING, new Uint8Array(size % 126).fill(i), i + 1)
              : masked(FIN | BINARY, new Uint8Array(size).fill(i), -i - 1),
          );
          const heard: number[] = [];
          const sink = {
            binary: (bytes: Uint8Array) => heard.push(bytes.length),
            message: (_: number, { length }: BorrowedSlice) => heard.push(length),
            ping: (payload: Uint8Array) => heard.push(~payload.length),
          };
          connectionOf(mode, sink).receive(concat(...parts));
          expect(heard).toEqual(sizes.map(([size, ping]) => (ping ? ~(size % 126) : size)));
        },
      ),
    );
  });
});

describe('spans', () => {
  it.each([{ transferInput: true }, {}])('go back as they came: %j', (how) => {
    for (const bytes of [1, 16, 64, 300, 500, 5000, 20_000]) {
      for (const count of [1, 2, 30]) {
        const payload = Uint8Array.from({ length: bytes }, (_, i) => 32 + (i % 90));
        const echo = new Connection(
          { role: 'server', ...how },
          { message: (opcode, span) => echo.sendSlice(opcode, span) },
        );
        echo.receive(
          concat(...Array.from({ length: count }, (_, i) => masked(FIN | TEXT, payload, i * 99 + 7))),
        );
        const log: string[] = [];
        const client = new Connection({ role: 'client' }, { text: (text) => log.push(text) });
        for (let chunk = echo.dataToSend(); chunk !== undefined; chunk = echo.dataToSend())
          client.receive(chunk);
        expect(log).toEqual(Array.from({ length: count }, () => characters(payload)));
      }
    }
  });

  const long = Uint8Array.from({ length: 4096 }, (_, i) => i);
  const input = concat(...frames, masked(FIN | BINARY, long), ...frames);

  it.each([false, true])('leave a chunk unchanged, handed over or not (%j)', (transferInput) => {
    const chunk = input.slice();
    const log: string[] = [];
    open({ role: 'server', messages: 'borrowed', transferInput: transferInput }, log, () => {}).receive(
      chunk,
    );
    expect(log).toEqual([...expected, characters(long), ...expected]);
    expect(characters(chunk)).toBe(characters(input));
  });
});

describe('a chunk that is handed over', () => {
  it('has the messages that are kept, but the tiny ones; one that is not has none', () => {
    for (const transferInput of [true, false]) {
      const kept: Uint8Array[] = [];
      const chunk = stream.slice();
      new Connection(
        { role: 'server', transferInput: transferInput },
        { binary: (bytes) => kept.push(bytes) },
      ).receive(chunk);
      for (const bytes of kept)
        expect(bytes.buffer === chunk.buffer).toBe(transferInput && bytes.length > 64);
    }
  });
});

describe('a runtime that forbids compiling WebAssembly', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it.each(MODES)('reads the same: %j', async (mode) => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const without = await import('../../src/index.js');
    const log: string[] = [];
    const { messages = 'whole', ...options } = mode;
    const handlers = only(messages, {
      text: (text) => log.push(text),
      binary: (bytes) => log.push(characters(bytes)),
      message: (_, span) => log.push(characters(span.copy())),
    });
    new without.Connection(options, handlers).receive(stream.slice());
    expect(log).toEqual(expected);
  });
});

it('FrameParser unmasks in place one by one, and stops behind any', () => {
  const log: string[] = [];
  const parser = new FrameParser(
    {
      message: (_, bytes, start, end, key) => {
        expect(key).toBe(0);
        expect(parser.offset).toBe(ends[log.length]);
        log.push(characters(bytes.slice(start, end)));
        if (log.length === 4) parser.pause();
      },
      header: () => {},
      payload: () => {},
      end: () => {},
      fail: () => {},
    },
    { role: 'server', unmask: 'in-place' },
  );
  const chunk = stream.slice();
  expect(parser.receive(chunk)).toBe(ends[3]);
  expect(characters(chunk.subarray(ends[3]))).toBe(characters(stream.subarray(ends[3])));
  expect(parser.receive(chunk, ends[3])).toBe(chunk.length);
  expect(log).toEqual(expected);
});

it('more messages than one list holds, in one chunk', () => {
  const many = 4200;
  let heard = 0;
  const connection = new Connection(
    { role: 'server', transferInput: true },
    {
      message: (_, { bytes, start, length }) => {
        expect(length).toBe(16);
        expect(bytes[start]).toBe(heard & 0xff);
        heard++;
      },
    },
  );
  connection.receive(
    concat(
      ...Array.from({ length: many }, (_, i) => masked(FIN | BINARY, new Uint8Array(16).fill(i), i * 99 + 1)),
    ),
  );
  expect(heard).toBe(many);
});

it('a sink that transfers a chunk that was handed over away is told so; others still have the scan', () => {
  const frames = concat(...[1, 2, 3].map((byte) => masked(FIN | BINARY, new Uint8Array(100).fill(byte))));
  const connection: Connection = new Connection(
    { role: 'server', transferInput: true },
    {
      binary: (bytes) => {
        structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
        connection.pause();
      },
    },
  );
  expect(() => connection.receive(frames)).toThrow(expect.objectContaining({ code: 'CHUNK_TRANSFERRED' }));
  const scan = takeScan(false, NO_VIEWS);
  expect(scan).not.toBe(null);
  scan?.giveBack();
});

it('a chunk that was given away is as it came where no message was made of it and reading stops', () => {
  const short = ['one', 'two', 'three', 'four'].flatMap((word) =>
    Array.from({ length: 8 }, (_, i) => word + i),
  );
  const chunk = concat(...short.map((text, i) => masked(FIN | BINARY, text, Math.imul(0x3d21fa37, i + 1))));
  const texts: string[] = [];
  const connection: Connection = new Connection(
    { role: 'server', transferInput: true },
    {
      binary(bytes) {
        texts.push(characters(bytes));
        connection.pause();
      },
    },
  );
  connection.receive(chunk);
  while (connection.paused) connection.resume();
  expect(texts).toEqual(short);
});

describe('texts of one chunk', () => {
  const frameOf = (message: string | Uint8Array, i: number): Uint8Array =>
    masked(FIN | (typeof message === 'string' ? TEXT : BINARY), message, Math.imul(0x3d21fa37, i + 1));

  it('are those that were sent, whatever stands between them', () => {
    const ascii = fc
      .integer({ min: 0, max: 300 })
      .map((length) => 'abcdefghijklmnopqrstuvwxyz'.repeat(12).slice(0, length));
    const other = fc.oneof(
      fc.constantFrom('é', 'x'.repeat(1100), '€'.repeat(50)),
      fc.constantFrom(0, 70).map((length) => new Uint8Array(length).fill(0x61)),
    );
    const messages = fc.array(fc.oneof({ arbitrary: ascii, weight: 6 }, other), {
      minLength: 3,
      maxLength: 60,
    });
    fc.assert(
      fc.property(messages, fc.boolean(), fc.nat(60), (sent, transferInput, pauseAt) => {
        const heard: (string | Uint8Array)[] = [];
        const take = (message: string | Uint8Array): void => {
          heard.push(message);
          if (heard.length === pauseAt) connection.pause();
        };
        const connection = new Connection({ role: 'server', transferInput }, { text: take, binary: take });
        connection.receive(concat(...sent.map(frameOf)));
        connection.resume();
        expect(heard).toEqual(sent);
      }),
    );
  });

  it('hold at most 1 KiB of their neighbours where one is kept', () => {
    const kept: string[] = [];
    let count = 0;
    const keepOneOf = (text: string): void => {
      if (count++ % 500 === 250) kept.push(text);
    };
    const connection = new Connection({ role: 'server' }, { text: keepOneOf });
    const chunk = concat(...Array.from({ length: 500 }, (_, i) => frameOf('x'.repeat(100), i)));
    connection.receive(chunk);
    const bytes = held(() => {
      for (let i = 0; i < 1000; i++) connection.receive(chunk);
    });
    expect(kept.length).toBe(1001);
    expect(bytes).toBeLessThan(1000 * 1200 + 200_000);
  });
});
