/** The client for the terminal, and all that a server can say to it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { linesOf, quoted } from '../src/terminal-lines.js';
import { DIST, Program } from './program.js';
import { ScriptedChat, said, type Visit } from './scripted-chat.js';

beforeAll(() => {
  if (!existsSync(`${DIST}client.js`)) throw new Error('run `npm run build` first: these tests start dist');
});

async function start(port = 0): Promise<ScriptedChat> {
  const chat = new ScriptedChat();
  await chat.listen(port);
  onTestFinished(() => chat.close());
  return chat;
}

async function enter(chat: ScriptedChat): Promise<{ client: Program; visit: Visit }> {
  const client = new Program('client.js', [`ws://localhost:${chat.port}/ws`, '--name', 'Ada']);
  const visit = await chat.visit();
  visit.welcome();
  await client.printed('* you are <Ada>; here: <Ada>');
  return { client, visit };
}

const own = { id: 'own', name: 'Ada' };

describe('the terminal client', () => {
  it('comes back as the same person, hears what it missed once, and says again what was not said', async () => {
    const chat = await start();
    const { client, visit } = await enter(chat);
    for (const text of ['one', 'two']) {
      client.process.stdin!.write(`${text}\n`);
      await visit.hears(text);
    }
    visit.said('one', 7, { ...own, n: 1 });
    visit.said('hello', 8);
    await client.printed('<Bob> hello');
    visit.close(1012, 'restart');
    await client.printed('* the connection was closed: 1012 restart; coming back');
    client.process.stdin!.write('three\n');
    const back = await chat.visit();
    expect(back.join).toEqual({ type: 'join', name: 'Ada', session: 'secret', since: 8 });
    back.welcome({ seq: 9, lastN: 1, gap: true, missed: [said('hello', 8), said('nine', 9)] });
    await client.printed('* something said meanwhile is missing');
    await client.printed('<Bob> nine');
    expect((await back.hears('two')).n).toBe(2);
    expect((await back.hears('three')).n).toBe(3);
    back.said('two', 10, { ...own, n: 2 });
    back.said('three', 11, { ...own, n: 3 });
    client.process.stdin!.end();
    expect(await client.exitCode).toBe(0);
    expect(client.errors).toBe('');
    expect(client.lines.all.filter((line) => line === '<Bob> hello').length).toBe(1);
    expect(client.lines.all.join()).not.toMatch(/<Ada> (one|two)/);
  });

  it('does not tell of people of the welcome that they join', async () => {
    const chat = await start();
    const { client, visit } = await enter(chat);
    const nobody = { in: [], out: [], left: [], moreJoined: 0, moreLeft: 0, count: 2 };
    visit.send({ type: 'presence', ...nobody, joined: ['Ada', 'Bob'] });
    visit.send({ type: 'presence', ...nobody, joined: ['Ada'] });
    await client.printed('* <Ada> joined');
    expect(client.lines.all.slice(-2)).toEqual(['* <Bob> joined', '* <Ada> joined']);
  });

  it('says what was not delivered, and only that', async () => {
    const chat = await start();
    const { client, visit } = await enter(chat);
    client.process.stdin!.write('no\nmaybe\n');
    await visit.hears('maybe');
    visit.send({ type: 'refused', of: 'say', n: 1, reason: 'too much' });
    visit.close(1001);
    const back = await chat.visit();
    client.process.stdin!.write('unanswered\n');
    back.welcome({ session: 'other', epoch: 'second' });
    await back.hears('unanswered');
    client.process.kill('SIGTERM');
    expect(await back.closed).toBe(1000);
    await client.exitCode;
    expect(client.errors.split('\n')).toEqual([
      'chat:client: not delivered: too much: "no"',
      'chat:client: perhaps not delivered: the server has begun anew: "maybe"',
      'chat:client: not delivered: "unanswered"',
      '',
    ]);
  });

  it('delivers lines that end before there is a connection, and leaves then', async () => {
    const chat = await start();
    const client = new Program('client.js', [`ws://localhost:${chat.port}/ws`]);
    client.process.stdin!.end('piped');
    const visit = await chat.visit();
    visit.welcome();
    const { n } = await visit.hears('piped');
    visit.said('piped', 1, { ...own, n });
    expect(await visit.closed).toBe(1000);
    expect(await client.exitCode).toBe(0);
    expect(client.errors).toBe('');
  });

  it('ends when its name is refused, or its session goes on elsewhere', async () => {
    const chat = await start();
    const refused = new Program('client.js', [`ws://localhost:${chat.port}/ws`]);
    (await chat.visit()).send({ type: 'refused', of: 'join', reason: 'somebody is called so' });
    expect(await refused.exitCode).toBe(1);
    expect(refused.errors).toBe('chat:client: somebody is called so\n');
    const { client, visit } = await enter(chat);
    visit.close(4001, 'this session goes on elsewhere');
    expect(await client.exitCode).toBe(1);
    expect(client.errors).toContain('4001 this session goes on elsewhere');
  });

  it.each(['SIGINT', 'SIGTERM', 'the end of its input'] as const)(
    'leaves at once at %s, connected or not',
    async (how) => {
      const end = (client: Program) =>
        how === 'the end of its input' ? client.process.stdin!.end() : client.process.kill(how);
      // A server that accepts and says nothing.
      const silent = createServer(() => {}).listen(0);
      await once(silent, 'listening');
      onTestFinished(() => void silent.close());
      const { port } = silent.address() as { port: number };
      const waiting = new Program('client.js', [`ws://localhost:${port}/ws`]);
      await once(silent, 'connection');
      end(waiting);
      expect(await waiting.exitCode).toBe(0);

      const chat = await start();
      const { client, visit } = await enter(chat);
      visit.close(1012);
      await client.printed('coming back');
      end(client);
      expect(await client.exitCode).toBe(0);
      expect(waiting.errors + client.errors).toBe('');
    },
  );
});

describe('linesOf', () => {
  const nobody = { in: [], out: [], joined: [], left: [], moreJoined: 0, moreLeft: 0, count: 1 };

  it('forges nothing', () => {
    expect(linesOf(said('a\r\n* <Ada> left\u001b[31m\u202e', 1, { name: 'Eve> I resign <' }))).toEqual([
      '<Eve  I resign  > a  * <Ada> left [31m ',
    ]);
    const left = [{ name: 'Bob', reason: '4000 ") * Ada left (banned”\u202e' }];
    expect(linesOf({ type: 'presence', ...nobody, left })).toEqual([
      `* <Bob> left: "4000 ') * Ada left (banned' "`,
    ]);
    expect(quoted('a "b" “c”')).toBe(`"a 'b' 'c'"`);
  });

  it('gathers who came and who went', () => {
    const left = [
      { name: 'Bob', reason: '' },
      { name: 'Eve', reason: 'bye' },
    ];
    expect(
      linesOf({ type: 'presence', ...nobody, joined: ['A', 'B'], moreJoined: 312, left, moreLeft: 1 }),
    ).toEqual(['* <A>, <B> and 312 others joined', '* <Eve> left: "bye"', '* <Bob> and 1 other left']);
    expect(linesOf({ type: 'presence', ...nobody, moreLeft: 1 })).toEqual(['* 1 person left']);
  });

  it('tells what is missing, refused, or waits', () => {
    expect(linesOf({ type: 'gap' })).toEqual(['* something that was said is missing here']);
    expect(linesOf({ type: 'refused', of: 'message', reason: 'what?' })).toEqual(['! refused: "what?"']);
    expect(linesOf({ type: 'broker', state: 'away' })[0]).toContain('is away: what is said waits');
    expect(linesOf({ type: 'broker', state: 'back' })).toEqual(["* the chat's broker is back"]);
  });
});
