// No byte of one connection in another, none of a caller's changed, whatever kind of array it is.
import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';
import { Connection, PreparedMessage } from '@sanssocket/codec';
import type { DeflateEngine } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cases } from '../../../../tools/thorough.js';
import { concat, copyOf } from '../../src/inflate/bytes.js';
import { codesScratch, inflateMessage, outputScratch, type Scratch } from '../../src/inflate/inflate.js';
import { Window } from '../../src/inflate/window.js';
import { engines } from '../engines.js';
import { clientEnd, Recorder, serverEnds } from '../pair.js';

const NO_TAKEOVER = '; server_no_context_takeover; client_no_context_takeover';
const endOf = (engine: DeflateEngine): string => (engine.inflateTakeover ? '' : NO_TAKEOVER);

/** Bytes that resemble others a little, in an array of Node's pool, where `slice` is a view. */
function pooled(length: number, seed: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) buffer[i] = i % 7 === 0 ? (i * seed) >> 3 : 97 + ((i + seed) % 26);
  return buffer;
}

/** `toEqual` takes a millisecond for 10,000 bytes. */
const same = (a: unknown, b: Uint8Array): boolean => Buffer.compare(a as Uint8Array, b) === 0;

describe.each(engines)('%s', (_name, engine) => {
  test('one Buffer for 17 connections: each gets it every time, the caller keeps it', async () => {
    const extension = serverEnds(engine);
    const pairs = Array.from({ length: 17 }, () => ({
      sender: new Recorder({ role: 'server' }, extension(endOf(engine))),
      receiver: new Recorder({ role: 'client' }, clientEnd(nodeZlib(), endOf(engine))),
    }));
    // The same memory all the time, in which what was sent is moved about and goes on being referred to.
    const memory = pooled(3000, 3);
    for (let round = 0; round < 12; round++) {
      memory.copyWithin(0, 7);
      const message = round % 3 === 2 ? memory.subarray(100, 250) : memory;
      const expected = copyOf(message);
      for (const { sender } of pairs) sender.connection.sendBinary(message);
      for (const { sender, receiver } of pairs) {
        receiver.connection.receive(await sender.output());
        expect(same(receiver.messages.pop(), expected)).toBe(true);
      }
      expect(same(message, expected)).toBe(true);
    }
  });

  test('many connections in any order, Buffers at both ends, overwritten as soon as they may be', async () => {
    const step = fc.record({
      connection: fc.nat(19),
      length: fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.constantFrom(40_000, 70_000)),
      seed: fc.integer({ min: 1, max: 50 }),
      offset: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        async (steps, forgets) => {
          const extension = serverEnds(engine);
          const end = forgets ? NO_TAKEOVER : endOf(engine);
          const pairs = Array.from({ length: 20 }, () => ({
            sender: new Recorder({ role: 'server' }, extension(end)),
            receiver: new Recorder({ role: 'client' }, clientEnd(engine, end)),
          }));
          const kept: [Uint8Array, Uint8Array][] = [];
          for (const { connection, length, seed, offset } of steps) {
            const { sender, receiver } = pairs[connection]!;
            const message = pooled(length + offset, seed).subarray(offset);
            const expected = copyOf(message);
            sender.connection.sendBinary(message);
            const output = Buffer.from(await sender.output());
            message.fill(0xee);
            receiver.connection.receive(output);
            await receiver.settled();
            output.fill(0xee);
            kept.push([receiver.messages.pop() as Uint8Array, expected]);
          }
          expect(kept.every(([message, expected]) => same(message, expected))).toBe(true);
          for (const { sender, receiver } of pairs) {
            sender.connection.receiveEof();
            receiver.connection.receiveEof();
          }
        },
      ),
      { numRuns: cases(8, 50) },
    );
  });

  test('a message inflated or deflated has an array of its own', async () => {
    const inflater = engine.createInflater({ windowBits: 15, takeover: engine.inflateTakeover });
    const options = { windowBits: 15, level: undefined, memoryLevel: undefined };
    const deflater = engine.createDeflater({ ...options, takeover: engine.deflateTakeover });
    for (const length of [1, 100, 65_536, 200_000]) {
      const bytes = pooled(length, 9);
      const payload = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
      const inflated = (await inflater.inflate(copyOf(payload), length)) as Uint8Array;
      const deflated = await deflater.deflate(bytes);
      for (const array of [inflated, deflated]) {
        expect(Object.getPrototypeOf(array)).toBe(Uint8Array.prototype);
        expect(array.buffer.byteLength).toBe(array.length);
      }
      if (!engine.inflateTakeover) inflater.reset();
      deflater.reset();
    }
    inflater.close();
    deflater.close();
  });
});

test('copies are copies, of Buffers too', () => {
  const buffer = Buffer.from('Hello, hello');
  for (const copy of [copyOf(buffer), copyOf(buffer, 0, 5), copyOf(buffer, 7), concat([buffer, buffer])]) {
    expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype);
    expect(copy.buffer).not.toBe(buffer.buffer);
  }
  expect(Buffer.from(copyOf(buffer, 7)).toString()).toBe('hello');
});

test('a window keeps a copy, however long what is pushed', () => {
  for (const length of [100, 512, 600]) {
    const window = new Window(512);
    const bytes = pooled(length, 5);
    const expected = copyOf(bytes).slice(-512);
    window.push(bytes);
    bytes.fill(0);
    expect(window.toBytes()).toEqual(expected);
    window.push(Uint8Array.of(1, 2, 3));
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    window.toBytes()!.fill(0);
    expect(window.toBytes()!.slice(-3)).toEqual(Uint8Array.of(1, 2, 3));
  }
});

test('a window that keeps nothing', () => {
  const window = new Window(0);
  window.push(pooled(10, 1));
  expect([window.length, window.toBytes()]).toEqual([0, undefined]);
});

describe('scratch', () => {
  test('is spoilt when it is given back, and given back once', () => {
    for (const scratch of [outputScratch, codesScratch]) {
      const thing = (scratch as Scratch<unknown>).borrow();
      (scratch as Scratch<unknown>).giveBack(thing);
      expect(() => (scratch as Scratch<unknown>).giveBack(thing)).toThrow('twice');
    }
    const bytes = outputScratch.borrow();
    expect(new Set(bytes)).toEqual(new Set([0xdb]));
    outputScratch.giveBack(bytes);
  });

  test('belongs to one call: a call within it gets other memory', () => {
    const outer = outputScratch.borrow();
    outer.fill(1);
    const hello = Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
    expect(inflateMessage(hello, new Window(0), 5)).toHaveLength(5);
    expect(new Set(outer)).toEqual(new Set([1]));
    outputScratch.giveBack(outer);
  });

  test('is there again after a fault', () => {
    const before = outputScratch.borrow();
    outputScratch.giveBack(before);
    expect(inflateMessage(Uint8Array.of(6), new Window(0), 5)).toBe('EXTENSION_DATA');
    expect(outputScratch.borrow()).toBe(before);
    outputScratch.giveBack(before);
  });
});

test('a prepared message is kept as a copy of what an engine gave', () => {
  const pool = Buffer.allocUnsafe(100);
  const engine: DeflateEngine = {
    ...nodeZlib(),
    createDeflater: () => ({
      deflate: () => {
        pool.fill(7).set([0, 0, 0xff, 0xff], 16);
        return pool.subarray(0, 20);
      },
      reset() {},
      close() {},
    }),
  };
  const extension = serverEnds(engine);
  const message = PreparedMessage.text('x'.repeat(50));
  const connections = [0, 1].map(() => new Connection({ role: 'server' }, {}, [extension(NO_TAKEOVER)]));
  connections[0]!.sendPrepared(message);
  connections[0]!.dataToSend();
  pool.fill(0xee);
  connections[1]!.sendPrepared(message);
  expect([...connections[1]!.dataToSend()!]).toEqual([0xc1, 16, ...Array(16).fill(7)]);
});

test('an inflater never has room for more than is allowed, also of symbols that take none', () => {
  const allowed = 100_000;
  const bytes = randomBytes(allowed + 1).map((byte) => byte & 0x3f);
  const deflated = (length: number): Uint8Array =>
    deflateRawSync(bytes.subarray(0, length), {
      finishFlush: constants.Z_SYNC_FLUSH,
      strategy: constants.Z_HUFFMAN_ONLY,
    }).subarray(0, -4);
  const message = inflateMessage(deflated(allowed), new Window(0), allowed) as Uint8Array;
  expect(same(message, bytes.subarray(0, allowed))).toBe(true);
  // One symbol too many, in what would be twice the scratch memory.
  expect(inflateMessage(deflated(allowed + 1), new Window(0), allowed)).toBe('MESSAGE_TOO_LARGE');
});

test('an empty message is its receiver’s own, who may transfer it away', () => {
  const extension = serverEnds(nodeZlib());
  const [one, other] = [0, 1].map(() => {
    const heard: Uint8Array[] = [];
    const sink = { binary: (bytes: Uint8Array) => heard.push(bytes) };
    return { connection: new Connection({ role: 'server' }, sink, [extension('')]), heard };
  });
  const empty = Uint8Array.of(0xc2, 0x80, 0, 0, 0, 0);
  one!.connection.receive(empty);
  const { buffer } = one!.heard[0]!;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  other!.connection.receive(empty);
  expect(other!.heard[0]!.buffer).not.toBe(buffer);
  const message = other!.connection.binaryWriter({ compress: true });
  message.write(new Uint8Array(0));
  message.end();
  expect([...other!.connection.dataToSend()!]).toEqual([0x42, 0, 0x80, 1, 0]);
});
