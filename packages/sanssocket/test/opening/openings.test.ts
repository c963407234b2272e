import { Connection } from '@sanssocket/codec';
import { ConnectionDriver } from '@sanssocket/codec/driver';
import { ClientHandshake, ServerHandshake } from '@sanssocket/handshake';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLIENT_OPENING_TRANSITIONS,
  ClientOpening,
  type Unopened,
} from '../../src/opening/client-opening.js';
import { SERVER_OPENING_TRANSITIONS, ServerOpening } from '../../src/opening/server-opening.js';
import { SimulatedTransport, type Taking, World } from './simulation.js';

const TIMES = { openingTimeoutMs: 1000, lingerTimeoutMs: 500 };

/** What both sides have seen. */
interface Seen {
  readonly heard: string[];
  server: 'open' | 'ended' | undefined;
  client: 'open' | Unopened | undefined;
}

interface Course {
  /** What the server decides, and when; never, if it is late. */
  readonly decision: 'accept' | 'reject' | 'never';
  readonly decideAfter: number;
  readonly taking: readonly [Taking, Taking];
  readonly cut: readonly [number, number];
  readonly latency: number;
  /** When somebody breaks the connection, and who. */
  readonly cutOff: { readonly at: number; readonly who: 'client' | 'server' | 'both' | 'nobody' };
}

/** A server that greets, a client that greets: all that both do. */
async function play(course: Course): Promise<Seen & { ends: SimulatedTransport[]; disarmed: boolean[] }> {
  const world = new World();
  const seen: Seen = { heard: [], server: undefined, client: undefined };
  const [clientEnd, serverEnd] = [0, 1].map(
    (side) => new SimulatedTransport(world, course.taking[side]!, course.cut[side]!, course.latency),
  ) as [SimulatedTransport, SimulatedTransport];
  clientEnd.join(serverEnd);

  serverEnd.receiver = new ServerOpening(
    serverEnd,
    new ServerHandshake(),
    TIMES,
    {
      request(opening) {
        if (course.decision === 'never') return;
        world.at(world.now + course.decideAfter, () => {
          if (course.decision === 'reject') opening.reject({ status: 403, body: 'no' }, world.now);
          else {
            opening.accept(
              {},
              (transport) => {
                expect(seen.server).toBeUndefined();
                seen.server = 'open';
                return greet('server', transport, seen, world);
              },
              world.now,
            );
          }
        });
      },
      end() {
        expect(seen.server).toBeUndefined();
        seen.server = 'ended';
      },
    },
    0,
  );
  const opening = new ClientOpening(
    clientEnd,
    new ClientHandshake('ws://example.com/'),
    {
      open(transport) {
        expect(seen.client).toBeUndefined();
        seen.client = 'open';
        return greet('client', transport, seen, world);
      },
      end(unopened) {
        expect(seen.client).toBeUndefined();
        seen.client = unopened;
      },
    },
    900,
  );
  clientEnd.receiver = opening;
  opening.begin(0);
  const { at, who } = course.cutOff;
  world.at(at, () => {
    if (who === 'client' || who === 'both') clientEnd.lose(new Error('cut off'));
    if (who === 'server' || who === 'both') serverEnd.lose(undefined);
  });
  // Both are over long before the timers that nobody has cleared would ring.
  const ends = [clientEnd, serverEnd];
  const disarmed: boolean[] = [];
  for (let at = 10; at <= 100_000; at += 10) {
    await world.run(at);
    if (!ends.every(({ gone }) => gone)) continue;
    disarmed.push(...ends.map(({ armed }) => !armed));
    break;
  }
  return { ...seen, ends, disarmed };
}

function greet(
  role: 'client' | 'server',
  transport: ConstructorParameters<typeof ConnectionDriver>[1],
  { heard }: Seen,
  world: World,
): ConnectionDriver {
  const connection = new Connection(
    { role },
    {
      text(text) {
        heard.push(`${role} heard ${text}`);
        if (role === 'client') driver.close(1000);
      },
    },
  );
  const driver: ConnectionDriver = new ConnectionDriver(connection, transport, {}, world.now);
  driver.sendText(`the ${role}`);
  return driver;
}

const courses: fc.Arbitrary<Course> = fc.record({
  decision: fc.constantFrom('accept', 'accept', 'reject', 'never'),
  decideAfter: fc.constantFrom(0, 1, 30, 2000),
  taking: fc.tuple(fc.constantFrom('at-once', 'later', 'some'), fc.constantFrom('at-once', 'later', 'some')),
  cut: fc.tuple(fc.constantFrom(1, 3, 64, 10_000), fc.constantFrom(1, 3, 64, 10_000)),
  latency: fc.constantFrom(0, 1, 20),
  cutOff: fc.record({
    at: fc.integer({ min: 0, max: 120 }),
    who: fc.constantFrom('nobody', 'nobody', 'client', 'server', 'both'),
  }),
});

describe('both halves of an opening over a simulated network', () => {
  it('open, both, whatever the cuts, the writes and the latency', async () => {
    for (const taking of ['at-once', 'later', 'some'] as const) {
      for (const cut of [1, 5, 10_000]) {
        for (const decideAfter of [0, 40]) {
          const seen = await play({
            decision: 'accept',
            decideAfter,
            taking: [taking, taking],
            cut: [cut, cut],
            latency: 3,
            cutOff: { at: 0, who: 'nobody' },
          });
          expect([...seen.heard].sort()).toEqual(['client heard the server', 'server heard the client']);
          expect(seen.ends.map(({ gone }) => gone)).toEqual([true, true]);
        }
      }
    }
  });

  it('end once each, and leave nothing, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(courses, async (course) => {
        const seen = await play(course);
        expect(seen.client).toBeDefined();
        // A server sees its end of the connection for as long as there is one.
        expect(seen.server).toBeDefined();
        expect(seen.ends.map(({ gone }) => gone)).toEqual([true, true]);
        expect(seen.disarmed).toEqual([true, true]);
        if (course.cutOff.who === 'nobody' && course.decision === 'reject' && course.decideAfter < 800) {
          expect(seen.client).toMatchObject({ kind: 'rejected', status: 403, complete: true });
          expect(seen.server).toBe('ended');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('answer each of their own states as the tables say', () => {
    const states = (table: Readonly<Record<string, Readonly<Record<string, string>>>>): string[] =>
      Object.values(table).flatMap((row) => Object.values(row));
    for (const table of [SERVER_OPENING_TRANSITIONS, CLIENT_OPENING_TRANSITIONS]) {
      for (const state of states(table as never)) expect(Object.keys(table)).toContain(state);
    }
  });
});
