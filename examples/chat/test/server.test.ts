/** The page, the upgrade and the shutdown, as seen from the wire. */
import { describe, expect, it } from 'vitest';
import type { FrameReport } from '../src/frame-report.js';
import { Chatter, messageFrame, openClient, RawClient, startChat } from './support.js';

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', KEY, 'Sec-WebSocket-Version: 13'];

/** Sends a request and gives the whole response: its status, its headers, its body. */
async function exchange(port: number, path: string, headers: string[]) {
  const client = new RawClient(port);
  client.socket.write([`GET ${path} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  await client.ended;
  const [head = '', body = ''] = client.text.split('\r\n\r\n');
  expect(head).toContain(`Content-Length: ${body.length}`);
  return { status: Number(head.slice(9, 12)), head, body };
}

/** Sends a request for a WebSocket and gives the head of the response. */
async function exchangeHead(port: number, path: string, headers: string[]): Promise<string> {
  const client = new RawClient(port);
  client.socket.write([`GET ${path} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  await expect.poll(() => client.text).toContain('\r\n\r\n');
  return client.text;
}

describe('requests', () => {
  it('serves the page with its parts, and nothing else', async () => {
    const { port } = await startChat();
    const get = (path: string) => fetch(`http://localhost:${port}${path}`);
    const page = await get('/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    for (const [, name] of html.matchAll(/(?:src|href)="([\w-]+\.\w+)"/g)) {
      expect((await get(`/${name}`)).status, name).toBe(200);
    }
    for (const path of ['/missing', '/../package.json', '/%2e%2e/package.json', '/constructor']) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect((await fetch(`http://localhost:${port}/`, { method: 'POST' })).status).toBe(405);
    expect((await get('/ws')).status).toBe(426);
  });

  it('refuses handshakes with complete responses', async () => {
    const { port } = await startChat();
    const host = `Host: localhost:${port}`;
    const without = (name: string) => UPGRADE.filter((line) => !line.startsWith(name));
    const cases: [string, string[], number][] = [
      ['/nowhere', [host, ...UPGRADE], 404],
      ['/frames?client=guess', [host, ...UPGRADE], 404],
      ['/ws', [host, ...UPGRADE, 'Origin: http://evil.example'], 403],
      ['/ws', [host, ...UPGRADE, 'Origin: null'], 403],
      ['/ws', [host, ...without('Sec-WebSocket-Key')], 400],
      ['/ws', [host, ...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 8'], 426],
    ];
    for (const [path, headers, status] of cases) {
      const response = await exchange(port, path, headers);
      expect(response.status, response.head).toBe(status);
      if (status === 426) expect(response.head).toContain('Sec-WebSocket-Version: 13');
    }
  });

  it('knows its hosts, if it is told: a page whose name was made to point here has another', async () => {
    const { port } = await startChat({ hosts: ['localhost'] });
    const from = (host: string) => [`Host: ${host}`, ...UPGRADE, `Origin: http://${host}`];
    for (const path of ['/ws', '/ws?compress', '/frames?client=guess']) {
      expect((await exchange(port, path, from(`evil.example:${port}`))).status).toBe(421);
    }
    await Chatter.join(`ws://localhost:${port}/ws`, 'ada');
  });

  it('knows the names of this machine, if it listens there alone, for the page too', async () => {
    const { port } = await startChat({ host: '127.0.0.1' });
    for (const [host, status] of [
      [`evil.example:${port}`, 421],
      [`localhost:${port}`, 200],
      [`127.0.0.1:${port}`, 200],
    ] as const) {
      const page = await exchange(port, '/', [`Host: ${host}`, 'Connection: close']);
      expect(page.status, host).toBe(status);
    }
    const asked = await exchange(port, '/ws', [`Host: evil.example:${port}`, ...UPGRADE]);
    expect(asked.status).toBe(421);
    expect(asked.body).toContain('HOSTS');
  });

  it('lets its own pages in, and takes frames that come with the handshake', async () => {
    const { port, url } = await startChat();
    const client = new RawClient(port);
    const head = [
      `GET /ws HTTP/1.1`,
      `Host: localhost:${port}`,
      `Origin: http://localhost:${port}`,
      ...UPGRADE,
    ];
    const bytes = Buffer.concat([
      Buffer.from(`${head.join('\r\n')}\r\n\r\n`),
      messageFrame({ type: 'join', name: 'early' }),
      messageFrame({ type: 'say', text: 'in one', n: 1 }).subarray(0, 9),
    ]);
    client.socket.write(bytes);
    const ada = await Chatter.join(url, 'ada');
    client.socket.write(messageFrame({ type: 'say', text: 'in one', n: 1 }).subarray(9));
    expect(await ada.next('said', 'in one')).toMatchObject({ name: 'early' });
    expect(client.text).toContain('HTTP/1.1 101 Switching Protocols\r\n');
  });
});

describe('chat', () => {
  it('answers what makes no sense, and stays', async () => {
    const { url } = await startChat();
    const ada = await Chatter.join(url, 'ada');
    for (const text of ['what', '{"type":"join","name":"again"}', '{"type":"say","n":1,"text":""}']) {
      ada.endpoint.connection.sendText(text);
    }
    ada.endpoint.host.flush();
    ada.say('still here');
    await ada.next('said', 'still here');
    expect(ada.heard.all.filter(({ type }) => type === 'refused').length).toBe(3);
  });

  it('gathers comings, and names the first fifty people of many', async () => {
    const { url } = await startChat();
    const all = await Promise.all(Array.from({ length: 60 }, (_, index) => Chatter.join(url, `p${index}`)));
    const last = await Chatter.join(url, 'last');
    expect(last.welcome).toMatchObject({ count: 61, missed: [], gap: false, lastN: 0 });
    expect(last.welcome.people.length).toBe(50);
    await Promise.all(
      all.map(({ heard }) => heard.until((message) => message.type === 'presence' && message.count === 61)),
    );
    // Each has been told a few times, and not of each of the others.
    for (const { heard } of all) expect(heard.all.length).toBeLessThan(40);
  });

  it('lets a person come back, who hears what was missed and is no news', async () => {
    const { url } = await startChat({ graceMs: 60_000 });
    const ada = await Chatter.join(url, 'ada');
    const bob = await Chatter.join(url, 'bob');
    await ada.joined('bob');
    bob.say('one');
    const { seq } = await ada.next('said', 'one');
    bob.endpoint.connection.close(1001);
    bob.endpoint.host.flush();
    await bob.endpoint.socketClosed;
    ada.say('two');
    await ada.next('said', 'two');
    const { id, session, epoch } = bob.welcome;
    const again = await Chatter.join(url, 'robert', { session, since: seq });
    expect(again.welcome).toMatchObject({ id, name: 'bob', session, epoch, gap: false, lastN: 1, count: 2 });
    expect(again.welcome.missed.map(({ text }) => text)).toEqual(['two']);
    // What was said is not said again, and the next thing is.
    for (const n of [1, 2]) again.send({ type: 'say', text: `again ${n}`, n });
    await ada.next('said', 'again 2');
    expect(ada.heard.all.some((message) => message.type === 'said' && message.text === 'again 1')).toBe(
      false,
    );
    const third = await Chatter.join(url, 'bob', { session });
    expect(await again.endpoint.outcome()).toMatchObject({ code: 4001 });
    third.say('x');
    third.endpoint.connection.close(1000);
    third.endpoint.host.flush();
    expect(await ada.left('bob')).toBe('');
    const told = ada.heard.all.flatMap((message) => (message.type === 'presence' ? [message.left] : []));
    expect(told.flat().length).toBe(1);
  });

  it('frees the one of two names that a session has claimed at the same moment', async () => {
    const { url } = await startChat();
    const { session } = (await Chatter.join(url, 'watcher')).welcome;
    const forged = `${session.split('.')[0]}.${'x'.repeat(session.length - 1 - session.indexOf('.'))}`;
    const both = await Promise.allSettled([
      Chatter.join(url, 'left', { session: forged }),
      Chatter.join(url, 'right', { session: forged }),
    ]);
    for (const one of both) {
      if (one.status !== 'fulfilled') continue;
      one.value.endpoint.connection.close(1000);
      one.value.endpoint.host.flush();
      await one.value.endpoint.socketClosed;
    }
    for (const name of ['left', 'right']) {
      await expect.poll(async () => (await Chatter.join(url, name)).welcome.name).toBe(name);
    }
  });

  it('lets Pings wait like messages: they cost the others as much', async () => {
    const { url } = await startChat({ messagesPerSecond: 20, burst: 5 });
    const ada = await Chatter.join(url, 'ada');
    const start = performance.now();
    for (let i = 0; i < 15; i++) ada.endpoint.connection.ping();
    ada.say('behind them');
    await ada.next('said', 'behind them');
    expect(performance.now() - start).toBeGreaterThan(200);
  });

  it('gives no share anew to a person who comes back', async () => {
    const { url } = await startChat({ messagesPerSecond: 0.001, burst: 5 });
    const ada = await Chatter.join(url, 'ada');
    let speaker = await Chatter.join(url, 'bob');
    const { session } = speaker.welcome;
    for (let round = 0; round < 3; round++) {
      for (let n = 1; n <= 5; n++) speaker.send({ type: 'say', text: 'again', n: round * 5 + n });
      speaker.endpoint.host.flush();
      await new Promise((resolve) => setTimeout(resolve, 50));
      speaker = await Chatter.join(url, 'bob', { session });
    }
    await ada.next('said', 'again');
    expect(ada.heard.all.filter(({ type }) => type === 'said').length).toBeLessThanOrEqual(5);
  });

  it('says that something is missing: of another history, and of one that was cut', async () => {
    const { url } = await startChat({ historyMessages: 2 });
    const other = await startChat();
    const ada = await Chatter.join(url, 'ada');
    for (const text of ['1', '2', '3']) ada.say(text);
    await ada.next('said', '3');
    const { session } = ada.welcome;
    const bob = await Chatter.join(url, 'bob');
    expect(bob.welcome).toMatchObject({ gap: false, seq: 3 });
    expect(bob.welcome.missed.map(({ text }) => text)).toEqual(['2', '3']);
    expect((await Chatter.join(url, 'ada', { session, since: 0 })).welcome.gap).toBe(true);
    expect((await Chatter.join(url, 'ada', { session, since: 1 })).welcome.gap).toBe(false);
    const stranger = await Chatter.join(other.url, 'ada', { session, since: 0 });
    expect(stranger.welcome.gap).toBe(true);
    expect(stranger.welcome.session).not.toBe(session);
  });

  it('lets one who says too much wait, and refuses nothing', async () => {
    const { url } = await startChat({ messagesPerSecond: 0.001, burst: 5 });
    const [ada, flooder] = [await Chatter.join(url, 'ada'), await Chatter.join(url, 'flooder')];
    for (let number = 0; number < 50; number++) flooder.say(`flood ${number}`);
    await ada.next('said', 'flood 4');
    ada.say('in between');
    await flooder.next('said', 'in between');
    const heard = ada.heard.all.filter(({ type }) => type === 'said').length;
    // Joining was the first of the burst, and the message that overdraws is the last that is read.
    expect(heard).toBe(6);
    expect(flooder.heard.all.filter(({ type }) => type === 'refused')).toEqual([]);
    const fast = await startChat({ messagesPerSecond: 500, burst: 1 });
    const [bob, eve] = [await Chatter.join(fast.url, 'bob'), await Chatter.join(fast.url, 'eve')];
    for (let number = 0; number < 50; number++) eve.say(`flood ${number}`);
    await bob.next('said', 'flood 49');
    expect(bob.heard.all.filter(({ type }) => type === 'said').length).toBe(50);
  });

  it('compresses only for those that ask', async () => {
    const { port } = await startChat();
    const from = (path: string) =>
      exchangeHead(port, path, [
        `Host: localhost:${port}`,
        ...UPGRADE,
        'Sec-WebSocket-Extensions: permessage-deflate',
      ]);
    expect(await from('/ws')).not.toContain('permessage-deflate');
    expect(await from('/ws?compress')).toContain('permessage-deflate');
  });

  it('pings who is quiet, and keeps who answers', async () => {
    const { url } = await startChat({ pingIntervalMs: 50 });
    const { endpoint } = await Chatter.join(url, 'ada');
    await endpoint.events.until(() => endpoint.events.all.filter(({ kind }) => kind === 'ping').length === 5);
    expect(endpoint.connection.state).toBe('open');
  });

  it('shows a client its own frames, on a second connection', async () => {
    const { url, port } = await startChat();
    const ada = await Chatter.join(`${url}?frames`, 'ada');
    const { framesKey } = await ada.next('welcome');
    const frames = await openClient(`ws://localhost:${port}/frames?client=${framesKey}`);
    ada.say('hi');
    const reports = () =>
      frames.events.all.flatMap((event) =>
        event.kind === 'text' ? [JSON.parse(event.text) as FrameReport] : [],
      );
    await frames.events.until(() => reports().length === 4);
    expect(reports().map(({ direction, masked }) => [direction, masked])).toEqual([
      ['received', true],
      ['sent', false],
      ['received', true],
      ['sent', false],
    ]);
    ada.endpoint.connection.close(1000);
    ada.endpoint.host.flush();
    expect(await frames.outcome()).toMatchObject({ wasClean: true, code: 1000 });
    const other = await Chatter.join(url, 'bob');
    expect((await other.next('welcome')).framesKey).toBeNull();
    await expect(openClient(`ws://localhost:${port}/frames?client=${framesKey}`)).rejects.toThrow('404');
  });

  it('does not take binary messages', async () => {
    const { url } = await startChat();
    const ada = await Chatter.join(url, 'ada');
    ada.endpoint.connection.sendBinary(Uint8Array.of(1));
    ada.endpoint.host.flush();
    expect(await ada.endpoint.outcome()).toMatchObject({ wasClean: true, code: 1003 });
  });

  it('tells why someone left', async () => {
    const { url } = await startChat();
    const ada = await Chatter.join(url, 'ada');
    const [bob, eve] = [await Chatter.join(url, 'bob'), await Chatter.join(url, 'eve')];
    // One who comes and goes in the same moment is no news.
    await Promise.all([ada.joined('bob'), ada.joined('eve')]);
    bob.endpoint.connection.close(1000);
    bob.endpoint.host.flush();
    eve.endpoint.connection.close(4000, 'bored');
    eve.endpoint.host.flush();
    expect(await ada.left('bob')).toBe('');
    expect(await ada.left('eve')).toBe('4000 bored');
  });

  it('closes everyone with 1001 when it shuts down', async () => {
    const { chat, url, port } = await startChat({ closeTimeoutMs: 300 });
    const chatters = [await Chatter.join(url, 'ada'), await Chatter.join(url, 'bob')];
    const deaf = RawClient.open(port, '/ws', messageFrame({ type: 'join', name: 'deaf' }));
    const hanging = new RawClient(port);
    hanging.socket.write('GET / HT');
    await chatters[0]!.joined('deaf');
    await chat.close();
    for (const { endpoint } of chatters) {
      expect(await endpoint.outcome()).toMatchObject({ wasClean: true, code: 1001 });
      await endpoint.socketClosed;
    }
    await deaf.ended;
    expect(deaf.frames().close?.code).toBe(1001);
    await hanging.ended;
  });
});
