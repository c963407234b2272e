/**
 * Processes of the chat that are killed, frozen and cut off at random times, under load, and a
 * broker that is killed, too: every message that was acknowledged is heard once, in order for each
 * speaker, by everyone. The seed is printed, and CHAOS_SEED=... runs it again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { expectFaithful, Faithful } from './faithful.js';
import { Broker, ChatProcess, childrenOf, freePort, HAS_BROKER, Way } from './processes.js';

const SECONDS = Number(process.env['CHAOS_SECONDS'] ?? 40);
const CLIENTS = 12;

/** Numbers from a seed. */
function numbers(): () => number {
  let state = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`CHAOS_SEED=${state}`);
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Lets everybody talk while `trouble` is made again and again, and compares what they heard. */
async function chaos(
  clients: readonly Faithful[],
  random: () => number,
  trouble: () => Promise<string>,
): Promise<void> {
  await expect.poll(() => clients.filter(({ welcome }) => welcome === undefined)).toEqual([]);
  let number = 0;
  const talking = setInterval(() => {
    for (const client of clients)
      if (random() < 0.2 && client.pending < 200) client.say(`${client.name} ${number++}`);
  }, 50);
  const made: string[] = [];
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    await wait(300 + random() * 2_500);
    made.push(await trouble());
  }
  clearInterval(talking);
  await expect
    .poll(() => clients.map(({ pending }) => pending), { timeout: 60_000 })
    .toEqual(clients.map(() => 0));
  for (const client of clients) client.say(`${client.name} ends`);
  const ends = (client: Faithful) => client.heard.filter(({ text }) => text.endsWith('ends')).length;
  await expect.poll(() => clients.map(ends), { timeout: 60_000 }).toEqual(clients.map(() => CLIENTS));
  const sum = (of: (client: Faithful) => number) => clients.reduce((all, client) => all + of(client), 0);
  console.log(
    `${made.length} troubles: ${made.join(', ')}\n${sum(({ acknowledged }) => acknowledged.length)} acknowledged,`,
    `${sum(({ returns }) => returns)} returns, ${sum(({ evictions }) => evictions)} evictions`,
  );
  expect(sum(({ returns }) => returns)).toBeGreaterThan(0);
  expectFaithful(clients);
}

/** The places, the one at `index` first. */
function from<T>(index: number, places: readonly T[]): T[] {
  return [...places.slice(index), ...places.slice(0, index)];
}

describe.skipIf(!HAS_BROKER)('three processes and a broker', () => {
  it('lose nothing when they are killed, frozen and cut off, and the broker is killed', async () => {
    const random = numbers();
    const broker = await Broker.start();
    const ways = await Promise.all([1, 2, 3].map(() => Way.to(broker.port)));
    const ports = await Promise.all([1, 2, 3].map(() => freePort()));
    const start = (at: number) => ChatProcess.start(['--broker', ways[at]!.url], ports[at]!);
    const chats = await Promise.all([0, 1, 2].map(start));
    const clients = Array.from(
      { length: CLIENTS },
      (_, index) =>
        new Faithful(`c${index}`, () =>
          from(
            index % 3,
            chats.map(({ url }) => url),
          ),
        ),
    );
    await chaos(clients, random, async () => {
      const at = Math.floor(random() * 3);
      const kind = random();
      if (kind < 0.3) {
        chats[at]!.kill('SIGKILL');
        await wait(random() * 6_000);
        chats[at] = await start(at);
        return `killed ${at}`;
      }
      if (kind < 0.55) {
        chats[at]!.kill('SIGSTOP');
        await wait(random() * 9_000);
        chats[at]!.kill('SIGCONT');
        return `frozen ${at}`;
      }
      if (kind < 0.8) {
        ways[at]!.cut();
        await wait(random() * 8_000);
        ways[at]!.mend();
        return `cut off ${at}`;
      }
      if (kind < 0.9) {
        broker.signal('SIGSTOP');
        await wait(random() * 6_000);
        broker.signal('SIGCONT');
        return 'frozen broker';
      }
      await broker.kill();
      await wait(random() * 3_000);
      await broker.restart();
      return 'killed broker';
    });
  });
});

describe('three workers', () => {
  it('lose nothing when they are killed and frozen', async () => {
    const random = numbers();
    const chat = await ChatProcess.start(['--workers', '3']);
    const clients = Array.from(
      { length: CLIENTS },
      (_, index) => new Faithful(`w${index}`, () => [chat.url]),
    );
    await chaos(clients, random, async () => {
      const workers = childrenOf(chat.pid);
      const worker = workers[Math.floor(random() * workers.length)]!;
      if (random() < 0.5) {
        process.kill(worker, 'SIGKILL');
        return 'killed';
      }
      process.kill(worker, 'SIGSTOP');
      await wait(random() * 8_000);
      try {
        process.kill(worker, 'SIGCONT');
        return 'frozen';
      } catch {
        return 'frozen, and replaced';
      }
    });
    chat.kill('SIGTERM');
    expect(await chat.exited).toBe(0);
  });
});
