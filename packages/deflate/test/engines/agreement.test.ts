// Whatever comes in, all engines give the same bytes or the same fault.
import { constants, deflateRawSync } from 'node:zlib';
import type { DeflateEngine } from '@sanssocket/deflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { anyCharacter } from '../../../../tools/any-character.js';
import { cases } from '../../../../tools/thorough.js';
import { MAX_TAIL_OUTPUT_BYTES, markedTail, unmarked } from '../../src/engines/node-zlib-off-thread.js';
import { engines } from '../engines.js';
import { bytesOf } from '../pair.js';

/** One answer, comparable; the messages of an engine without takeover each stand alone. */
async function answers(
  engine: DeflateEngine,
  payloads: readonly Uint8Array[],
  maxBytes: number,
): Promise<string[]> {
  const inflater = engine.createInflater({ windowBits: 15, takeover: engine.inflateTakeover });
  const results: string[] = [];
  for (const payload of payloads) {
    const inflated = await inflater.inflate(new Uint8Array(payload), maxBytes);
    results.push(typeof inflated === 'string' ? inflated : Buffer.from(inflated).toString('latin1'));
    if (typeof inflated === 'string') break;
  }
  inflater.close();
  return results;
}

async function expectAgreement(payloads: readonly Uint8Array[], maxBytes = 1e8): Promise<string[]> {
  const [[, judge], ...others] = engines as [(typeof engines)[0], ...(typeof engines)[0][]];
  const expected = await answers(judge, payloads, maxBytes);
  for (const [name, engine] of others) {
    const some = engine.inflateTakeover ? payloads : payloads.slice(0, 1);
    expect(await answers(engine, some, maxBytes), name).toEqual(expected.slice(0, some.length));
  }
  return expected;
}

/** Text that repeats itself near and far. */
const piece = fc.oneof(
  fc.string({ maxLength: 40, unit: anyCharacter }),
  fc
    .tuple(fc.constantFrom('ab', '{"id":1},', 'x'.repeat(300)), fc.integer({ min: 0, max: 300 }))
    .map(([text, times]) => text.repeat(times)),
);

/** Several streams and blocks, some with BFINAL. */
const stream = fc
  .array(
    fc.record({
      text: piece,
      level: fc.integer({ min: 0, max: 9 }),
      strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY),
      last: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) =>
    Buffer.concat(
      parts.map(({ text, last, ...options }) =>
        deflateRawSync(text, { ...options, finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH }),
      ),
    ),
  );
const whole = stream.map((bytes) => bytes.subarray(0, -4));
/** Cut anywhere, or changed in some places, or both. */
const broken = fc
  .tuple(stream, fc.option(fc.nat()), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
  .map(([bytes, at, changes]) => {
    const payload = at === null ? bytes.subarray(0, -4) : bytes.subarray(0, 1 + (at % bytes.length));
    for (const [index, bits] of changes) payload[index % payload.length]! ^= bits;
    return payload;
  });
const payloads = fc
  .array(fc.oneof(whole, broken, fc.uint8Array({ minLength: 1, maxLength: 40 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((some) => some.filter(({ length }) => length > 0));

test('on streams cut anywhere and changed anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(payloads, async (some) => {
      await expectAgreement(some);
    }),
    { numRuns: cases(150, 800) },
  );
});

test('on what is too long and what is wrong, whichever comes first', async () => {
  await fc.assert(
    fc.asyncProperty(payloads, fc.nat(3000), async (some, maxBytes) => {
      await expectAgreement(some, maxBytes);
      const whole = await answers(nodeZlib(), some, 1e8);
      const last = whole.at(-1)?.length ?? 0;
      for (const near of [last - 1, last, last + 1]) if (near >= 0) await expectAgreement(some, near);
    }),
    { numRuns: cases(50, 300) },
  );
});

test('on a message whose last block takes the four bytes for its own', async () => {
  // A dynamic block that ends with their last bit: zlib alone would wait, whoever takes it all at once would be content.
  const eats = bytesOf('05c1410e80200c04c03e65d3b317affe46a10821d24040498c6faf335ecf3a92cbf0');
  expect(await expectAgreement([eats])).toEqual(['EXTENSION_DATA']);
  // The same, and whatever stands behind the four bytes would begin with a block of its own.
  const eatsToo = bytesOf(
    `04e101902449922449020000000000000000000000000000000000000000000000000000000000000000110100008b9a4756cf1e000000000000003c${'0'.repeat(154)}3ce200`,
  );
  expect(eatsToo.length).toBe(140);
  expect(await expectAgreement([eatsToo])).toEqual(['EXTENSION_DATA']);
});

test('on stored blocks that are cut short', async () => {
  const data = Buffer.from('any data, more of it than is ever appended');
  for (const last of [0, 1]) {
    for (let cut = 1; cut <= data.length; cut++) {
      const { length } = data;
      const block = Buffer.concat([Buffer.of(last, length, 0, ~length, 0xff), data.subarray(0, -cut)]);
      expect(await expectAgreement([block]), `${last} ${cut}`).toEqual(['EXTENSION_DATA']);
      expect(await expectAgreement([block], length - cut), `${last} ${cut}`).toEqual(['EXTENSION_DATA']);
    }
  }
});

test('on messages that end like what is appended', async () => {
  const tail = markedTail();
  for (const end of [tail.subarray(0, 4), tail.subarray(0, 9), tail]) {
    const message = Buffer.concat([Buffer.from('any data'), end]);
    for (const level of [0, 6]) {
      const payload = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH, level }).subarray(0, -4);
      expect(await expectAgreement([payload])).toEqual([message.toString('latin1')]);
    }
  }
});

test('a mark is another one each time, and nothing passes without it', () => {
  const tail = markedTail();
  expect(markedTail()).not.toEqual(tail);
  const output = (message: string): Buffer => Buffer.concat([Buffer.from(message), tail.subarray(4, -5)]);
  expect(Buffer.from(unmarked(output('window, message'), 8, tail)!).toString()).toBe('message');
  expect(unmarked(output(''), 0, tail)).toHaveLength(0);
  expect(unmarked(output('message').subarray(0, -1), 0, tail)).toBeUndefined();
  expect(unmarked(output('window'), 7, tail)).toBeUndefined();
});

test('off-thread, zlib is told where to stop', async () => {
  const limits: (number | undefined)[] = [];
  vi.resetModules();
  vi.doMock('node:zlib', async (original) => {
    const zlib = await original<typeof import('node:zlib')>();
    const inflateRaw = (bytes: Uint8Array, options: import('node:zlib').ZlibOptions, done: () => void) => {
      limits.push(options.maxOutputLength);
      zlib.inflateRaw(bytes, options, done);
    };
    return { ...zlib, inflateRaw };
  });
  const { nodeZlib: made } = await import('@sanssocket/deflate/node-zlib');
  const engine = made({ offThreadBytes: 1 });
  const bomb = deflateRawSync(new Uint8Array(2 ** 22), { finishFlush: constants.Z_SYNC_FLUSH });
  for (const maxBytes of [1000, 2 ** 22 - 1]) {
    expect(await answers(engine, [bomb.subarray(0, -4)], maxBytes)).toEqual(['MESSAGE_TOO_LARGE']);
  }
  expect((await answers(engine, [bomb.subarray(0, -4)], 2 ** 22))[0]).toHaveLength(2 ** 22);
  // What the tail could make, if it were taken for data, is added.
  expect(limits.map((limit) => limit! - MAX_TAIL_OUTPUT_BYTES)).toEqual([1000, 2 ** 22 - 1, 2 ** 22]);
  vi.doUnmock('node:zlib');
});
