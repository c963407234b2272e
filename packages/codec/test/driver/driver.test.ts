import assert from 'node:assert/strict';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { cases } from '../../../../tools/thorough.js';
import { negotiate } from '../../../deflate/test/pair.js';
import type { DriverOptions } from '../../src/driver/driver.js';
import type { MessageExtension } from '../../src/index.js';
import { type Habits, messageBytes, Person } from './person.js';
import { connectTransports, type Nature, type SimulatedTransport, World } from './simulation.js';

/** A peer that reads anything at all reads all of it within the time limits. */
const TIMES = {
  pingIntervalMs: 1000,
  pongTimeoutMs: 500,
  closeTimeoutMs: 700,
  minReadBytesPerSecond: 10_000_000,
};
/** On wires that are slow: no slower than this. */
const PATIENT = { ...TIMES, minReadBytesPerSecond: 240 };
/** By when a connection whose peer is lost or mute is over, from whenever that happened. */
const ENDS_WITHIN_MS = 1000 + 500 + 700 + 100;
const HIGH_WATER_BYTES = 1000;
const LONGEST_MESSAGE = 3000;
/** What may wait besides: pongs, the Close, headers. */
const SMALL_BYTES = 9000;
/** A batch has as many bytes, and one part of a long chunk. */
const BATCH_BYTES = 5 * HIGH_WATER_BYTES;

const nature: fc.Arbitrary<Nature> = fc.record({
  kind: fc.constantFrom('holds', 'takes'),
  capacity: fc.constantFrom(64, 700, 5000, 100_000),
  latencyMs: fc.constantFrom(1, 20),
  pieceBytes: fc.constantFrom(40, 700, 10_000),
  eager: fc.boolean(),
});
const setting = fc.record({
  numbers: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 40 }),
  natures: fc.tuple(nature, nature),
  /** Which of the two is the server. */
  server: fc.constantFrom(0, 1),
  extension: fc.constantFrom('none', 'deflate', 'slow'),
  lengths: fc.array(fc.oneof(fc.nat(130), fc.nat(LONGEST_MESSAGE)), { minLength: 1, maxLength: 25 }),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

/** An extension that takes its time, in both directions. */
function slow(world: World): MessageExtension {
  const inverted = (bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve) => world.after(world.chance(5), () => resolve(bytes.map((byte) => byte ^ 0xff))));
  return { rsv: 0x40, encode: inverted, decode: inverted };
}

/** What client and server have agreed on. */
function agree(
  kind: Setting['extension'],
  world: World,
): [client: MessageExtension[], server: MessageExtension[]] {
  if (kind === 'none') return [[], []];
  if (kind === 'slow') return [[slow(world)], [slow(world)]];
  const options = { engine: nodeZlib(), threshold: 64 };
  const { client, server } = negotiate(options, options)!;
  return [[client], [server]];
}

interface Pair {
  readonly world: World;
  readonly transports: readonly [SimulatedTransport, SimulatedTransport];
  readonly people: readonly [Person, Person];
}

function meet(
  { numbers, natures, server, extension }: Setting,
  habits: readonly [Habits, Habits],
  times: DriverOptions = TIMES,
): Pair {
  const world = new World(numbers);
  const transports = connectTransports(world, natures);
  const [client, own] = agree(extension, world);
  const person = (index: 0 | 1): Person =>
    new Person(
      world,
      transports[index],
      habits[index],
      { role: index === server ? 'server' : 'client' },
      { ...times, highWaterMark: HIGH_WATER_BYTES },
      index === server ? own : client,
    );
  return { world, transports, people: [person(0), person(1)] };
}

/** What was heard is what was said, as far as it goes. */
function checkHeard(from: Person, to: Person): void {
  assert(to.heard.length <= from.said.length);
  for (const [index, bytes] of to.heard.entries()) assert.deepEqual(bytes, from.said[index]);
}

function checkOver({ transports, people }: Pair): void {
  for (const [index, person] of people.entries()) {
    assert(person.host.closed, 'not over');
    assert(transports[index]!.over);
    assert.equal(person.goneCalls, 1);
    assert.equal(person.outcomes.length, 1);
  }
}

const silent: Habits = { says: [], waits: false, answers: 0 };

describe('a connection host', () => {
  it('loses nothing, holds no more than it may, and ends when all is said', () =>
    fc.assert(
      fc.asyncProperty(setting, fc.boolean(), fc.boolean(), async (own, waits, pauses) => {
        const says = own.lengths;
        const pair = meet(
          own,
          [
            { ...silent, says, waits, closesAfter: says.length },
            { ...silent, answers: -1, ...(pauses ? { pausesAt: [1 + (says.length >> 1), 300] } : {}) },
          ],
          PATIENT,
        );
        const [asks, echoes] = pair.people;
        pair.world.at(1, () => asks.talk());
        await pair.world.run(600_000);
        checkOver(pair);
        checkHeard(asks, echoes);
        checkHeard(echoes, asks);
        assert.equal(asks.heard.length, says.length);
        for (const { outcomes } of pair.people)
          assert.deepEqual([outcomes[0]!.wasClean, outcomes[0]!.code], [true, 1000]);
        const longest = Math.max(...says);
        assert(echoes.mostWaiting <= BATCH_BYTES + HIGH_WATER_BYTES + 2 * longest + SMALL_BYTES);
        if (waits) assert(asks.mostWaiting <= HIGH_WATER_BYTES + longest + SMALL_BYTES);
      }),
      { numRuns: cases(100, 500) },
    ));

  it('loses nothing where both say at once what neither has asked for, and neither answers', () =>
    fc.assert(
      fc.asyncProperty(setting, fc.boolean(), async (own, waits) => {
        const says = own.lengths;
        const pair = meet(
          own,
          [
            { ...silent, says, waits, closesAfter: says.length },
            { ...silent, says, waits: !waits },
          ],
          PATIENT,
        );
        pair.world.at(1, () => {
          for (const person of pair.people) person.talk();
        });
        await pair.world.run(600_000);
        checkOver(pair);
        const [a, b] = pair.people;
        checkHeard(a, b);
        checkHeard(b, a);
        assert.deepEqual([a.heard.length, b.heard.length], [says.length, says.length]);
      }),
      { numRuns: cases(40, 200) },
    ));

  it('is over in time whatever fails, and has heard the beginning of what was said', () =>
    fc.assert(
      fc.asyncProperty(
        setting,
        fc.constantFrom(
          'reset',
          'lost without an error',
          'silence',
          'destroyed',
          'its side ended',
          'throws',
          'bad bytes',
        ),
        fc.nat(300),
        fc.constantFrom(0, 1),
        async (own, failure, when, where) => {
          const says = own.lengths;
          const throwsAt = failure === 'throws' ? { throwsAt: 1 + (when % says.length) } : {};
          const pair = meet(own, [
            { ...silent, says, waits: false, closesAfter: says.length, ...throwsAt },
            { ...silent, answers: -1 },
          ]);
          const { world, people, transports } = pair;
          const victim = transports[where]!;
          world.at(1, () => people[0].talk());
          world.at(when, () => {
            if (failure === 'silence') for (const transport of transports) transport.silent = true;
            if (victim.over) return;
            if (failure === 'reset') for (const transport of transports) transport.lose(new Error('reset'));
            if (failure === 'lost without an error') victim.lose();
            if (failure === 'destroyed') {
              victim.lose();
              victim.peer.lose();
            }
            if (failure === 'its side ended') victim.peer.arriveEnd();
            if (failure === 'bad bytes') victim.arrive(Uint8Array.of(0xff, 0xff));
          });
          await world.run(60_000 + ENDS_WITHIN_MS);
          checkOver(pair);
          if (failure !== 'bad bytes' || where === 0) checkHeard(people[0], people[1]);
          if (failure !== 'bad bytes' || where === 1) checkHeard(people[1], people[0]);
          for (const { errors } of people) assert(errors.length === 0 || failure === 'throws');
        },
      ),
      { numRuns: cases(160, 800) },
    ));

  it('is over in time with a peer that does not read, does not answer, does not close, or half-closes', () =>
    fc.assert(
      fc.asyncProperty(
        setting,
        fc.constantFrom(
          'reads nothing',
          'reads and says nothing',
          'floods and does not read',
          'ends its side',
        ),
        fc.constantFrom('closes', 'pushes for ever', 'waits'),
        async (own, peer, habit) => {
          const world = new World(own.numbers);
          const [transport, other] = connectTransports(world, own.natures);
          const limit = 20_000;
          const person = new Person(
            world,
            transport,
            {
              ...silent,
              says: habit === 'pushes for ever' ? Array(30).fill(LONGEST_MESSAGE) : own.lengths,
              waits: false,
              answers: 2000,
            },
            { role: 'server' },
            { ...TIMES, highWaterMark: HIGH_WATER_BYTES, backpressureLimit: limit },
          );
          mute(other, world, peer);
          world.at(1, () => {
            if (habit !== 'waits') person.talk();
            if (habit === 'closes') person.host.close(1000);
          });
          await world.run(2 * ENDS_WITHIN_MS);
          // A flood of bytes is a sign of life as long as it is read; it is not, once answers wait.
          assert(person.host.closed);
          assert.equal(person.outcomes.length, 1);
          assert(person.mostWaiting <= limit + LONGEST_MESSAGE + SMALL_BYTES);
          if (peer === 'floods and does not read' && habit === 'waits') {
            assert(person.mostWaiting <= BATCH_BYTES + HIGH_WATER_BYTES + 2 * 2000 + SMALL_BYTES);
          }
        },
      ),
      { numRuns: cases(80, 400) },
    ));
});

/** A peer without a host. */
function mute(transport: SimulatedTransport, world: World, kind: string): void {
  const reads = kind !== 'reads nothing' && kind !== 'floods and does not read';
  const nothing = (): void => {};
  transport.host = {
    receive: nothing,
    receiveEof: nothing,
    written: nothing,
    writable: nothing,
    transportClosed: nothing,
    wake: nothing,
  } as unknown as SimulatedTransport['host'];
  if (!reads) transport.pause();
  if (kind === 'ends its side') world.at(20, () => transport.end());
  if (kind === 'floods and does not read') {
    const flood = Buffer.concat(Array.from({ length: 20 }, (_, i) => maskedFrame(messageBytes(i, 50))));
    let unwritten = flood;
    const pump = (): void => {
      if (transport.over) return;
      if (unwritten.length === 0) unwritten = flood;
      unwritten = unwritten.subarray(transport.writeSome(unwritten));
      world.after(10, pump);
    };
    world.at(2, pump);
  }
}

function maskedFrame(payload: Uint8Array): Uint8Array {
  return Uint8Array.of(0x82, 0x80 | payload.length, 0, 0, 0, 0, ...payload);
}
