// Clients and backends that wait, vanish, or smuggle: nothing stays open, and nothing passes that should not.
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  accepting,
  getRequest,
  RawClient,
  startAnswering,
  startBackend,
  startProxy,
  upgradeRequest,
} from './support.js';

const SHORT = {
  headTimeoutMs: 200,
  answerTimeoutMs: 300,
  idleTimeoutMs: 600,
  halfClosedTimeoutMs: 200,
  lingerTimeoutMs: 200,
};
const LONG = 60_000;

const silence = (): void => {};
const upgrade = (socket: Socket, head: string): void => void socket.write(accepting(head), 'latin1');

/** Nothing is open, at the proxy and behind it. */
async function expectNothing(...ends: { readonly sockets: Set<Socket> }[]): Promise<void> {
  await expect.poll(() => ends.map(({ sockets }) => sockets.size)).toEqual(ends.map(() => 0));
}

const WAITING: Readonly<Record<string, [asked: string, act: (socket: Socket, head: string) => unknown]>> = {
  'a client that says nothing': ['', silence],
  'half a head': ['GET / HTTP/1.1\r\nHo', silence],
  'a backend that does not answer': [getRequest(), silence],
  'a backend that does not answer an upgrade': [upgradeRequest(), silence],
  'interim answers for ever': [
    getRequest(),
    (socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    },
  ],
  'an answer that does not end': [getRequest(), (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nx')],
  'a refusal that does not end': [upgradeRequest(), (socket) => socket.write('HTTP/1.1 404 No\r\n\r\nx')],
  'a client that is refused, and stays': [
    upgradeRequest(),
    (socket) => socket.end('HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n'),
  ],
  'a client that asks wrongly, and stays': [upgradeRequest().replace(': 13', ': 77'), silence],
  'another protocol': [upgradeRequest().replace('websocket', 'h2c'), silence],
  'a tunnel without a byte': [upgradeRequest(), upgrade],
  'a body that does not come': [`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n`, silence],
};
test.each(Object.keys(WAITING))('ends by a time limit: %s', async (name) => {
  const [asked, act] = WAITING[name]!;
  const backend = await startBackend(act);
  const proxy = await startProxy(backend.port, SHORT);
  const client = new RawClient(proxy.port, asked);
  await expect.poll(() => client.socket.connecting).toBe(false);
  await expectNothing(proxy, backend);
});

test('a client that is refused and sends on is cut off, and one that does not read its refusal, too', async () => {
  const backend = await startAnswering(
    `HTTP/1.1 404 No\r\nContent-Length: 9000000\r\n\r\n${'x'.repeat(9_000_000)}`,
  );
  const proxy = await startProxy(backend.port, SHORT);
  const deaf = new RawClient(proxy.port, upgradeRequest());
  deaf.socket.pause();
  const sends = new RawClient(proxy.port, upgradeRequest());
  const timer = setInterval(() => sends.socket.write('x'.repeat(100)), 20);
  sends.socket.on('close', () => clearInterval(timer));
  await expect.poll(() => proxy.sockets.size).toBe(2);
  await expectNothing(proxy, backend);
});

test.each(['front', 'back'])('a tunnel whose %s has ended its side ends by a time limit', async (side) => {
  const backend = await startBackend(upgrade);
  const proxy = await startProxy(backend.port, { ...SHORT, idleTimeoutMs: LONG });
  const client = new RawClient(proxy.port, upgradeRequest());
  await expect.poll(() => client.text).toContain('\r\n\r\n');
  const [behind] = backend.sockets;
  (side === 'front' ? client.socket : behind!).end();
  await expectNothing(proxy, backend);
});

test('a body in an upgrade to another protocol is refused', async () => {
  const backend = await startBackend(silence);
  const { port } = await startProxy(backend.port, SHORT);
  const asked = `${upgradeRequest(['Content-Length: 2']).replace('websocket', 'h2c')}xy`;
  expect(await new RawClient(port, asked).response()).toMatch(/^HTTP\/1\.1 400 /);
  expect(backend.seen()).toBe('');
});

test('a backend that does not answer is answered for with 504', async () => {
  const proxy = await startProxy((await startBackend(silence)).port, SHORT);
  for (const asked of [getRequest(), upgradeRequest()]) {
    expect(await new RawClient(proxy.port, asked).response()).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/);
  }
});

const LEAVING: Readonly<Record<string, (client: RawClient) => unknown>> = {
  FIN: ({ socket }) => socket.end(),
  RST: ({ socket }) => socket.resetAndDestroy(),
  'a byte, then FIN': ({ socket }) => socket.end('x'),
};
test.each(Object.keys(LEAVING))(
  'a client that goes before the backend has answered frees both sockets: %s',
  async (name) => {
    const backend = await startBackend(silence);
    const limits = { ...SHORT, answerTimeoutMs: LONG, idleTimeoutMs: LONG };
    const proxy = await startProxy(backend.port, limits);
    const clients = [getRequest(), upgradeRequest(), upgradeRequest(['Origin: http://a'])].map(
      (asked) => new RawClient(proxy.port, asked),
    );
    await expect.poll(() => backend.sockets.size).toBe(clients.length);
    for (const client of clients) LEAVING[name]!(client);
    await expectNothing(proxy, backend);
  },
);

test.each(['front', 'back'])(
  'the end and the loss of the %s of a tunnel reach the other side',
  async (side) => {
    const backend = await startBackend(upgrade);
    const proxy = await startProxy(backend.port, {
      ...SHORT,
      idleTimeoutMs: LONG,
      halfClosedTimeoutMs: LONG,
    });
    for (const way of ['end', 'resetAndDestroy'] as const) {
      const client = new RawClient(proxy.port, upgradeRequest());
      await expect.poll(() => client.text).toContain('\r\n\r\n');
      const [behind] = backend.sockets;
      const [near, far] = side === 'front' ? [client.socket, behind!] : [behind!, client.socket];
      let ended = false;
      far.on('end', () => {
        ended = true;
      });
      if (way === 'end') {
        near.end('last words');
        await expect.poll(() => ended).toBe(true);
        // The other direction is still open.
        far.write('and these');
        let heard = '';
        near.on('data', (chunk) => {
          heard += String(chunk);
        });
        await expect.poll(() => heard).toBe('and these');
        far.end();
      } else {
        near.resetAndDestroy();
        await expect.poll(() => ended || far.destroyed).toBe(true);
        far.end();
      }
      await expectNothing(proxy, backend);
    }
  },
);

test.each(['front', 'back'])('a tunnel is read no faster than the %s reads', async (side) => {
  const backend = await startBackend(upgrade);
  const proxy = await startProxy(backend.port);
  const client = new RawClient(proxy.port, upgradeRequest());
  await expect.poll(() => client.text).toContain('\r\n\r\n');
  const [behind] = backend.sockets;
  const [slow, fast] = side === 'front' ? [client.socket, behind!] : [behind!, client.socket];
  slow.removeAllListeners('data').pause();
  const total = 60;
  for (let i = 0; i < total; i++) fast.write(Buffer.alloc(1_000_000));
  const taken = (): number => fast.bytesWritten - fast.writableLength;
  for (let before = -1; before < taken(); ) {
    before = taken();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(taken()).toBeLessThan(30_000_000); // the system's own buffers hold so much
  let heard = 0;
  slow.on('data', (chunk: Uint8Array) => {
    heard += chunk.length;
  });
  slow.resume();
  await expect.poll(() => heard).toBe(total * 1_000_000);
});

const SECRET = getRequest().replace('GET /', 'GET /secret');

/** Requests that are made to be read as two by somebody. */
const SMUGGLING: Readonly<Record<string, string>> = {
  'behind an upgrade that is refused': upgradeRequest() + SECRET,
  'behind a wrong version': upgradeRequest().replace(': 13', ': 777') + SECRET,
  'behind another protocol': upgradeRequest().replace('websocket', 'h2c') + SECRET,
  'in the body of an upgrade': upgradeRequest([`Content-Length: ${SECRET.length}`]) + SECRET,
  'in the body of an upgrade to another protocol':
    upgradeRequest([`Content-Length: ${SECRET.length}`]).replace('websocket', 'h2c') + SECRET,
  'in chunks of an upgrade': `${upgradeRequest(['Transfer-Encoding: chunked'])}0\r\n\r\n${SECRET}`,
  'behind a length and chunks': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SECRET}`,
  'behind two lengths': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${SECRET.length}\r\n\r\n${SECRET}`,
  'behind a coding that is not known': `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SECRET}`,
  'behind CONNECT': `CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n${SECRET}`,
  'by two hosts': `GET /secret HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`,
  'by a host in the target': `GET http://b/secret HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  'by a host that is a list': `GET /secret HTTP/1.1\r\nHost: a, b\r\nConnection: close\r\n\r\n`,
};
test.each(Object.keys(SMUGGLING))('H21: a second request %s does not reach the backend', async (name) => {
  const backend = await startAnswering('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n');
  const proxy = await startProxy(backend.port, SHORT);
  const client = new RawClient(proxy.port, SMUGGLING[name]!);
  await expect.poll(() => client.ended || client.socket.destroyed).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(backend.seen()).not.toContain('secret');
  expect(client.text.split('HTTP/1.1 ').length).toBeLessThanOrEqual(2);
  await expectNothing(proxy, backend);
});

test('an upgrade behind a request that has no answer yet ends that connection, and no other', async () => {
  const backend = await startBackend(silence);
  const proxy = await startProxy(backend.port, { ...SHORT, answerTimeoutMs: LONG, idleTimeoutMs: LONG });
  const other = new RawClient(proxy.port, getRequest());
  await expect.poll(() => backend.sockets.size).toBe(1);
  const client = new RawClient(proxy.port, getRequest().replace('close', 'keep-alive') + upgradeRequest());
  await expect.poll(() => client.ended || client.socket.destroyed).toBe(true);
  expect(client.text).toBe('');
  await expect.poll(() => backend.sockets.size).toBe(1);
  expect(other.ended).toBe(false);
  other.socket.destroy();
  await expectNothing(proxy, backend);
});

test('an upgrade behind a request that has its answer is one as all others', async () => {
  const backend = await startBackend((socket, head) => {
    if (head.includes('Upgrade')) upgrade(socket, head);
    else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  });
  const proxy = await startProxy(backend.port);
  const client = new RawClient(proxy.port, getRequest().replace('close', 'keep-alive'));
  await expect.poll(() => client.text).toMatch(/ok$/);
  client.socket.write(upgradeRequest());
  await expect.poll(() => client.text).toMatch(/okHTTP\/1\.1 101 [\s\S]*\r\n\r\n$/);
});

test('a body stays a body where `Connection` names its length, or there are thousands of headers', async () => {
  const lines = Array.from({ length: 2500 }, () => 'a: b').join('\r\n');
  const chunks = `${SECRET.length.toString(16)}\r\n${SECRET}\r\n0\r\n\r\n`;
  for (const asked of [
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close, Content-Length\r\nContent-Length: ${SECRET.length}\r\n\r\n${SECRET}`,
    `GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  ]) {
    const backend = await startAnswering('HTTP/1.1 204 No Content\r\n\r\n', silence);
    const proxy = await startProxy(backend.port);
    const client = new RawClient(proxy.port, asked);
    await expect.poll(() => backend.seen()).toContain('secret');
    expect(backend.seen()).toMatch(
      /^[\s\S]*?\r\n(?:Content-Length: \d+|Transfer-Encoding: chunked)\r\n[\s\S]*?\r\n\r\n[\s\S]*GET \/secret/,
    );
    client.socket.destroy();
  }
});

test('bytes behind the request wait until the backend has upgraded, and then pass first', async () => {
  let answer = silence;
  const backend = await startBackend((socket, head) => {
    answer = () => upgrade(socket, head);
  });
  const { port } = await startProxy(backend.port);
  const client = new RawClient(port, `${upgradeRequest()}early `);
  await expect.poll(() => backend.seen()).toContain('\r\n\r\n');
  client.socket.write('bytes');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(backend.seen()).toMatch(/\r\n\r\n$/);
  answer();
  await expect.poll(() => backend.seen()).toMatch(/\r\n\r\nearly bytes$/);
  // And more than the proxy holds.
  const much = new RawClient(port, upgradeRequest(), 'x'.repeat(5_000_000));
  await expect.poll(() => backend.sockets.size).toBe(2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  answer();
  await expect.poll(() => backend.seen().length).toBeGreaterThan(5_000_000);
  much.socket.destroy();
});

test('frames that come in one chunk with the 101 are the first of all', async () => {
  const backend = await startBackend((socket, head) =>
    socket.write(`${accepting(head)}\x81\x02hi`, 'latin1'),
  );
  const { port } = await startProxy(backend.port);
  const client = new RawClient(port, upgradeRequest());
  await expect.poll(() => client.text).toContain('\r\n\r\n\x81\x02hi');
});
