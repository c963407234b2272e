import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import {
  connect as connectSession,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { BINARY, encodeFrame, TEXT } from '@sanssocket/codec/frames';
import {
  type ConnectOptions,
  connect,
  connectHttp2,
  createServer,
  type Loss,
  reconnect,
  type ServeOptions,
  serve,
  type WebSocketConnection,
} from 'sanssocket';
import { describe, expect, it, vi } from 'vitest';
import { afterTest, rawClient, rawServer, requestText, wait } from './support.js';

const text = (words: string): Uint8Array =>
  encodeFrame({ opcode: TEXT, payload: Buffer.from(words), maskingKey: 7 });

describe('a connection that is paused', () => {
  it('stays so where its handlers are made, also behind many early bytes', async () => {
    for (const bytes of [10, 100_000]) {
      const heard: string[] = [];
      let paused: WebSocketConnection | undefined;
      const server = await serve({ port: 0, hostname: '127.0.0.1' }, (connection) => {
        paused = connection;
        connection.pause();
        return { text: (words) => heard.push(words), binary: ({ length }) => heard.push(`${length} bytes`) };
      });
      const { socket } = await rawClient(server.port);
      const early = encodeFrame({ opcode: BINARY, payload: new Uint8Array(bytes), maskingKey: 3 });
      socket.write(Buffer.concat([Buffer.from(requestText([], '/', '127.0.0.1')), early, text('first')]));
      await expect.poll(() => paused).toBeDefined();
      // More than the input buffer has room for: the client is not read from.
      const block = encodeFrame({ opcode: BINARY, payload: new Uint8Array(1_000_000), maskingKey: 3 });
      for (let i = 0; i < 40; i++) socket.write(block);
      await wait(100);
      expect(paused!.connection.state).toBe('open');
      expect(socket.writableLength).toBeGreaterThan(10_000_000);
      expect(heard).toEqual([]);
      paused!.resume();
      await expect.poll(() => heard.length).toBe(42);
      expect(heard.slice(0, 2)).toEqual([`${bytes} bytes`, 'first']);
      socket.destroy();
      await server.close();
    }
  });

  it('stays so right behind connect, or in the function that makes handlers', async () => {
    const server = await serve({ port: 0 }, (connection) => {
      connection.sendText('one');
      return {};
    });
    afterTest(() => server.close({ timeoutMs: 50 }));
    const heard: string[] = [];
    const url = `ws://localhost:${server.port}/`;
    const first = await connect(url, { text: (words) => heard.push(words) });
    first.pause();
    const second = await connect(url, (connection) => {
      connection.pause();
      return { text: (words) => heard.push(words) };
    });
    await wait(30);
    expect(heard).toEqual([]);
    first.resume();
    second.resume();
    await expect.poll(() => heard).toEqual(['one', 'one']);
  });
});

describe('exceptions of an application', () => {
  it('end no server: they are written to the console', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const odd = (): never => {
      throw new Error('odd');
    };
    const cases: Partial<ServeOptions>[] = [{ authorize: odd }, { headers: odd }, { rules: [odd] }];
    for (const options of cases) {
      const server = await serve({ ...options, port: 0 }, () => ({}));
      await expect(connect(`ws://localhost:${server.port}/`, {})).rejects.toMatchObject({ status: 500 });
      await server.close();
    }
    const server = await serve({ port: 0 }, ({ protocol }) =>
      protocol === undefined ? { text: odd } : odd(),
    );
    const connection = await connect(`ws://localhost:${server.port}/`, {});
    connection.sendText('hi');
    expect((await connection.finished()).code).toBe(1011);
    await server.close();
    expect(log).toHaveBeenCalledTimes(4);
    log.mockRestore();
  });

  it('also an onError that throws', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const onError = (): never => {
      throw new Error('odd');
    };
    const server = await serve({ port: 0, onError }, () => {
      throw new Error('first');
    });
    const connection = await connect(`ws://localhost:${server.port}/`, {});
    expect((await connection.finished()).code).toBe(1011);
    await expect.poll(() => server.connections.size).toBe(0);
    await server.close();
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  it('and a function for handlers that is async', async () => {
    const errors: unknown[] = [];
    const handlers = async (): Promise<object> => ({ text() {} });
    const onError = (error: unknown): unknown => errors.push(error);
    const server = await serve({ port: 0, onError }, handlers as never);
    const url = `ws://localhost:${server.port}/`;
    expect((await (await connect(url, {})).finished()).code).toBe(1011);
    expect(errors).toEqual([expect.objectContaining({ code: 'HANDLERS_INVALID' })]);
    await expect(connect(url, handlers as never)).rejects.toMatchObject({ code: 'HANDLERS_INVALID' });
    await expect(connect(url, { text: 5 } as never)).rejects.toMatchObject({ code: 'HANDLERS_INVALID' });
    await server.close();
  });
});

describe('servers', () => {
  it('behind an HTTP server have a limit of openings, too', async () => {
    const server = createServer(
      { maxOpenings: 3, authorize: () => new Promise<undefined>(() => {}) },
      () => ({}),
    );
    const http = createHttpServer().listen(0, '127.0.0.1');
    http.on('upgrade', (request, socket, head) => server.upgrade(request, socket, head));
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const clients = await Promise.all(Array.from({ length: 8 }, () => rawClient(port)));
    for (const { socket } of clients) socket.write(requestText());
    await expect
      .poll(() => clients.filter(({ socket }) => socket.closed || socket.readableEnded).length)
      .toBe(5);
    expect(server.openings).toBe(3);
    for (const { socket } of clients) socket.destroy();
    http.close();
    await server.close();
  });

  it('of one HTTP server have their paths, and one the rest', async () => {
    const http = createHttpServer((_request, response) => response.writeHead(404).end()).listen(0);
    await once(http, 'listening');
    afterTest(() => http.close());
    const says = (words: string) => (connection: WebSocketConnection) => {
      connection.sendText(words);
      return {};
    };
    const rest = await serve({ server: http }, says('rest'));
    const a = await serve({ server: http, paths: ['/a'] }, says('a'));
    const b = await serve({ server: http, paths: ['/b'] }, says('b'));
    const hear = (path: string): Promise<string> =>
      new Promise((resolve, rejects) => {
        const url = `ws://localhost:${a.port}${path}`;
        connect(url, (connection) => ({
          text(words) {
            resolve(words);
            connection.close();
          },
        })).catch(rejects);
      });
    expect(await Promise.all(['/a', '/b?x', '/c'].map(hear))).toEqual(['a', 'b', 'rest']);
    await rest.close();
    await expect(hear('/c')).rejects.toMatchObject({ status: 404 });
    expect(await hear('/b')).toBe('b');
    await Promise.all([a.close(), b.close()]);
    expect(http.listenerCount('upgrade')).toBe(0);
  });

  it('look at the options of close before they end anything', async () => {
    const server = await serve({ port: 0 }, () => ({}));
    const connection = await connect(`ws://localhost:${server.port}/`, {});
    for (const wrong of [{ code: 5 }, { reason: 'x'.repeat(200) }, { timeoutMs: -1 }, { soon: true }, null]) {
      await expect(server.close(wrong as never)).rejects.toMatchObject({ code: expect.any(String) });
    }
    expect(connection.connection.state).toBe('open');
    await connect(`ws://localhost:${server.port}/`, {});
    await server.close({ timeoutMs: 2 ** 40 });
    expect((await connection.finished()).code).toBe(1001);
  });

  it.each<[string, object]>([
    ['protocols that are a string', { protocols: 'chat' }],
    ['protocols that are none', { protocols: [5] }],
    ['headers that are a record', { headers: { a: 1 } }],
    ['headers that are half', { headers: [['a']] }],
    ['extensions that are none', { extensions: [5] }],
    ['rules that are none', { rules: [5] }],
    ['a limit of 0', { maxHeadBytes: 0 }],
    ['an origin with a path', { origins: ['https://a/b'] }],
    ['an origin for a list', { origins: 'https://a' }],
    ['paths that are a string', { paths: '/a' }],
    ['tls that is no object', { tls: 'x' }],
    ['a port that is none', { port: null }],
    ['a backlog that is none', { backlog: 'x' }],
    ['an HTTP server that is none', { port: undefined, server: {} }],
    ['tls beside an HTTP server', { port: undefined, server: createHttpServer(), tls: {} }],
  ])('are not made with %s', async (_name, options) => {
    const given = { port: 0, ...options } as unknown as ServeOptions;
    await expect(serve(given, () => ({}))).rejects.toMatchObject({ code: expect.any(String) });
  });

  it('are not made without options or handlers, and leave nothing then', async () => {
    await expect(serve(undefined as never, () => ({}))).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    const http = createHttpServer();
    await expect(serve({ server: http }, undefined as never)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    expect(http.listenerCount('upgrade')).toBe(0);
  });
});

describe('clients', () => {
  it.each<[string, string, object]>([
    ['headers that are a record', 'ws://a/', { headers: { Cookie: 'a=1' } }],
    ['no headers', 'ws://a/', { headers: null }],
    ['a net that is none', 'ws://a/', { net: 5 }],
    ['an agent that is none', 'ws://a/', { agent: 5 }],
    ['a protocol twice', 'ws://a/', { protocols: ['a', 'a'] }],
    ['user information that is no UTF-8', 'ws://%zz@a/', {}],
    ['a password that is no UTF-8', 'ws://a:b%@c/', {}],
  ])('are not made with %s', async (_name, url, options) => {
    await expect(connect(url, {}, options as ConnectOptions)).rejects.toMatchObject({
      code: expect.any(String),
    });
  });

  it('may wait for weeks', async () => {
    const { url } = await rawServer((socket) =>
      socket.once('data', () => setTimeout(() => socket.end(), 30)),
    );
    await expect(connect(url, {}, { openingTimeoutMs: 2 ** 33 })).rejects.toMatchObject({
      code: 'HEAD_TRUNCATED',
    });
  });

  it('send no credentials in the clear over a socket of their own', async () => {
    const { port } = await rawServer(() => {});
    const opening = connect('wss://a/', {}, { socket: () => connectTcp(port, '127.0.0.1') });
    await expect(opening).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('TLS'),
    });
  });

  it('over HTTP/2 wait for the settings of a session that is connected', async () => {
    const ours = createServer({}, () => ({}));
    const http2 = createHttp2Server({ settings: { enableConnectProtocol: true } });
    http2.on('stream', (stream: ServerHttp2Stream, _headers: object, _flags: number, rawHeaders: string[]) =>
      ours.stream(stream, rawHeaders),
    );
    http2.listen(0);
    await once(http2, 'listening');
    const { port } = http2.address() as AddressInfo;
    const session = connectSession(`http://localhost:${port}`);
    await once(session, 'connect');
    const url = `ws://localhost:${port}/`;
    const all = await Promise.all(Array.from({ length: 20 }, () => connectHttp2(session, url, {})));
    expect(session.listenerCount('close')).toBeLessThan(3);
    for (const connection of all) connection.close();
    await Promise.all(all.map((connection) => connection.finished()));
    session.destroy();
    http2.close();
  });
});

describe('reconnecting', () => {
  it('gives back its own messages that have not left, and no others', async () => {
    const server = await serve({ port: 0 }, (connection) => {
      connection.pause();
      return {};
    });
    afterTest(() => server.close({ timeoutMs: 50 }));
    const losses: Loss[] = [];
    const link = reconnect(
      `ws://localhost:${server.port}/`,
      {},
      {
        compression: false,
        backoff: { firstMs: 10_000 },
        onLost: (loss) => losses.push(loss),
      },
    );
    afterTest(() => link.close());
    const connection = await link.connected();
    link.sendText('has left');
    await wait(20);
    for (let i = 0; i < 8; i++) connection.sendBinary(new Uint8Array(1_000_000));
    link.sendText('has not');
    await wait(20);
    connection.terminate();
    await expect.poll(() => losses).toHaveLength(1);
    expect(losses[0]!.unsent).toEqual(['has not']);
  });

  it('leaves no listener on a signal, and no timer, when it is closed', async () => {
    const { signal } = new AbortController();
    const add = vi.spyOn(signal, 'addEventListener');
    const remove = vi.spyOn(signal, 'removeEventListener');
    for (let i = 0; i < 5; i++) await reconnect('ws://localhost:9/', {}, { signal }).close();
    expect(remove.mock.calls.length).toBe(add.mock.calls.length);
    const link = reconnect(
      'ws://localhost:9/',
      {},
      {
        retries: () => {
          void link.close();
          return true;
        },
      },
    );
    await expect(link.connected()).rejects.toMatchObject({ code: 'CONNECTION_CLOSING' });
    expect(link.state).toBe('stopped');
  });

  it('tells why it has stopped by an error', async () => {
    const server = await serve({ port: 0 }, (connection) => {
      setTimeout(() => connection.close(4001, 'go'), 10);
      return {};
    });
    afterTest(() => server.close());
    const link = reconnect(`ws://localhost:${server.port}/`, {}, { retries: () => false });
    await (await link.connected()).finished();
    await expect.poll(() => link.state).toBe('stopped');
    await expect(link.connected()).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      message: 'the connection was lost: 4001 go',
      closeInfo: { code: 4001 },
    });
  });
});
