/** Three processes of the chat and a real broker: one room. */
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectFaithful, Faithful } from './faithful.js';
import { Broker, ChatProcess, childrenOf, freePort, HAS_BROKER, Way } from './processes.js';
import { Chatter, openClient } from './support.js';

/** Three processes with a broker, each of which has a way to it that can be cut. */
async function startThree(): Promise<{ broker: Broker; ways: Way[]; chats: ChatProcess[] }> {
  const broker = await Broker.start();
  const ways = await Promise.all([1, 2, 3].map(() => Way.to(broker.port)));
  const chats = await Promise.all(ways.map(({ url }) => ChatProcess.start(['--broker', url])));
  return { broker, ways, chats };
}

describe.skipIf(!HAS_BROKER)('processes with a broker', () => {
  it('share people, names, what is said, and frames', async () => {
    const { chats } = await startThree();
    const [ada, eve] = await Promise.all([0, 1].map((at) => Chatter.join(chats[at]!.url, 'Ada')));
    const names = [ada!, eve!].map(({ welcome }) => welcome.name).sort();
    expect(names).toEqual(['Ada', 'Ada 2']);
    const bob = await Chatter.join(`${chats[2]!.url}?frames`, 'bob');
    expect(bob.welcome.count).toBe(3);
    expect(bob.welcome.people.map(({ name }) => name).sort()).toEqual(['Ada', 'Ada 2', 'bob']);
    await ada!.joined('bob');
    eve!.say('hello');
    const [atAda, atBob] = await Promise.all([ada!.next('said', 'hello'), bob.next('said', 'hello')]);
    expect(atAda).toEqual(atBob);
    // The frames of a connection at one process, watched at another.
    const frames = chats[0]!.url.replace('/ws', '/frames');
    const watcher = await openClient(`${frames}?client=${bob.welcome.framesKey}`);
    await watcher.events.until(
      (event) => event.kind === 'text' && event.text.includes('"direction":"received"'),
    );
    const guess = bob.welcome.framesKey!.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await expect(openClient(`${frames}?client=${guess}`)).rejects.toThrow('404');
    bob.endpoint.connection.close(1000);
    bob.endpoint.host.flush();
    expect(await watcher.outcome()).toMatchObject({ code: 1000 });
    expect(await ada!.left('bob')).toBe('');
  });

  it('bring back a person at another process, who hears what was missed', async () => {
    const { chats } = await startThree();
    const ada = await Chatter.join(chats[0]!.url, 'ada');
    const bob = await Chatter.join(chats[1]!.url, 'bob');
    ada.say('before');
    const { seq } = await bob.next('said', 'before');
    const { session, id } = bob.welcome;
    chats[1]!.kill('SIGKILL');
    await bob.endpoint.socketClosed;
    ada.say('meanwhile');
    await ada.next('said', 'meanwhile');
    const again = await Chatter.join(chats[2]!.url, 'another name', { session, since: seq });
    expect(again.welcome).toMatchObject({ id, name: 'bob', gap: false });
    expect(again.welcome.missed.map(({ text }) => text)).toEqual(['meanwhile']);
    // Nobody was told that bob was away.
    const news = ada.heard.all.filter(({ type }) => type === 'presence').slice(1);
    expect(news.filter((message) => message.type === 'presence' && message.left.length > 0)).toEqual([]);
    // The session goes on at one place.
    const third = await Chatter.join(chats[0]!.url, 'x', { session });
    expect(third.welcome.id).toBe(id);
    expect(await again.endpoint.outcome()).toMatchObject({ code: 4001 });
  });

  it('take out the people of a process that was killed, and of one that stands still', async () => {
    const { chats } = await startThree();
    const [ada, bob, eve] = await Promise.all(
      ['ada', 'bob', 'eve'].map((name, at) => Chatter.join(chats[at]!.url, name)),
    );
    await Promise.all(['bob', 'eve'].map((name) => ada!.joined(name)));
    chats[1]!.kill('SIGKILL');
    chats[2]!.kill('SIGSTOP');
    expect(await Promise.all([ada!.left('bob'), ada!.left('eve')])).toEqual([
      'connection lost',
      'connection lost',
    ]);
    expect(bob!.endpoint.connection.state).toBe('closed');
    // The name is free; and the one that wakes learns that it was given up.
    expect((await Chatter.join(chats[0]!.url, 'eve')).welcome.name).toBe('eve');
    chats[2]!.kill('SIGCONT');
    expect(await eve!.endpoint.outcome()).toMatchObject({ code: 1012 });
    const { session } = eve!.welcome;
    expect((await Chatter.join(chats[2]!.url, 'eve', { session })).welcome).toMatchObject({
      id: eve!.welcome.id,
      name: 'eve 2',
    });
  });

  it('keep their clients while the broker is away, and say afterwards what was said', async () => {
    const { broker, chats } = await startThree();
    const ada = new Faithful('ada', () => [chats[0]!.url]);
    const bob = new Faithful('bob', () => [chats[1]!.url]);
    await expect.poll(() => [ada.welcome, bob.welcome].includes(undefined)).toBe(false);
    ada.say('1');
    await expect.poll(() => bob.heard.length).toBe(1);
    await broker.kill();
    await expect.poll(() => [ada.states, bob.states]).toEqual([['away'], ['away']]);
    for (let number = 2; number < 25; number++) ada.say(String(number));
    bob.say('and I');
    const eve = new Faithful('eve', () => [chats[2]!.url]);
    await expect.poll(() => eve.states).toEqual(['away']);
    await broker.restart();
    await expect.poll(() => [ada.pending, bob.pending]).toEqual([0, 0]);
    await expect.poll(() => [ada.heard.length, bob.heard.length]).toEqual([25, 25]);
    // A client of the broker may lose it twice before it is back.
    const once = (states: readonly string[]): string[] =>
      states.filter((state, at) => state !== states[at - 1]);
    expect([once(ada.states), once(bob.states)]).toEqual([
      ['away', 'back'],
      ['away', 'back'],
    ]);
    expect([ada.returns, bob.returns]).toEqual([0, 0]);
    await expect.poll(() => [eve.welcome?.name, eve.states.at(-1)]).toEqual(['eve', 'back']);
    expectFaithful([ada, bob]);
  });

  it('begin anew when the broker has lost its store, and say that something is missing', async () => {
    const { broker, chats } = await startThree();
    const ada = new Faithful('ada', () => [chats[0]!.url]);
    await expect.poll(() => ada.welcome).toBeDefined();
    ada.say('lost');
    await expect.poll(() => ada.pending).toBe(0);
    const { epoch } = ada.welcome!;
    await broker.lose();
    await broker.restart();
    await expect.poll(() => ada.welcome!.epoch).not.toBe(epoch);
    expect(ada.gaps).toBe(1);
    ada.say('new');
    await expect.poll(() => ada.pending).toBe(0);
  });

  it('say that there is no broker, go on trying, and end when they are told', async () => {
    const port = await freePort();
    const chat = new ChatProcess(['--port', '0'], { BROKER: `nats://127.0.0.1:${port}` });
    await expect
      .poll(() => chat.errors)
      .toMatch(/^chat: no broker at nats:\/\/127.0.0.1:\d+ \(.+\); trying again\n$/);
    chat.kill('SIGTERM');
    expect(await chat.exited).toBe(0);
    const plain = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    onTestFinished(() => void plain.kill('SIGKILL'));
    const other = new ChatProcess(['--port', '0', '--broker', `nats://127.0.0.1:${port}`]);
    await expect
      .poll(() => other.errors)
      .toMatch(
        /\nchat: the broker gives no stream .*(JetStream|jetstream).*; trying again\n|^chat: the broker gives no stream .*jetstream.*; trying again\n/i,
      );
    other.kill('SIGTERM');
    expect(await other.exited).toBe(0);
    const wrong = new ChatProcess([], { BROKER: 'http://localhost' });
    expect(await wrong.exited).toBe(1);
    expect(wrong.errors).toMatch(/^chat: .*a broker is nats:\/\/HOST:PORT, not http:\/\/localhost\n$/);
  });
});

describe('workers', () => {
  /** The same, with the log in the primary and at a broker. */
  async function expectOneRoom(args: readonly string[]): Promise<void> {
    const chat = await ChatProcess.start(['--workers', '2', ...args]);
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, index) => Chatter.join(`${chat.url}?frames`, `p${index % 3}`)),
    );
    expect(new Set(all.map(({ welcome }) => welcome.name)).size).toBe(6);
    all[0]!.say('hello');
    for (const chatter of all) await chatter.next('said', 'hello');
    const places = new Set(all.map(({ welcome }) => welcome.framesKey!.split('.', 1)[0]));
    expect(places.size).toBe(2);
    // Whichever worker gets a watcher: it sees the frames of either.
    for (const { welcome } of all) {
      const watcher = await openClient(`${chat.url.replace('/ws', '/frames')}?client=${welcome.framesKey}`);
      await watcher.events.until((event) => event.kind === 'text' && event.text.includes('"type":"frame"'));
    }
    await all[0]!.heard.until((message) => message.type === 'presence' && message.count === 6);
    all[1]!.endpoint.connection.close(4000, 'bored');
    all[1]!.endpoint.host.flush();
    expect(await all[0]!.left(all[1]!.welcome.name)).toBe('4000 bored');
    chat.kill('SIGTERM');
    expect(await chat.exited).toBe(0);
    expect(chat.errors).toBe('');
  }

  it('share people, what is said, and frames, by their primary', () => expectOneRoom([]));

  it.skipIf(!HAS_BROKER)('share the same by a broker', async () => {
    const broker = await Broker.start();
    await expectOneRoom(['--broker', broker.url]);
  });

  it('are one room; one that is killed is replaced, and its clients come back', async () => {
    const chat = await ChatProcess.start(['--workers', '2']);
    const all = Array.from({ length: 8 }, (_, index) => new Faithful(`p${index}`, () => [chat.url]));
    await expect.poll(() => all.filter(({ welcome }) => welcome === undefined)).toEqual([]);
    const workers = childrenOf(chat.pid);
    expect(workers.length).toBe(2);
    for (const client of all) client.say('before');
    await expect.poll(() => all.map(({ pending }) => pending).join('')).toBe('00000000');
    process.kill(workers[0]!, 'SIGKILL');
    for (const client of all) client.say('after');
    await expect
      .poll(() => all.map(({ pending, heard }) => `${pending} ${heard.length}`))
      .toEqual(all.map(() => '0 16'));
    await expect.poll(() => childrenOf(chat.pid).length).toBe(2);
    expectFaithful(all);
    expect(all.some(({ returns }) => returns > 0)).toBe(true);
    chat.kill('SIGTERM');
    expect(await chat.exited).toBe(0);
    expect(chat.errors).toBe('');
  });

  it('end with their primary', async () => {
    const chat = await ChatProcess.start(['--workers', '2']);
    const chatters = await Promise.all(['ada', 'bob', 'eve'].map((name) => Chatter.join(chat.url, name)));
    const workers = childrenOf(chat.pid);
    chat.kill('SIGKILL');
    for (const { endpoint } of chatters) expect(await endpoint.outcome()).toMatchObject({ code: 1006 });
    const isAlive = (pid: number) => spawnSync('kill', ['-0', String(pid)]).status === 0;
    await expect.poll(() => workers.map(isAlive)).toEqual([false, false]);
    expect(chat.errors).toBe('');
  });

  it('say in a line why they cannot listen', async () => {
    const first = await ChatProcess.start([]);
    const second = new ChatProcess(['--workers', '2', '--port', String(first.port)]);
    expect(await second.exited).toBe(1);
    expect(second.errors).toBe(`chat: port ${first.port} is taken; set PORT to another one\n`);
  });
});
