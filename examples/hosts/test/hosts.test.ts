// Each way in, on real sockets: frames in the same chunk as the head, every byte alone, refusals, and the end.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { Connection } from '@sanssocket/codec';
import { encodeFrame, TEXT } from '@sanssocket/codec/frames';
import { attachSocket } from '@sanssocket/codec/node';
import { createRequest } from '@sanssocket/handshake';
import { acceptKey } from '@sanssocket/handshake/values';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFetchServer } from '../src/fetch-style.js';
import { createHttpServer, requestUpgrade } from '../src/node-http.js';
import { createProxy } from '../src/reverse-proxy.js';
import { createTcpServer, dial } from '../src/tcp.js';

interface Listening {
  listen(port: number, host: string): unknown;
  address(): unknown;
  close(): unknown;
}
const servers: Listening[] = [];
const urls = new Map<string, string>();

async function listen(server: Listening): Promise<string> {
  servers.push(server);
  await once(server.listen(0, '127.0.0.1') as Server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers each request with 101 and a message, all in one chunk, and then nothing. */
function createEager(): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const key = /sec-websocket-key: (.*)\r\n/i.exec(chunk.toString('latin1'))?.[1];
      if (key === undefined) return;
      const head = `HTTP/1.1 101 \r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n`;
      const frame = encodeFrame({ opcode: TEXT, payload: Buffer.from('at once') });
      socket.write(Buffer.concat([Buffer.from(`${head}\r\n`), frame]));
    });
  });
}

beforeAll(async () => {
  const tcp = await listen(createTcpServer());
  const http = await listen(createHttpServer());
  urls.set('tcp', tcp).set('node:http', http);
  urls.set('fetch-style', await listen(createFetchServer()));
  urls.set('proxy to tcp', await listen(createProxy(tcp)));
  urls.set('proxy to node:http', await listen(createProxy(http)));
  const eager = await listen(createEager());
  urls.set('eager', eager).set('proxy to eager', await listen(createProxy(eager)));
  urls.set('proxy to nothing', await listen(createProxy('ws://127.0.0.1:1')));
});
afterAll(() => {
  for (const server of servers) server.close();
});

/** A request and two masked messages behind it. */
function requestWithFrames(url: string): Buffer {
  const frames = ['one', 'two'].map((text) =>
    encodeFrame({ opcode: TEXT, payload: Buffer.from(text), maskingKey: 0x01020304 }),
  );
  return Buffer.concat([createRequest(url).bytes, ...frames]);
}

async function exchange(url: string, chunks: Iterable<Uint8Array>, until: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setNoDelay();
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
    if (heard.includes(until)) socket.destroy();
  });
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise(setImmediate);
  }
  await once(socket, 'close');
  return heard;
}

/** Talks over an open socket as a client: sends a text, hears its echo, closes. */
async function talk(socket: Duplex, remaining: Uint8Array): Promise<{ heard: string[]; clean: boolean }> {
  const heard: string[] = [];
  const connection = new Connection(
    { role: 'client' },
    {
      text(text) {
        heard.push(text);
        host.close(1000);
      },
    },
  );
  const host = attachSocket(socket, connection, {}, remaining);
  host.sendText('hello');
  await once(socket, 'close');
  return { heard, clean: connection.closeInfo!.wasClean };
}

describe.each(['tcp', 'node:http', 'fetch-style', 'proxy to tcp', 'proxy to node:http'])('%s', (name) => {
  const url = (): string => `${urls.get(name)}/echo`;

  test('frames in one chunk with the request', async () => {
    const heard = await exchange(url(), [requestWithFrames(url())], 'two');
    expect(heard.startsWith('HTTP/1.1 101 ')).toBe(true);
    expect(heard.split('\r\n\r\n')[1]).toBe('\x81\x03one\x81\x03two');
  });

  test('every byte alone', async () => {
    const bytes = requestWithFrames(url());
    const each = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    expect((await exchange(url(), each, 'two')).split('\r\n\r\n')[1]).toBe('\x81\x03one\x81\x03two');
  });

  test('a client over TCP, to the clean end', async () => {
    const { socket, outcome } = await dial(url(), { protocols: ['other', 'echo'] });
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    expect(outcome.protocol).toBe('echo');
    expect(await talk(socket, outcome.remaining)).toEqual({ heard: ['hello'], clean: true });
  });

  test('a client over node:http, to the clean end', async () => {
    const { socket, outcome, remaining } = await requestUpgrade(url());
    expect(outcome.kind).toBe('accepted');
    expect(await talk(socket!, remaining!)).toEqual({ heard: ['hello'], clean: true });
  });

  test('a client that is gone without a word', async () => {
    const { socket } = await dial(url());
    socket.end();
    socket.resume();
    await once(socket, 'close');
  });

  test('H21: what follows a refused request is not answered', async () => {
    const request = Buffer.from(createRequest(url()).bytes).toString('latin1').replace(': 13', ': 7');
    const heard = await exchange(url(), [Buffer.from(request + request, 'latin1')], 'never');
    expect(heard.startsWith('HTTP/1.1 426 ')).toBe(true);
    expect(heard.split('HTTP/1.1 ').length).toBe(2);
  });
});

describe('what a backend refuses with', () => {
  /** What a client behind the proxy reads of a backend that answers so, and keeps its connection open. */
  async function refused(answer: string): Promise<string> {
    const backend = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(answer, 'latin1'));
    });
    const proxy = await listen(createProxy(await listen(backend)));
    return exchange(proxy, [createRequest(`${proxy}/`).bytes], 'never');
  }

  test('in chunks', async () => {
    const heard = await refused(
      'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\nRetry-After: 5\r\n\r\n3\r\nnot\r\n4\r\n now\r\n0\r\n\r\n',
    );
    expect(heard).toMatch(/^HTTP\/1.1 503 Busy\r\n/);
    expect(heard).toContain('\r\nContent-Length: 7\r\n');
    expect(heard).toContain('\r\nRetry-After: 5\r\n');
    expect(heard).not.toMatch(/transfer-encoding/i);
    expect(heard.split('\r\n\r\n')[1]).toBe('not now');
  });

  test.each([600, 999])('%i, which is no status', async (status) => {
    const heard = await refused(`HTTP/1.1 ${status} \xe9\r\nContent-Length: 2\r\n\r\nno`);
    expect(heard).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    expect(heard.split('\r\n\r\n')[1]).toBe('no');
  });

  test.each(['204 ', '304 \xe9', '407 Proxy', '426 Old'])('%s', async (line) => {
    const heard = await refused(`HTTP/1.1 ${line}\r\nContent-Length: 0\r\nAllow: GET\r\n\r\n`);
    expect(heard.startsWith(`HTTP/1.1 ${line}\r\n`)).toBe(true);
  });
});

describe('a server that sends frames in one chunk with its response', () => {
  test.each(['eager', 'proxy to eager'])('%s, a client over TCP', async (name) => {
    const { socket, outcome } = await dial(urls.get(name)!);
    if (outcome.kind !== 'accepted') throw new Error(outcome.kind);
    const heard = new Promise<string>((resolve) => {
      attachSocket(socket, new Connection({ role: 'client' }, { text: resolve }), {}, outcome.remaining);
    });
    expect(await heard).toBe('at once');
    socket.destroy();
  });

  test.each(['eager', 'proxy to eager'])('%s, a client over node:http', async (name) => {
    const { socket, remaining } = await requestUpgrade(urls.get(name)!);
    const heard = new Promise<string>((resolve) => {
      attachSocket(socket!, new Connection({ role: 'client' }, { text: resolve }), {}, remaining);
    });
    expect(await heard).toBe('at once');
    socket!.destroy();
  });
});

describe('refusals', () => {
  test.each(['tcp', 'proxy to tcp'])('%s: one that fetch reads', async (name) => {
    const response = await fetch(urls.get(name)!.replace('ws', 'http'));
    expect([response.status, await response.text()]).toEqual([
      400,
      'the Upgrade header does not name websocket (RFC 6455 4.2.1)',
    ]);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  test.skipIf(!existsSync('/usr/bin/curl'))('one that curl reads', async () => {
    const url = urls.get('tcp')!.replace('ws', 'http');
    const { stdout } = await promisify(execFile)('curl', ['-si', '-m', '5', url]);
    expect(stdout).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 59\r\n[\s\S]*does not name websocket \(RFC 6455 4\.2\.1\)$/,
    );
  });

  test('by a rule, of a fetch-style handler', async () => {
    const { outcome } = await dial(`${urls.get('fetch-style')}/elsewhere`);
    expect(outcome).toMatchObject({ kind: 'rejected', status: 404, reason: 'Not Found' });
  });

  test('of the backend, passed on', async () => {
    const backend = await listen(
      createServer((socket) =>
        socket.end(
          'HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\nKeep-Alive: x\r\nContent-Length: 3\r\n\r\nno!',
        ),
      ),
    );
    const { outcome } = await dial(await listen(createProxy(backend)));
    expect(outcome).toMatchObject({ kind: 'unauthorized', challenges: ['Basic'], reason: 'Who' });
    if ('headers' in outcome) expect(outcome.headers.join()).not.toContain('Keep-Alive');
  });

  test('a backend that is not there', async () => {
    expect((await dial(urls.get('proxy to nothing')!)).outcome).toMatchObject({
      kind: 'rejected',
      status: 502,
    });
  });
});

test('the proxy passes on what is for the other end, and nothing of the hop', async () => {
  let head = '';
  const backend = await listen(
    createServer((socket) => {
      socket.on('data', (chunk) => {
        head += chunk.toString('latin1');
        const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(head)![1]!;
        const lines = [
          'HTTP/1.1 101 ',
          'Upgrade: websocket',
          'Connection: Upgrade, X-Hop',
          'X-Hop: 1',
          'X-End: 2',
        ];
        lines.push(`Sec-WebSocket-Accept: ${acceptKey(key)}`, 'Sec-WebSocket-Extensions: x; b=1', '\r\n');
        socket.write(lines.join('\r\n'));
      });
    }),
  );
  const proxy = await listen(createProxy(backend));
  const { bytes } = createRequest(`${proxy}/a?b`, { origin: 'https://a', headers: [['X-End', '1']] });
  const request = Buffer.from(bytes)
    .toString('latin1')
    .replace('Upgrade\r\n', 'Upgrade, x-hop\r\nx-hop: 1\r\nTE: trailers\r\n');
  const offer = 'Sec-WebSocket-Extensions: x; a, x; b=2; c="d", y\r\n\r\n';
  const heard = await exchange(proxy, [Buffer.from(request.replace(/\r\n$/, offer), 'latin1')], '\r\n\r\n');
  expect(head).toContain('GET /a?b HTTP/1.1\r\n');
  expect(head).toContain('\r\nOrigin: https://a\r\n');
  expect(head).toContain('\r\nX-End: 1\r\n');
  expect(head).toContain('\r\nSec-WebSocket-Extensions: x; a, x; b=2; c=d, y\r\n');
  expect(head).toContain(`\r\nX-Forwarded-Host: ${proxy.slice('ws://'.length)}\r\n`);
  expect(head).not.toMatch(/x-hop|TE:/i);
  expect(heard).toContain('\r\nX-End: 2\r\n');
  expect(heard).toContain('\r\nSec-WebSocket-Extensions: x; b=1\r\n');
  expect(heard).not.toContain('X-Hop');
});

test('the proxy passes on the end of either side', async () => {
  let ended: () => void = () => {};
  const atBackend = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const tcp = createTcpServer();
  tcp.on('connection', (socket) => socket.on('end', ended));
  const proxy = await listen(createProxy(await listen(tcp)));
  const { socket } = await dial(proxy);
  socket.end(); // no closing handshake: the backend's connection ends truncated, and ends its side too
  socket.resume();
  await atBackend;
  await once(socket, 'close');
});
