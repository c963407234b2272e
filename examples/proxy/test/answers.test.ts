// Backends that refuse, answer oddly, or are cut off: their answers arrive as they are, and nothing ends the proxy.

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import {
  getRequest,
  listen,
  RawClient,
  startAnswering,
  startBackend,
  startProxy,
  upgradeRequest,
} from './support.js';

/** Ways to ask: plainly, and for a WebSocket. */
const ASKED = [
  ['plain', getRequest()],
  ['upgrade', upgradeRequest()],
] as const;

async function answered(answer: string, asked: string): Promise<string> {
  const { port } = await startProxy((await startAnswering(answer)).port);
  return new RawClient(port, Buffer.from(asked, 'latin1')).response();
}

test.each(ASKED)('any status from 200 to 999, %s', async (_name, asked) => {
  const backend = await startBackend((socket) => {
    socket.end(`HTTP/1.1 ${status} Because\r\nX-A: b\r\nContent-Length: 0\r\n\r\n`);
  });
  const { port } = await startProxy(backend.port);
  let status = 200;
  for (; status <= 999; status += status < 600 ? 1 : 57) {
    const client = new RawClient(port, asked);
    expect(await client.response()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} Because\r\nX-A: b\r\n`));
  }
});

test.each(ASKED)('interim answers come before the one that counts, %s', async (_name, asked) => {
  const heard = await answered(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\nConnection: Link\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <y>\r\n\r\nHTTP/1.1 199 \xe4\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n',
    asked,
  );
  expect(heard).toBe(
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <y>\r\n\r\nHTTP/1.1 199 \xe4\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
});

test('a client of HTTP/1.0 hears no interim answers, and a body up to its end', async () => {
  const answer =
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  expect(await answered(answer, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n')).toBe(
    'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc',
  );
});

const WRONG: Readonly<Record<string, string>> = {
  'no HTTP': 'SSH-2.0-x\r\n\r\n',
  nothing: '',
  'half a head': 'HTTP/1.1 200 OK\r\nX-',
  'an interim answer alone': 'HTTP/1.1 199 \r\n\r\n',
  'status 099': 'HTTP/1.1 099 x\r\nContent-Length: 0\r\n\r\n',
  '101 that says nothing': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  '101 to another protocol':
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
  '101 without the right key':
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
  'two lengths': 'HTTP/1.1 404 x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
  'a length and chunks': 'HTTP/1.1 404 x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'another transfer coding': 'HTTP/1.1 404 x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
  'a head of 70 kB': `HTTP/1.1 404 x\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`,
};
test.each(Object.keys(WRONG))('%s is answered with 502, and the proxy goes on', async (name) => {
  let answer = WRONG[name]!;
  const backend = await startBackend((socket) => socket.end(answer, 'latin1'));
  const { port } = await startProxy(backend.port);
  for (const [, asked] of ASKED) {
    const heard = await new RawClient(port, asked).response();
    expect(heard.replace('HTTP/1.1 199 \r\n\r\n', '')).toMatch(
      /^HTTP\/1\.1 502 Bad Gateway\r\n[\s\S]*\r\n\r\nBad Gateway\n$/,
    );
  }
  answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  expect(await new RawClient(port, getRequest()).response()).toContain('\r\n\r\nok');
});

test.each(ASKED)('a backend that is not there, or resets, %s', async (_name, asked) => {
  const gone = await listen(createTcpServer());
  const nobody = createTcpServer();
  nobody.listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port: free } = nobody.address() as { port: number };
  await new Promise((resolve) => nobody.close(resolve));
  expect(gone.port).not.toBe(free);
  expect(await new RawClient((await startProxy(free)).port, asked).response()).toMatch(/^HTTP\/1\.1 502 /);
  const resets = await startBackend((socket) => socket.resetAndDestroy());
  expect(await new RawClient((await startProxy(resets.port)).port, asked).response()).toMatch(
    /^HTTP\/1\.1 502 /,
  );
});

test.each(ASKED)('a body in chunks, and one without a length, are whole, %s', async (_name, asked) => {
  const chunked =
    'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\nRetry-After: 5\r\n\r\n3\r\nnot\r\n4;x=y\r\n now\r\n0\r\n\r\n';
  expect(await answered(chunked, asked)).toBe(
    'HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot\r\n4\r\n now\r\n0\r\n\r\n',
  );
  expect(await answered('HTTP/1.0 404 No\r\n\r\nup to the end', asked)).toMatch(
    /\r\n\r\nd\r\nup to the end\r\n0\r\n\r\n$/,
  );
});

test.each(ASKED)('a body of 20 MB is streamed, as fast as the client reads, %s', async (_name, asked) => {
  const body = 'x'.repeat(20_000_000);
  const backend = await startAnswering(`HTTP/1.1 404 No\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const { port } = await startProxy(backend.port);
  const client = new RawClient(port, asked);
  client.socket.pause();
  await expect.poll(() => backend.sockets.size).toBe(1);
  const [socket] = backend.sockets;
  await new Promise((resolve) => setTimeout(resolve, 500));
  // The rest waits at the backend.
  expect(socket!.writableLength).toBeGreaterThan(0);
  client.socket.resume();
  expect((await client.response()).endsWith(`\r\n\r\n${body}`)).toBe(true);
});

test.each(ASKED)('a body that is cut short does not look whole, %s', async (_name, asked) => {
  expect(await answered('HTTP/1.1 404 No\r\nContent-Length: 100\r\n\r\nshort', asked)).toMatch(
    /\r\nContent-Length: 100\r\n[\s\S]*\r\n\r\nshort$/,
  );
  const heard = await answered('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n', asked);
  expect(heard).toMatch(/\r\n\r\n5\r\nshort\r\n$/);
});

test('a head of thousands of headers is passed on whole', async () => {
  const headers = 'a: b\r\n'.repeat(2500);
  const heard = await answered(
    `HTTP/1.1 200 OK\r\n${headers}X-Last: 1\r\nContent-Length: 0\r\n\r\n`,
    getRequest(),
  );
  expect(heard).toContain('\r\nX-Last: 1\r\n');
});

test('a head arrives before its body', async () => {
  const backend = await startAnswering(
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n',
    () => {},
  );
  const { port } = await startProxy(backend.port);
  const client = new RawClient(port, getRequest());
  await expect.poll(() => client.text).toContain('text/event-stream');
});

test('bodies of requests are streamed, with their length or in chunks, and asked for first', async () => {
  const backend = createServer(async (incoming, response) => {
    response.writeHead(200, { 'X-Length': incoming.headers['content-length'] ?? 'none' });
    response.end(`${incoming.method} ${(await text(incoming)).length}`);
  });
  const { port } = await startProxy((await listen(backend)).port);
  const send = async (method: string, headers: Record<string, string>): Promise<string> => {
    const asked = request({ port, host: '127.0.0.1', method, headers: { Host: 'example.com', ...headers } });
    if (headers['Expect'] === undefined) asked.end('x'.repeat(3_000_000));
    else asked.on('continue', () => asked.end('x'.repeat(3_000_000))).flushHeaders();
    const [response] = await once(asked, 'response');
    return `${await text(response)} ${response.headers['x-length']}`;
  };
  expect(await send('POST', { 'Content-Length': '3000000' })).toBe('POST 3000000 3000000');
  expect(await send('PUT', { 'Transfer-Encoding': 'chunked' })).toBe('PUT 3000000 none');
  expect(await send('DELETE', { 'Transfer-Encoding': 'chunked' })).toBe('DELETE 3000000 none');
  expect(await send('POST', { Expect: '100-continue', 'Content-Length': '3000000' })).toBe(
    'POST 3000000 3000000',
  );
});

test('a backend that answers before the body has ended: the client hears it, and may ask again', async () => {
  const backend = await startBackend((socket, head) => {
    socket.write('HTTP/1.1 413 No\r\nContent-Length: 8\r\n\r\ntoo much');
    if (head.startsWith('POST')) socket.pause();
  });
  const { port } = await startProxy(backend.port);
  const length = 5_000_000;
  const client = new RawClient(
    port,
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`,
    'x'.repeat(length),
    getRequest(),
  );
  const heard = await client.response();
  expect(heard).toMatch(/^HTTP\/1\.1 413 [\s\S]*too muchHTTP\/1\.1 413 [\s\S]*too much$/);
});
