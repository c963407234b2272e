// Whatever two sides agree on, messages come back; whatever comes in, the engines agree.
import { constants, deflateRawSync } from 'node:zlib';
import type { DeflateEngine, DeflateWishes, Inflated } from '@sanssocket/deflate';
import { fflate } from '@sanssocket/deflate/fflate';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { pako } from '@sanssocket/deflate/pako';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { engines } from './engines.js';
import { negotiate, Recorder } from './pair.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const bits = fc.integer({ min: 8, max: 15 });
const wishes: fc.Arbitrary<DeflateWishes> = fc.record({
  serverNoContextTakeover: maybe(fc.boolean()),
  clientNoContextTakeover: maybe(fc.boolean()),
  serverMaxWindowBits: maybe(bits),
  clientMaxWindowBits: maybe(bits),
});
const tuning = fc.record({
  level: maybe(fc.integer({ min: 0, max: 9 })),
  memoryLevel: maybe(fc.integer({ min: 1, max: 9 })),
  threshold: fc.constantFrom(0, undefined, 100),
});
/** Text that repeats itself near and far. */
const piece = fc.oneof(
  fc.string({ maxLength: 40, unit: 'binary' }),
  fc
    .tuple(fc.constantFrom('ab', '{"id":1},', 'x'.repeat(300)), fc.integer({ min: 0, max: 300 }))
    .map(([text, times]) => text.repeat(times)),
);
const message = fc.array(piece, { minLength: 1, maxLength: 3 });

test.each(engines)('%s: a round trip under any options that both sides accept', async (_name, engine) => {
  let agreed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(wishes, tuning),
      fc.tuple(wishes, tuning),
      fc.array(fc.tuple(fc.boolean(), message), { minLength: 1, maxLength: 8 }),
      async ([clientWishes, clientTuning], [serverWishes, serverTuning], messages) => {
        const fallbacks = [{}];
        const ends = negotiate(
          { engine, ...clientWishes, ...clientTuning, fallbacks },
          { engine, ...serverWishes, ...serverTuning },
        );
        if (ends === undefined) return;
        agreed++;
        const client = new Recorder({ role: 'client' }, ends.client);
        const server = new Recorder({ role: 'server' }, ends.server);
        for (const [fromClient, pieces] of messages) {
          const [sender, receiver] = fromClient ? [client, server] : [server, client];
          if (pieces.length === 1) sender.connection.sendText(pieces[0]!);
          else {
            const outgoing = sender.connection.beginText();
            for (const text of pieces.slice(0, -1)) outgoing.write(text);
            outgoing.end(pieces.at(-1)!);
          }
          const before = receiver.messages.length;
          while (receiver.messages.length === before) {
            receiver.connection.receive(await sender.output());
            await receiver.settled();
            expect(receiver.outcome).toBeUndefined();
          }
          expect(receiver.messages.at(-1)).toBe(Buffer.from(pieces.join('')).toString());
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(agreed).toBeGreaterThan(0);
});

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

const inflateWith = async (engine: DeflateEngine, payloads: readonly Uint8Array[]): Promise<string[]> => {
  const inflater = engine.createInflater({ windowBits: 15, takeover: true });
  const results: string[] = [];
  for (const payload of payloads) {
    const inflated: Inflated = await inflater.inflate(payload.slice(), 1e8);
    results.push(typeof inflated === 'string' ? inflated : Buffer.from(inflated).toString('latin1'));
    if (typeof inflated === 'string') break;
  }
  inflater.close();
  return results;
};

const judges: readonly DeflateEngine[] = [
  nodeZlib({ handle: false }),
  nodeZlib({ offThreadBytes: 1 }),
  pako(),
  fflate(),
];

test('engines agree on streams cut anywhere and changed anywhere', async () => {
  const cut = fc
    .tuple(stream, fc.nat(), fc.option(fc.tuple(fc.nat(), fc.nat(255))))
    .map(([bytes, at, change]) => {
      const payload = bytes.subarray(0, 1 + (at % bytes.length));
      if (change !== null) payload[change[0] % payload.length]! ^= change[1];
      return payload;
    });
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          stream.map((bytes) => bytes.subarray(0, -4)),
          cut,
        ),
        { minLength: 1, maxLength: 3 },
      ),
      async (payloads) => {
        const whole = payloads.filter(({ length }) => length > 0);
        const expected = await inflateWith(nodeZlib(), whole);
        for (const engine of judges) expect(await inflateWith(engine, whole)).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});
