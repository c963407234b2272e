/** Options of clients and servers that another implementation of ws would not see, or that no program of both has. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer, globalAgent } from 'node:https';
import { createRequire } from 'node:module';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';
import { type ClientInfo, type Event, WebSocket, WebSocketServer } from '@sanssocket/ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { selfSigned } from '../../conformance/test/endpoints/certificate.js';
import { connect, listen, next, OURS, pair, portOf, REAL } from './support.js';

describe('a client', () => {
  it('masks with keys of the application’s', async () => {
    const server = await listen(REAL);
    const client = await connect(OURS, server, {
      generateMask: (mask) => mask.set([1, 2, 3, 4]),
      perMessageDeflate: false,
    });
    const [peer] = server.clients;
    const heard = next(peer!, 'message');
    const written: Buffer[] = [];
    const { _socket: socket } = client as unknown as { readonly _socket: { write(chunk: Buffer): boolean } };
    const write = socket.write.bind(socket);
    socket.write = (chunk) => {
      written.push(Buffer.from(chunk));
      return write(chunk);
    };
    client.send('abcd');
    expect(await heard).toEqual(['Buffer abcd', false]);
    expect([...Buffer.concat(written).subarray(2)]).toEqual([1, 2, 3, 4, 0x60, 0x60, 0x60, 0x60]);
  });

  it('finishes its request as the application wants, through an agent or a connection of its own', async () => {
    const server = await listen(REAL);
    const headers: unknown[] = [];
    server.on('connection', (_socket, request) => headers.push(request.headers['x-late']));
    await connect(OURS, server, {
      agent: new Agent(),
      finishRequest(request, websocket) {
        expect(websocket.readyState).toBe(WebSocket.CONNECTING);
        request.setHeader('X-Late', 'yes');
        request.end();
      },
    });
    const elsewhere = new WebSocket('ws://nowhere.example:1/', {
      createConnection: () => connectTcp(portOf(server), '127.0.0.1'),
    });
    await once(elsewhere, 'open');
    elsewhere.terminate();
    expect(headers).toEqual(['yes', undefined]);
  });

  it('connects over TLS, tells the name of its host, and refuses a stranger’s certificate', async () => {
    const { cert, key } = await selfSigned();
    const https = createSecureServer({ cert, key }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      https.closeAllConnections();
      https.close();
    });
    await once(https, 'listening');
    const server = new WebSocketServer({ server: https, verifyClient: ({ secure }: ClientInfo) => secure });
    server.on('connection', (socket) => socket.send('hello'));
    const url = `wss://localhost:${portOf(https)}/`;
    const createConnection = undefined;
    const client = new WebSocket(url, { rejectUnauthorized: false, createConnection });
    expect(await next(client, 'message')).toEqual(['Buffer hello', false]);
    client.terminate();
    const stranger = new WebSocket(url);
    expect((await next(stranger, 'error'))[0]).toMatch(/SELF_SIGNED|self-signed/);
    const byAgent = new WebSocket(`wss://127.0.0.1:${portOf(https)}/`, {
      agent: globalAgent,
      rejectUnauthorized: false,
    });
    await next(byAgent, 'message');
    byAgent.terminate();
  });

  it('connects over a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ws-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'socket');
    const http = createServer().listen(path);
    await once(http, 'listening');
    const server = new WebSocketServer({ server: http });
    server.on('connection', (socket, request) => socket.send(request.url!));
    expect(server.address()).toBe(path);
    for (const [suffix, target] of [
      ['', '/'],
      [':/a?b', '/a?b'],
    ] as const) {
      const client = new WebSocket(`ws+unix:${path}${suffix}`);
      expect(await next(client, 'message')).toEqual([`Buffer ${target}`, false]);
      client.terminate();
    }
    http.close();
  });

  it('does not let a server forbid it to keep its window, if it does not want that', async () => {
    const server = await listen(REAL, { perMessageDeflate: { clientNoContextTakeover: true } });
    const client = new WebSocket(`ws://127.0.0.1:${portOf(server)}`, {
      perMessageDeflate: { clientNoContextTakeover: false },
    });
    expect(await next(client, 'error')).toEqual(['Error Invalid Sec-WebSocket-Extensions header']);
    const ordinary = await connect(OURS, await listen(REAL, { perMessageDeflate: true }), {
      perMessageDeflate: { clientNoContextTakeover: false },
    });
    expect(ordinary.extensions).toBe('permessage-deflate');
  });

  it('fails where a redirection leads nowhere, or the name of a host does', async () => {
    const http = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void http.close());
    await once(http, 'listening');
    for (const location of ['ws://host/#part', 'http://[', 'ftp://host/']) {
      http.removeAllListeners('upgrade').on('upgrade', (_request, socket) => {
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
      });
      const client = new WebSocket(`ws://127.0.0.1:${portOf(http)}`, { followRedirects: true });
      const closed = next(client, 'close');
      expect((await next(client, 'error'))[0]).toMatch(/^SyntaxError/);
      await closed;
    }
  });

  it('has attributes for its listeners, each one at a time', async () => {
    const client = new WebSocket('ws://127.0.0.1:1');
    const events: string[] = [];
    const note = ({ type }: Event): unknown => events.push(type);
    client.onopen = note;
    client.onclose = note;
    expect(client.onopen).toBe(client.onclose);
    client.onopen = null;
    client.onerror = ({ type, message, error }) =>
      events.push(`${type} ${message === (error as Error).message}`);
    expect([client.onopen, typeof client.onerror]).toEqual([null, 'function']);
    await next(client, 'close');
    expect(events).toEqual(['error true', 'close']);
  });

  it('gets a socket from elsewhere, and a server a request that no parser has made', async () => {
    const [toClient, toServer] = [new PassThrough(), new PassThrough()];
    const server = new WebSocketServer({ noServer: true, verifyClient: ({ secure }: ClientInfo) => !secure });
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    const headers = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': 13,
      'sec-websocket-key': key,
    };
    const request = { method: 'GET', url: '/', httpVersion: '1.1', headers } as unknown as IncomingMessage;
    const accepted = new Promise<WebSocket>((resolve) => {
      const socket = Duplex.from({ readable: toServer, writable: toClient });
      server.handleUpgrade(request, socket, Buffer.alloc(0), resolve);
    });
    expect(String((await once(toClient, 'data'))[0])).toMatch(/^HTTP\/1.1 101 /);
    const client = new WebSocket(null) as WebSocket & {
      _isServer: boolean;
      setSocket(socket: Duplex, head: Buffer, options: object): void;
    };
    client.close();
    client.terminate();
    expect(client.readyState).toBe(WebSocket.CONNECTING);
    client._isServer = false;
    const socket = Duplex.from({ readable: toClient, writable: toServer });
    client.setSocket(socket, Buffer.alloc(0), { maxPayload: 0 });
    (await accepted).on('message', (data) => client.emit('pong', data as Buffer));
    const heard = next(client, 'pong');
    client.send('hello');
    expect(await heard).toEqual(['Buffer hello']);
    client.terminate();
  });

  it('speaks version 13 only', () => {
    expect(() => new WebSocket('ws://127.0.0.1:1', { protocolVersion: 8 })).toThrow(RangeError);
  });

  it('that its application closes when the answer has come stays closed', async () => {
    const server = await listen(REAL);
    const client = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
    const events: string[] = [];
    for (const event of ['open', 'error', 'close'] as const) client.on(event, () => events.push(event));
    client.on('upgrade', () => client.close());
    const closed = next(client, 'close');
    expect((await next(client, 'error'))[0]).toMatch(/before the connection was established/);
    await closed;
    await expect.poll(() => server.clients.size).toBe(0);
    expect(events).toEqual(['error', 'close']);
  });

  it('takes protocols as an option, and options in place of protocols', async () => {
    const server = await listen(REAL);
    const url = `ws://127.0.0.1:${portOf(server)}`;
    for (const client of [
      new WebSocket(url, { protocols: 'a' }),
      new WebSocket(url, { protocols: ['a', 'b'] }),
      new WebSocket(url, undefined, { protocols: 'a' }),
      new WebSocket(url, 'a', { perMessageDeflate: false }),
    ]) {
      await once(client, 'open');
      expect(client.protocol).toBe('a');
      client.terminate();
    }
  });
});

describe('a server', () => {
  it('rejects offers that its options exclude, and goes on without compression', async () => {
    const cases: [server: object, client: object, extensions: string][] = [
      [{ serverNoContextTakeover: false }, { serverNoContextTakeover: true }, ''],
      [{ serverMaxWindowBits: false }, { serverMaxWindowBits: 10 }, ''],
      [{ serverMaxWindowBits: 12 }, { serverMaxWindowBits: 10 }, ''],
      [{ clientMaxWindowBits: 10 }, { clientMaxWindowBits: false }, ''],
      [{ serverMaxWindowBits: 10 }, { serverMaxWindowBits: 12 }, 'permessage-deflate'],
    ];
    for (const [own, others, extensions] of cases) {
      const server = await listen(OURS, { perMessageDeflate: own });
      const client = await connect(REAL, server, { perMessageDeflate: others });
      expect(client.extensions, JSON.stringify([own, others])).toBe(extensions);
    }
  });

  it('makes connections of a class of the application’s', async () => {
    class Own extends WebSocket {
      readonly greeting = 'hello';
    }
    const server = await listen(OURS, { WebSocket: Own });
    server.on('connection', (socket) => socket.send((socket as Own).greeting));
    const client = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
    expect(await next(client, 'message')).toEqual(['Buffer hello', false]);
    client.terminate();
  });

  it('tells of an address in use, and of none', async () => {
    const server = await listen(OURS);
    const other = new WebSocketServer({ port: portOf(server), host: '127.0.0.1' });
    expect((await next(other, 'error'))[0]).toMatch(/EADDRINUSE/);
    expect(other.address()).toBeNull();
    let listening = false;
    const third = new WebSocketServer({ port: 0, backlog: 5 }, () => {
      listening = true;
    });
    await once(third, 'listening');
    expect(listening).toBe(true);
    third.close();
    expect(third.address()).toBeNull();
  });

  it('cuts a peer that sends more pings than it reads answers', async () => {
    const { client, peer } = await pair(REAL, OURS, { server: { maxPendingAutoPongs: 5 } });
    const closed = next(peer, 'close');
    const { _socket: socket } = client as unknown as { readonly _socket: NodeJS.WritableStream };
    socket.write(Buffer.concat(Array.from({ length: 6 }, () => Buffer.from([0x89, 0x80, 0, 0, 0, 0]))));
    expect(await closed).toEqual([1006, 'Buffer ']);
  });

  it('takes any limit of 0 for none', async () => {
    const { client, peer } = await pair(OURS, OURS, {
      server: { maxPayload: 0, maxFragments: 0, maxPendingAutoPongs: 0 },
      client: { maxPayload: Number.POSITIVE_INFINITY, closeTimeout: 0.5 },
    });
    const heard = next(peer, 'message');
    for (let i = 0; i < 100; i++) client.send('x'.repeat(1000), { fin: i === 99 });
    expect(await heard).toEqual(['Buffer 100000', false]);
  });
});

it('`require` gives the class with the others as its properties', () => {
  const required = createRequire(import.meta.url)('@sanssocket/ws');
  expect(typeof required).toBe('function');
  expect(required.WebSocket).toBe(required);
  expect(required.Server).toBe(required.WebSocketServer);
  expect(Object.keys(required)).toEqual(expect.arrayContaining(['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']));
  expect(typeof required.createWebSocketStream).toBe('function');
  expect([required.OPEN, required.prototype.OPEN]).toEqual([1, 1]);
});
