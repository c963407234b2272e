/** The register of people at a real broker, as several processes use it at the same time. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Entry } from '../src/log/chat-log.js';
import { Follower } from '../src/log/nats-follower.js';
import { NatsPeople, PEOPLE_STREAM, PEOPLE_SUBJECTS } from '../src/log/nats-people.js';
import { Broker, HAS_BROKER } from './processes.js';

/** A register that hears of the others by its follower. */
async function register(url: string) {
  const connection = await connect({ servers: url });
  onTestFinished(() => connection.close());
  const js = jetstream(connection);
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: PEOPLE_STREAM, subjects: PEOPLE_SUBJECTS, max_msgs_per_subject: 1 });
  const events: string[] = [];
  const people = new NatsPeople(js, manager, (attempt) => attempt(), {
    came: ({ id, process }) => events.push(`came ${id} ${process}`),
    went: ({ id }, reason) => events.push(`went ${id} ${reason}`),
    process: (id, isThere) => events.push(`${id} ${isThere}`),
  });
  const follower = new Follower(js, PEOPLE_STREAM, 0, (message) => people.receive(message));
  await follower.start();
  const size = async () => (await manager.streams.info(PEOPLE_STREAM)).state.messages;
  return { people, events, follower, size };
}

const entry = (id: string, key: string, process: string): Entry => ({ id, name: key, key, process });

describe.skipIf(!HAS_BROKER)('NatsPeople', () => {
  it('gives a name to one of those that want it at the same time, whatever its characters', async () => {
    const { url } = await Broker.start();
    const all = await Promise.all([1, 2, 3, 4].map(() => register(url)));
    for (const key of ['ada', 'chat.*', 'a b>', 'Ünicode 漢', '.']) {
      const won = await Promise.all(
        all.map(({ people }, at) => people.claim(entry(`${key}${at}`, key, `p${at}`))),
      );
      expect(won.filter(Boolean).length, key).toBe(1);
      const winner = won.indexOf(true);
      const held = entry(`${key}${winner}`, key, `p${winner}`);
      // The one that has it may claim it again, and at another process; the first then cannot give
      // it back.
      const moved = { ...held, process: 'elsewhere' };
      expect(await all[winner]!.people.claim(held)).toBe(true);
      expect(await all[(winner + 1) % 4]!.people.claim(moved)).toBe(true);
      await all[winner]!.people.leave(held, 'too late');
      await Promise.all(all.map(({ people }) => people.leave(moved, 'bye')));
      const [first] = all;
      await expect
        .poll(() => first!.events.filter((event) => event.startsWith(`went ${key}`)).length)
        .toBe(1);
      expect(first!.events.at(-1)).toBe(`went ${held.id} bye`);
      expect(await first!.people.claim(entry('next', key, 'p0'))).toBe(true);
    }
  });

  it('forgets names and processes that are gone for long', async () => {
    const { url } = await Broker.start();
    const [one, other] = [await register(url), await register(url)];
    await one.people.process('p0', false);
    for (const key of ['ada', 'bob']) await one.people.claim(entry(key, key, 'p0'));
    await one.people.leave(entry('ada', 'ada', 'p0'), '');
    await other.follower.reached(4);
    await other.people.forget(Date.now());
    expect(await one.size()).toBe(3);
    await other.people.forget(Date.now() + 7_200_000);
    expect(await one.size()).toBe(1);
    // A process that still remembers is put right.
    expect(await one.people.claim(entry('eve', 'ada', 'p0'))).toBe(true);
    expect(await other.people.claim(entry('other', 'bob', 'p0'))).toBe(false);
  });
});
