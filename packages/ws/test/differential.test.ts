/**
 * The same programs on ws and on `@sanssocket/ws`, at either end of a connection: whatever a program can see is the same. Each
 * program writes a log; that of ws at both ends is the right one.
 */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import type { ClientOptions, ServerOptions, WebSocket } from '@sanssocket/ws';
import { describe, expect, it } from 'vitest';
import { connect, listen, next, OURS, pair, pause, plain, portOf, REAL, type Ws } from './support.js';

type Log = (...values: unknown[]) => void;

type Program = (client: Ws, server: Ws, log: Log) => Promise<void>;

/** Logs all events of a WebSocket. */
function watch(websocket: WebSocket, name: string, log: Log): void {
  for (const event of ['message', 'ping', 'pong', 'close', 'error'] as const) {
    (websocket as NodeJS.EventEmitter).on(event, (...args) => log(name, event, ...args));
  }
}

const DEFLATE = { server: { perMessageDeflate: { threshold: 0 } }, client: {} };
const PLAIN = { server: {}, client: { perMessageDeflate: false } };

/** Messages of all kinds, there and back. */
function echo(options: { server: ServerOptions; client: ClientOptions }): Program {
  return async (c, s, log) => {
    const { client, peer } = await pair(c, s, options);
    log(client.extensions, peer.extensions, client.protocol, client.binaryType, client.readyState);
    peer.on('message', (data, isBinary) => peer.send(data as Buffer, { binary: isBinary }));
    const messages: [Parameters<WebSocket['send']>[0], object?][] = [
      ['text'],
      ['é€😀'.repeat(30)],
      [''],
      [Buffer.alloc(0)],
      [Buffer.from('short')],
      [Buffer.alloc(125, 1)],
      [Buffer.alloc(126, 2)],
      [Buffer.alloc(65_535, 3)],
      [Buffer.alloc(300_000, 4)],
      ['y'.repeat(200_000)],
      [new Uint16Array([1, 2, 3])],
      [new Uint8Array([7, 8, 9]).buffer],
      [new DataView(new ArrayBuffer(5), 1, 3)],
      [[1, 2, 3]],
      [12.5],
      [Buffer.from('as text'), { binary: false }],
      ['as bytes', { binary: true }],
      [new Blob(['of a blob'])],
      ['not compressed', { compress: false }],
    ];
    for (const [data, how] of messages) {
      const answer = once(client, 'message');
      if (how === undefined) client.send(data);
      else client.send(data, how);
      const [received, isBinary] = (await answer) as [Buffer, boolean];
      log(
        isBinary,
        received.length,
        received.subarray(0, 20),
        received.reduce((sum, byte) => sum + byte, 0),
      );
    }
  };
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  'an echo, plain': echo(PLAIN),
  'an echo, compressed': echo(DEFLATE),
  'an echo, compressed without takeover': echo({
    server: {
      perMessageDeflate: { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 10 },
    },
    client: { perMessageDeflate: { zlibDeflateOptions: { level: 1, memLevel: 5 } } },
  }),
  'an echo, compressed in small windows': echo({
    server: { perMessageDeflate: { serverMaxWindowBits: 10, clientMaxWindowBits: 9 } },
    client: {},
  }),

  async 'binary types'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    for (const type of ['arraybuffer', 'fragments', 'nodebuffer', 'nonsense'] as const) {
      client.binaryType = type as 'arraybuffer';
      peer.send(Buffer.from('four'));
      log(client.binaryType, await next(client, 'message'));
      peer.send('text');
      log(await next(client, 'message'));
    }
    client.binaryType = 'blob';
    peer.send(Buffer.from('of a blob'));
    const [blob] = await once(client, 'message');
    log(blob instanceof Blob, await blob.text());
  },

  async 'messages in fragments, with a ping between them'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    watch(peer, 'peer', log);
    client.send('one ', { fin: false });
    client.ping('in between');
    client.send(Buffer.from('two '), { fin: false });
    client.send('three', { fin: true });
    client.send(Buffer.from([1]), { fin: false });
    client.send(Buffer.from([2]));
    client.send('whole');
    client.close(1000);
    await next(peer, 'close');
  },

  async 'pings and pongs'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    watch(client, 'client', log);
    client.ping();
    client.ping('text');
    client.ping(Buffer.from('bytes'), true);
    client.ping(7, undefined, (error) => log('written', !error));
    peer.pong('unasked');
    await pause(50);
    expect(() => client.ping('x'.repeat(126))).toThrow(RangeError);
    expect(() => client.pong(Buffer.alloc(126))).toThrow(RangeError);
  },

  async 'a ping whose listener closes is answered all the same'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    watch(client, 'client', log);
    peer.on('ping', () => peer.close());
    client.ping('hi');
    await next(client, 'close');
  },

  async 'pings that the application answers'(c, s, log) {
    const { client, peer } = await pair(c, s, { server: { autoPong: false }, client: {} });
    watch(client, 'client', log);
    peer.on('ping', (data) => peer.pong(Buffer.concat([data, Buffer.from('!')])));
    client.ping('hi');
    await next(client, 'pong');
  },

  async 'closing from either side, with and without codes'(c, s, log) {
    const ways: [code?: number, reason?: string | Buffer][] = [
      [],
      [1000],
      [1000, 'bye'],
      [1001, Buffer.from('é')],
      [3000, ''],
      [4999, 'x'.repeat(123)],
    ];
    for (const way of ways) {
      for (const closer of ['client', 'peer'] as const) {
        const ends = await pair(c, s, PLAIN);
        const closed = Promise.all([next(ends.client, 'close'), next(ends.peer, 'close')]);
        ends[closer].close(...way);
        log(closer, way, ends[closer].readyState, await closed, ends.client.readyState, ends.peer.readyState);
        ends.client.close(1000);
        ends.client.terminate();
      }
    }
  },

  async 'arguments that close does not take'(c, s, log) {
    const { client } = await pair(c, s, PLAIN);
    const wrong: unknown[][] = [
      ['1000'],
      [999],
      [1004],
      [1005],
      [1006],
      [1015],
      [5000],

      [1000, 'x'.repeat(124)],
    ];
    for (const args of wrong) {
      try {
        client.close(...(args as [number]));
      } catch (error) {
        log((error as Error).name, (error as Error).message, client.readyState);
      }
    }
  },

  async 'what is sent when it is too late'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    client.close();
    const called: unknown[] = [];
    client.send('text', (error) => called.push(plain(error)));
    client.send(Buffer.alloc(7));
    client.ping('p', undefined, (error) => called.push(plain(error)));
    client.pong((error) => called.push(plain(error)));
    log(client.bufferedAmount >= 12);
    await Promise.all([next(client, 'close'), next(peer, 'close')]);
    client.send('later', (error) => called.push(plain(error)));
    await pause();
    log(called, client.bufferedAmount);
  },

  async 'what is sent too early'(c, _s, log) {
    const client = new c.WebSocket('ws://127.0.0.1:1');
    client.on('error', () => {});
    for (const call of [() => client.send('x'), () => client.ping(), () => client.pong()]) {
      try {
        call();
      } catch (error) {
        log((error as Error).message);
      }
    }
    client.pause();
    client.resume();
    log(client.isPaused, client.bufferedAmount, client.url, client.protocol, client.extensions);
    client.terminate();
    log(client.readyState, await next(client, 'close'), client.readyState);
  },

  async 'callbacks of messages that are written'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    const heard: unknown[] = [];
    peer.on('message', (data) => heard.push(plain(data)));
    await new Promise<void>((resolve) => {
      client.send('one', (error) => log('one', error === undefined || error === null));
      client.send(Buffer.alloc(100_000), { binary: true }, () => log('two'));
      client.send('three', {}, () => {
        log('three');
        resolve();
      });
    });
    await expect.poll(() => heard.length).toBe(3);
    log(heard);
  },

  async 'an end without a Close'(c, s, log) {
    for (const cutter of ['client', 'peer'] as const) {
      const ends = await pair(c, s, PLAIN);
      const closed = Promise.all([next(ends.client, 'close'), next(ends.peer, 'close')]);
      ends[cutter].terminate();
      log(cutter, ends[cutter].readyState, await closed);
    }
  },

  async 'the last words before a cut arrive'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    peer.on('message', (data) => {
      peer.send(`re: ${data}`);
      peer.terminate();
    });
    const answer = next(client, 'message');
    client.send('hi');
    log(await answer, await next(client, 'close'));
  },

  async 'data of another kind'(c, s, log) {
    const { client } = await pair(c, s, PLAIN);
    for (const data of [{}, true, Symbol('x'), () => {}]) {
      try {
        client.send(data as never);
      } catch (error) {
        log((error as Error).name);
      }
    }
    client.send(undefined as never);
    client.send(null as never);
  },

  async 'a message that is too long'(c, s, log) {
    const { client, peer } = await pair(c, s, { server: { maxPayload: 1000 }, client: {} });
    watch(peer, 'peer', log);
    const closed = Promise.all([next(client, 'close'), next(peer, 'close')]);
    client.send('x'.repeat(1000));
    client.send('x'.repeat(1001));
    log((await closed)[1]);
  },

  async 'frames that break a rule'(c, s, log) {
    const frames: number[][] = [
      [0x83, 0x80, 0, 0, 0, 0],
      [0x80, 0x80, 0, 0, 0, 0],
      [0x81, 0x00],
      [0x09, 0x80, 0, 0, 0, 0],
      [0x89, 0xfe, 0, 126, 0, 0, 0, 0],
      [0xc1, 0x80, 0, 0, 0, 0],
      [0x81, 0x81, 0, 0, 0, 0, 0xff],
      [0x88, 0x82, 0, 0, 0, 0, 0, 1],
      [0x88, 0x81, 0, 0, 0, 0, 3],
    ];
    for (const frame of frames) {
      const { client, peer } = await pair(c, s, PLAIN);
      const closed = Promise.all([next(client, 'close'), next(peer, 'close'), next(peer, 'error')]);
      (client as unknown as { readonly _socket: Socket })._socket.write(Buffer.from(frame));
      log(await closed);
    }
  },

  async 'listeners of the browser’s kind'(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    const seen = (event: object): void => {
      const { type, target, data, code, reason, wasClean } = event as Record<string, unknown>;
      log(type, target === client, plain(data), code, reason, wasClean);
    };
    log(client.onmessage, client.onopen);
    client.onmessage = seen;
    log(client.onmessage === seen);
    client.addEventListener('message', seen, { once: true });
    client.addEventListener('message', seen);
    client.addEventListener('message', { handleEvent: seen });
    client.addEventListener('nonsense' as 'open', seen);
    client.onclose = seen;
    log(client.listenerCount('message'), client.listenerCount('close'));
    for (const text of ['one', 'two']) {
      peer.send(text);
      await next(client, 'message');
    }
    client.removeEventListener('message', seen);
    client.onmessage = null;
    client.onmessage = 5 as never;
    log(client.onmessage, client.listenerCount('message'));
    peer.close(1001, 'gone');
    await next(client, 'close');
  },

  async pausing(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    watch(client, 'client', log);
    client.pause();
    log(client.isPaused);
    peer.send('while paused');
    await pause(30);
    log('resumed');
    client.resume();
    log(client.isPaused);
    await next(client, 'message');
    peer.close();
    await next(client, 'close');
    client.pause();
    log(client.isPaused);
  },

  async 'one event a turn'(c, s, log) {
    const { client, peer } = await pair(c, s, { server: {}, client: { allowSynchronousEvents: false } });
    watch(client, 'client', (...values) => {
      log(...values);
      queueMicrotask(() => log('between'));
    });
    peer.send('one');
    peer.send('two');
    peer.ping('three');
    peer.close();
    await next(client, 'close');
  },

  async subprotocols(c, s, log) {
    const handle = (protocols: Set<string>): string | false => {
      log([...protocols]);
      return protocols.has('b') ? 'b' : false;
    };
    const server = await listen(s, { handleProtocols: handle });
    log((await connect(c, server, { protocols: ['a', 'b'] })).protocol);
    log((await connect(c, server, {})).protocol);
    const none = new c.WebSocket(`ws://127.0.0.1:${portOf(server)}`, 'a');
    log(await next(none, 'error'));
    const first = await listen(s);
    log((await connect(c, first, { protocols: ['x', 'y'] })).protocol);
    for (const wrong of [['a', 'a'], ['a b'], ['']]) {
      expect(() => new c.WebSocket('ws://127.0.0.1:1', wrong)).toThrow(SyntaxError);
    }
  },

  async 'requests that are refused'(c, s, log) {
    const options: ServerOptions[] = [
      { path: '/only' },
      { verifyClient: () => false },
      { verifyClient: (_info, callback) => setTimeout(callback, 5, false) },
      {
        verifyClient: (_info, callback) =>
          callback(false, 403, 'not you', { 'X-Why': 'because', 'Set-Cookie': ['a=1'] }),
      },
    ];
    for (const option of options) {
      const server = await listen(s, option);
      const client = new c.WebSocket(`ws://127.0.0.1:${portOf(server)}/`);
      const closed = next(client, 'close');
      log(await next(client, 'error'), await closed);
      const other = new c.WebSocket(`ws://127.0.0.1:${portOf(server)}/`);
      const [, response] = await once(other, 'unexpected-response');
      let body = '';
      for await (const chunk of response) body += chunk;
      log(
        response.statusCode,
        response.statusMessage,
        body,
        response.headers['x-why'],
        response.headers['set-cookie'],
      );
      log(response.headers.connection, response.headers['content-length']);
    }
  },

  async 'requests that are allowed'(c, s, log) {
    const server = await listen(s, {
      path: '/only',
      verifyClient: ({ origin, secure, req }, callback) => {
        log(origin, secure, req.url, req.headers['x-own']);
        setTimeout(callback, 5, true);
      },
    });
    server.on('headers', (headers, request) => {
      log(headers[0], request.url);
      headers.push('X-Added: yes');
    });
    server.on('connection', (_socket, request) => log('connection', request.url));
    const upgraded: unknown[] = [];
    const client = new c.WebSocket(`ws://127.0.0.1:${portOf(server)}/only?a=1`, {
      origin: 'https://example.com',
      headers: { 'X-Own': 'mine', Cookie: 'a=b' },
    });
    client.on('upgrade', (response) => upgraded.push(response.statusCode, response.headers['x-added']));
    await once(client, 'open');
    log(upgraded, server.clients.size);
  },

  async 'requests that are none'(_c, s, log) {
    const server = await listen(s);
    const ask = (headers: Record<string, string>): Promise<void> =>
      new Promise((resolve) => {
        get({ port: portOf(server), host: '127.0.0.1', headers }, async (response) => {
          let body = '';
          for await (const chunk of response) body += chunk;
          log(response.statusCode, body);
          resolve();
        });
      });
    const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' };
    await ask({});
    await ask({ ...upgrade, Upgrade: 'other' });
    await ask(upgrade);
    await ask({ ...upgrade, 'Sec-WebSocket-Key': 'short' });
    await ask({ ...upgrade, 'Sec-WebSocket-Key': `${'A'.repeat(22)}==`, 'Sec-WebSocket-Protocol': 'a,,b c' });
    server.on('wsClientError', (error, socket, request) => {
      log(error.message, request.url);
      socket.end('HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n');
    });
    await ask(upgrade);
  },

  async 'a server beside others, and its end'(c, s, log) {
    const http = createServer((_request, response) => response.end('http')).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const inner = new s.WebSocketServer({ noServer: true, clientTracking: false });
    const server = new s.WebSocketServer({ server: http, path: '/ws' });
    http.on('upgrade', (request, socket, head) => {
      if (request.url === '/inner')
        inner.handleUpgrade(request, socket, head, (websocket) => websocket.send('inner'));
    });
    server.shouldHandle = (request) => request.url === '/ws';
    const client = new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/ws`);
    await once(client, 'open');
    log(portOf(server) === portOf(http), server.clients.size, inner.clients);
    expect(() => inner.address()).toThrow('noServer');
    const events: string[] = [];
    server.on('close', () => events.push('close'));
    server.close(() => events.push('callback'));
    await pause();
    log(events, client.readyState);
    client.close();
    await expect.poll(() => events.length).toBe(2);
    server.close((error) => events.push(String(error)));
    await expect.poll(() => events.length).toBe(4);
    log(events);
    http.close();
  },

  async 'options that a server does not take'(_c, s, log) {
    const wrong: object[] = [{}, { port: 0, noServer: true }, { server: createServer(), noServer: true }];
    for (const options of wrong) {
      try {
        new s.WebSocketServer(options);
      } catch (error) {
        log((error as Error).name, (error as Error).message);
      }
    }
  },

  async 'addresses that a client does not take'(c, _s, log) {
    for (const address of ['nonsense', 'ftp://host', 'ws://host/#part', 'ws+unix:']) {
      try {
        new c.WebSocket(address);
      } catch (error) {
        log((error as Error).name, (error as Error).message);
      }
    }
    for (const [address, url] of [
      ['http://127.0.0.1:1/a', 'ws://127.0.0.1:1/a'],
      ['https://127.0.0.1:1', 'wss://127.0.0.1:1/'],
    ] as const) {
      const client = new c.WebSocket(address);
      client.on('error', () => {});
      log(client.url === url);
      client.terminate();
    }
  },

  async redirections(c, s, log) {
    const target = await listen(s);
    target.on('connection', (_socket, request) => {
      log('target', request.headers.authorization, request.headers.cookie, request.headers['x-own']);
    });
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    let hops = 0;
    http.on('upgrade', (request, socket) => {
      log('hop', request.url, request.headers.authorization, request.headers.cookie);
      const location = ++hops === 1 ? '/second' : `ws://127.0.0.1:${portOf(target)}/`;
      socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
    });
    const options = { followRedirects: true, headers: { Cookie: 'a=b', 'X-Own': 'mine' } };
    const client = new c.WebSocket(`ws://user:pass@127.0.0.1:${portOf(http)}/first`, options);
    await once(client, 'open');
    log(client.url === `ws://127.0.0.1:${portOf(target)}/`);
    client.terminate();
    hops = 0;
    const listening = new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/`, options);
    listening.on('redirect', (url, request) => log(new URL(url).pathname, typeof request.setHeader));
    await once(listening, 'open');
    listening.terminate();
    hops = 0;
    const tooMany = new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/`, { ...options, maxRedirects: 1 });
    log(await next(tooMany, 'error'));
    hops = 0;
    log(await next(new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/`), 'error'));
    http.close();
  },

  async 'a server that does not answer'(c, _s, log) {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    http.on('upgrade', (_request, socket) => socket.on('error', () => {}));
    const client = new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/`, { handshakeTimeout: 30 });
    const closed = next(client, 'close');
    log(await next(client, 'error'), await closed);
    const refused = new c.WebSocket('ws://127.0.0.1:1/');
    log(await next(refused, 'error'), refused.readyState);
    const given = new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/`);
    given.close();
    const over = next(given, 'close');
    log(await next(given, 'error'), await over);
    http.closeAllConnections();
    http.close();
  },

  async 'responses that break a rule'(c, _s, log) {
    const heads = [
      'Upgrade: other\r\nConnection: Upgrade\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: RIGHT\r\nSec-WebSocket-Protocol: x\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: RIGHT\r\nSec-WebSocket-Extensions: other\r\n',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: RIGHT\r\nSec-WebSocket-Extensions: a;;b\r\n',
    ];
    const { createHash } = await import('node:crypto');
    for (const head of heads) {
      for (const options of [{}, { perMessageDeflate: false }]) {
        const http = createServer().listen(0, '127.0.0.1');
        await once(http, 'listening');
        http.on('upgrade', (request, socket) => {
          const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
          const accept = createHash('sha1').update(key).digest('base64');
          socket.on('error', () => {});
          socket.end(`HTTP/1.1 101 Switching Protocols\r\n${head.replace('RIGHT', accept)}\r\n`);
        });
        const client = new c.WebSocket(`ws://127.0.0.1:${portOf(http)}/`, options);
        const closed = next(client, 'close');
        log(await next(client, 'error'), await closed);
        http.close();
      }
    }
  },

  async streams(c, s, log) {
    const { client, peer } = await pair(c, s, PLAIN);
    const stream = c.createWebSocketStream(client, { encoding: 'utf8' });
    peer.on('message', (data) => peer.send(data as Buffer, { binary: false }));
    stream.write('one ');
    stream.write('two');
    let heard = '';
    stream.on('data', (chunk) => {
      heard += chunk;
      if (heard === 'one two') stream.end();
    });
    stream.on('end', () => log('end'));
    stream.on('finish', () => log('finish'));
    await once(stream, 'close');
    log(heard, stream.destroyed, client.readyState);
    const second = await pair(c, s, PLAIN);
    const other = c.createWebSocketStream(second.client, { readableObjectMode: true });
    other.on('error', (error) => log(error));
    second.peer.send('text');
    log(await once(other, 'data'));
    other.destroy();
    await once(other, 'close');
    log(second.client.readyState);
  },

  async 'a peer that only opens a connection'(_c, s, log) {
    const server = await listen(s);
    const socket = connectTcp(portOf(server), '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    await pause();
    log(server.clients.size);
  },

  async 'headers as values'(c, _s, log) {
    log(c.extension.parse('foo; bar=1; baz, foo; bar="x"')['foo']?.map((one) => ({ ...one })));
    log(c.extension.format({ foo: [{ bar: ['1', '2'], baz: true }], qux: {} }));
    log([...c.subprotocol.parse('a, b')]);
    for (const wrong of ['a;;', ',']) {
      expect(() => c.extension.parse(wrong)).toThrow(SyntaxError);
      expect(() => c.subprotocol.parse(wrong)).toThrow(SyntaxError);
    }
  },
};

async function run(program: Program, client: Ws, server: Ws): Promise<unknown[]> {
  const entries: unknown[] = [];
  await program(client, server, (...values) => {
    entries.push(values.map(plain));
  });
  return entries;
}

describe.each(Object.entries(PROGRAMS))('%s', (_name, program) => {
  const right = run.bind(null, program, REAL, REAL);
  it.each([
    ['ours at both ends', OURS, OURS],
    ['our client, the server of ws', OURS, REAL],
    ['the client of ws, our server', REAL, OURS],
  ])('%s', async (_ends, client, server) => {
    expect(await run(program, client, server)).toEqual(await right());
  });
});
