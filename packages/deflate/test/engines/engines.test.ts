// What the vectors do not reach: windows, many connections, functions that lie.
import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DeflateEngine } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { describe, expect, test } from 'vitest';
import { hasZlibHandle, ResidentDeflater, Residents } from '../../src/engines/node-zlib-stream.js';
import { ZlibDeflater, ZlibInflater, type ZlibStream } from '../../src/engines/zlib-shape.js';
import { RawInflater } from '../../src/inflate/inflate.js';
import { Window } from '../../src/inflate/window.js';
import { engines } from '../engines.js';

const OPTIONS = { windowBits: 15, level: undefined, memoryLevel: undefined, takeover: true };
const compress = (bytes: Uint8Array, options = {}): Buffer =>
  deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4);

test('a copy of a window has the last bytes, however they come', () => {
  for (const sizes of [
    [0],
    [3],
    [256, 1],
    [300, 300],
    [511, 1, 1],
    [512],
    [513],
    [2000],
    [100, 500, 7, 512, 3],
  ]) {
    const window = new Window(512);
    expect(window.toBytes()).toBeUndefined();
    const all: number[] = [];
    for (const size of sizes) {
      const bytes = Uint8Array.from({ length: size }, (_, i) => (all.length + i) * 7);
      window.push(bytes);
      all.push(...bytes);
      expect([...(window.toBytes() ?? [])]).toEqual(all.slice(-512));
      for (const most of [1, 100, 511, 600]) {
        expect([...(window.toBytes(most) ?? [])]).toEqual(all.slice(-512).slice(-most));
      }
    }
    window.clear();
    expect(window.toBytes()).toBeUndefined();
  }
});

const takeover = engines.filter(([, engine]) => engine.deflateTakeover);
/** Off-thread, each message is the first one for the compressor. */
const forgets = (name: string): boolean => name.includes('off-thread');

test.each(takeover)('%s: forty connections take turns, none loses its window', async (name, engine) => {
  const ends = Array.from({ length: 40 }, () => ({
    deflater: engine.createDeflater(OPTIONS),
    inflater: nodeZlib().createInflater({ windowBits: 15, takeover: true }),
    sent: 0,
  }));
  for (let round = 0; round < 6; round++) {
    for (const [i, end] of ends.entries()) {
      if ((i + round) % 3 === 0) continue;
      const message = Buffer.from(
        `connection ${i} says the same as in round ${round - 1}: ${'abc'.repeat(i)}`,
      );
      const deflated = await end.deflater.deflate(message);
      const inflated = await end.inflater.inflate(deflated.slice(0, -4), 1000);
      expect(Buffer.from(inflated as Uint8Array).toString()).toBe(message.toString());
      if (end.sent++ > 0 && !forgets(name)) expect(deflated.length).toBeLessThan(40);
    }
  }
  for (const { deflater, inflater } of ends) {
    deflater.reset();
    const [first, second] = [
      await deflater.deflate(Buffer.from('abcabcabc')),
      new Uint8Array(compress(Buffer.from('abcabcabc'))),
    ];
    expect(
      await nodeZlib().createInflater({ windowBits: 15, takeover: false }).inflate(first.slice(0, -4), 10),
    ).toEqual(nodeZlib().createInflater({ windowBits: 15, takeover: false }).inflate(second, 10));
    deflater.close();
    inflater.close();
  }
});

describe.each(engines)('%s', (_name, engine) => {
  const inflate = async (payload: Uint8Array, limit = 1e6): Promise<Uint8Array | string> => {
    const inflater = engine.createInflater({ windowBits: 15, takeover: engine.inflateTakeover });
    const inflated = await inflater.inflate(payload.slice(), limit);
    inflater.close();
    return inflated;
  };

  test('every beginning of a message is told from the whole', async () => {
    const text = Buffer.from(
      JSON.stringify(Array.from({ length: 12 }, (_, i) => ({ i, name: `name ${i * i}` }))),
    );
    for (const options of [{ level: 0 }, { strategy: constants.Z_FIXED }, { level: 9 }]) {
      const payload = compress(text, options);
      // Level 0: after its first byte, 00, it would be an empty message (RFC 7692 7.2.3.6).
      for (let cut = 2; cut < payload.length; cut++) {
        expect(await inflate(payload.subarray(0, cut)), `${cut} of ${payload.length}`).toBe('EXTENSION_DATA');
      }
      expect(await inflate(payload)).toEqual(new Uint8Array(text));
    }
  });

  test('a message that ends like the four bytes', async () => {
    const ends = Uint8Array.of(1, 2, 3, 0, 0, 0xff, 0xff);
    expect(await inflate(compress(ends))).toEqual(ends);
    expect(await inflate(compress(ends, { level: 0 }))).toEqual(ends);
    expect(await inflate(compress(ends), 6)).toBe('MESSAGE_TOO_LARGE');
  });

  test('streams that end, one after the other, within the bound', async () => {
    const parts = Array.from({ length: 20 }, (_, i) => deflateRawSync(randomBytes(40 + i)));
    expect(await inflate(Buffer.concat(parts))).toHaveLength(20 * 40 + 190);
    const large = deflateRawSync(new Uint8Array(100_000));
    expect(await inflate(Buffer.concat([large, large]), 200_000)).toHaveLength(200_000);
    expect(await inflate(Buffer.concat([large, large]), 199_999)).toBe('MESSAGE_TOO_LARGE');
  });
});

describe.each(engines)('%s', (_name, engine) => {
  // undici, Node's WebSocket, aiohttp and Tornado have one zlib stream a connection, which nothing but an error begins anew.
  test('a stream of zlib that is never begun anew inflates every message', async () => {
    const deflater = engine.createDeflater({ ...OPTIONS, takeover: engine.deflateTakeover });
    const messages = ['', 'short', 'la '.repeat(100), JSON.stringify([...Array(5000).keys()]), 'x'].flatMap(
      (text) => [text, `${text} and again`],
    );
    const sent: Uint8Array[] = [];
    for (const text of messages) {
      // In two pieces, as a fragmented message is.
      for (const piece of [text.slice(0, 7), text.slice(7)]) {
        if (piece !== '') sent.push(await deflater.deflate(Buffer.from(piece)));
      }
      if (!engine.deflateTakeover) deflater.reset();
    }
    deflater.close();
    const inflated = inflateRawSync(Buffer.concat(sent), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(inflated.toString()).toBe(messages.join(''));
  });
});

test('Node has the handle, in every version so far', () => {
  expect(hasZlibHandle()).toBe(true);
});

test('an engine without a handle that does what it should uses documented functions', async () => {
  const { vi } = await import('vitest');
  for (const broken of ['throws', 'lies'] as const) {
    vi.resetModules();
    vi.doMock('node:zlib', async (original) => {
      const zlib = await original<typeof import('node:zlib')>();
      const fake = {
        _handle: { writeSync: () => {}, reset: () => {}, close: () => {} },
        _writeState: Uint32Array.of(60_000, 0),
      };
      return { ...zlib, createDeflateRaw: () => (broken === 'throws' ? {} : fake) };
    });
    const { nodeZlib: made } = await import('@sanssocket/deflate/node-zlib');
    const engine: DeflateEngine = made();
    const deflater = engine.createDeflater(OPTIONS);
    expect(Buffer.from(await deflater.deflate(Buffer.from('Hello'))).toString('hex')).toBe(
      'f248cdc9c907000000ffff',
    );
    vi.doUnmock('node:zlib');
  }
});

describe('engines that go wrong', () => {
  test('a stream that fails to compress throws', () => {
    const stream = {
      run: () => false,
      inputLeft: 0,
      outputLeft: 0,
      reset() {},
      close() {},
    } satisfies ZlibStream;
    expect(() => new ZlibDeflater(stream).deflate(Uint8Array.of(1))).toThrow();
  });

  test('a stream that refuses everything does not have the last word', () => {
    let reset = 0;
    const stream = {
      run: () => false,
      inputLeft: 0,
      outputLeft: 65536,
      reset() {
        reset++;
      },
      close() {},
    };
    const raw = new RawInflater({ windowBits: 15, takeover: true });
    const inflater = new ZlibInflater(stream, raw);
    const hello = Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
    expect(String.fromCharCode(...(inflater.inflate(hello, 5) as Uint8Array))).toBe('Hello');
    expect(inflater.inflate(hello, 4)).toBe('MESSAGE_TOO_LARGE');
    expect(inflater.inflate(hello.subarray(0, 3), 5)).toBe('EXTENSION_DATA');
    expect(reset).toBeGreaterThan(0);
  });
});

test('the compressor that a connection loses is the one that was not used for longest', () => {
  const made: number[] = [];
  const residents = new Residents(() => {
    made.push(made.length);
    return { deflate: (piece) => piece, reset() {}, close() {} };
  });
  const owners = Array.from({ length: 17 }, () => new ResidentDeflater(residents, 15));
  const first = owners.slice(0, 16);
  for (const owner of first) residents.take(owner);
  expect(made.length).toBe(16);
  // The oldest one is used again, and the second oldest is then the one that nobody has used for
  // longest.
  expect(residents.own(first[0]!)).toBeDefined();
  residents.take(owners[16]!);
  expect(made.length).toBe(16);
  expect(owners.map((owner) => residents.own(owner) !== undefined)).toEqual(owners.map((_, i) => i !== 1));
});
