// Whatever two sides agree on, messages come back.
import type { NegotiationOptions } from '@sanssocket/deflate';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../../tools/any-character.js';
import { cases } from '../../../tools/thorough.js';
import { engines } from './engines.js';
import { negotiate, Recorder } from './pair.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const bits = fc.integer({ min: 8, max: 15 });
const anyWishes: fc.Arbitrary<NegotiationOptions> = fc.record({
  serverNoContextTakeover: maybe(fc.boolean()),
  clientNoContextTakeover: maybe(fc.boolean()),
  serverMaxWindowBits: maybe(bits),
  clientMaxWindowBits: maybe(bits),
});
/** Some engines meet few wishes: often there are none. */
const wishes = fc.oneof(fc.constant<NegotiationOptions>({}), anyWishes);
const tuning = fc.record({
  level: maybe(fc.integer({ min: 0, max: 9 })),
  memoryLevel: maybe(fc.integer({ min: 1, max: 9 })),
  threshold: fc.constantFrom(0, undefined, 100),
});
/** Text that repeats itself near and far. */
const piece = fc.oneof(
  fc.string({ maxLength: 40, unit: anyCharacter }),
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
            const outgoing = sender.connection.textWriter();
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
    { numRuns: cases(40, 200) },
  );
  expect(agreed).toBeGreaterThan(10);
});
