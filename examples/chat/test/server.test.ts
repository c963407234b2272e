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
