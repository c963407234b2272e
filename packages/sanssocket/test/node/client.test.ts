import { once } from 'node:events';
import { Agent, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { connect, OpeningError, serve, type WebSocketConnection } from 'sanssocket';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { afterTest, rawServer, wait } from './support.js';

/** How a client ends that no connection comes of. */
async function failureOf(opening: Promise<WebSocketConnection>): Promise<OpeningError> {
  const error: unknown = await opening.then(
    () => 'open',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OpeningError);
  return error as OpeningError;
}

/** Behaviours of servers from which no connection comes, and what `connect` says of them. */
const FAILURES: readonly [
  name: string,
  server: (socket: Socket) => void,
  error: Partial<OpeningError>,
  outcome?: object,
][] = [
  ['ends before a byte', (socket) => socket.end(), { code: 'HEAD_TRUNCATED' }],
  ['resets', (socket) => socket.resetAndDestroy(), { code: 'TRANSPORT_FAILED' }],
  ['ends inside of the head', (socket) => socket.end('HTTP/1.1 101 Sw'), { code: 'HEAD_TRUNCATED' }],
  [
    '403 without a length, then end',
    (socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\nnot you'),
    { code: 'REJECTED', status: 403 },
    { kind: 'rejected', body: new TextEncoder().encode('not you'), complete: true },
  ],
  [
    '403 with a length, and stays',
    (socket) => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nyou'),
    { code: 'REJECTED', status: 403 },
  ],
  [
    '502 in chunks, and stays',
    (socket) =>
      socket.write('HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnope\r\n0\r\n\r\n'),
    { code: 'REJECTED', status: 502 },
    { kind: 'rejected', body: new TextEncoder().encode('nope'), complete: true },
  ],
  [
    '401 without a length, and stays',
    (socket) => socket.write('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n'),
    { code: 'REJECTED', status: 401 },
    { kind: 'unauthorized', challenges: ['Basic'], complete: false },
  ],
  ['accepts and never answers', () => {}, { code: 'OPENING_TIMEOUT' }],
  [
    'a byte a moment, for ever',
    (socket) => {
      const timer = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(timer));
    },
    { code: 'OPENING_TIMEOUT' },
  ],
  [
    'interim responses, for ever',
    (socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(timer));
    },
    { code: 'OPENING_TIMEOUT' },
  ],
  [
    'a 101 without a key',
    (socket) => socket.write('HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    { code: 'ACCEPT_MISSING' },
  ],
  ['is no HTTP', (socket) => socket.write('220 mail.example ESMTP\r\n\r\n'), { code: 'START_LINE_INVALID' }],
  [
    'a status of 999',
    (socket) => socket.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
    { code: 'REJECTED', status: 999 },
  ],
];

describe('connect', () => {
  it.each(FAILURES)('settles where the server %s', async (_name, behave, error, outcome = {}) => {
    const { url, sockets } = await rawServer((socket) => socket.once('data', () => behave(socket)));
    const failure = await failureOf(connect(url, {}, { openingTimeoutMs: 200 }));
    expect(failure).toMatchObject(error);
    expect(failure.outcome).toMatchObject(outcome);
    // The client has given up its socket.
    for (const socket of sockets) socket.resume().end();
    await expect.poll(() => sockets.size).toBe(0);
  });

  it('settles where nobody listens, and for a name that is none', async () => {
    const { url, server } = await rawServer(() => {});
    server.close();
    await once(server, 'close');
    expect(await failureOf(connect(url, {}))).toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    const failure = await failureOf(connect('ws://no.such.name.invalid/', {}, { openingTimeoutMs: 5000 }));
    expect(['CONNECT_FAILED', 'OPENING_TIMEOUT']).toContain(failure.code);
  });

  it('is ended by a signal, before, while connecting, and while it waits for an answer', async () => {
    const { url, sockets } = await rawServer((socket) => socket.resume());
    const reason = new Error('enough');
    await expect(connect(url, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const ms of [0, 1, 20]) {
      const controller = new AbortController();
      const opening = connect(url, {}, { signal: controller.signal });
      if (ms > 0) await wait(ms);
      controller.abort(reason);
      await expect(opening).rejects.toBe(reason);
    }
    for (const socket of sockets) socket.end();
    await expect.poll(() => sockets.size).toBe(0);
    const server = await serve({ port: 0 }, () => ({}));
    const controller = new AbortController();
    const connection = await connect(`ws://localhost:${server.port}/`, {}, { signal: controller.signal });
    controller.abort(reason);
    await wait(10);
    expect(connection.connection.state).toBe('open');
    await server.close();
  });

  it('sends user information as browsers name it, unless a header says otherwise', async () => {
    const heard: string[] = [];
    const server = await serve(
      {
        port: 0,
        authorize(request) {
          heard.push(request.header('authorization')!);
          expect(request.header('X-Own')).toBeUndefined();
          return undefined;
        },
      },
      () => ({}),
    );
    afterTest(() => server.close());
    const base = `localhost:${server.port}/`;
    await connect(`ws://ada:p%C3%A4ss%3A@${base}`, {});
    await connect(`http://ada@${base}`, {});
    await connect(`ws://ada:x@${base}`, {}, { headers: [['Authorization', 'Bearer y']] });
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    expect(heard).toEqual([basic('ada:päss:'), basic('ada:'), 'Bearer y']);
  });

  it('reaches IPv6, and localhost by whichever address there is', async () => {
    for (const [hostname, host] of [
      ['::1', '[::1]'],
      ['127.0.0.1', 'localhost'],
      ['127.0.0.1', '127.0.0.1'],
    ]) {
      const server = await serve({ port: 0, hostname }, () => ({})).catch(() => undefined);
      if (server === undefined) continue; // a machine without IPv6
      const connection = await connect(`ws://${host}:${server.port}/`, {});
      connection.close();
      await server.close();
    }
  });

  it('follows redirects where it is told to, without credentials for others', async () => {
    const seen: (readonly string[])[] = [];
    const server = await serve(
      {
        port: 0,
        authorize({ resourceName, headers }) {
          seen.push([resourceName, ...headers.filter((text) => /^(?:Basic|Bearer|a=1|own)/.test(text))]);
          return undefined;
        },
      },
      () => ({}),
    );
    afterTest(() => server.close());
    const target = `http://localhost:${server.port}/there`;
    let asked = 0;
    const { url } = await rawServer((socket) =>
      socket.once('data', () => {
        asked++;
        socket.end(`HTTP/1.1 307 Over there\r\nLocation: ${target}\r\nContent-Length: 0\r\n\r\n`);
      }),
    );
    const headers = [
      ['Authorization', 'Bearer x'],
      ['Cookie', 'a=1'],
      ['X-Own', 'own'],
    ] as const;
    const failure = await failureOf(connect(url, {}, { headers }));
    expect(failure).toMatchObject({ status: 307, outcome: { kind: 'redirect', location: target } });
    (await connect(url, {}, { headers, maxRedirects: 1 })).close();
    expect(seen).toEqual([['/there', 'own']]);
    const loop = await rawServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 302 x\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n'),
      ),
    );
    expect(await failureOf(connect(loop.url, {}, { maxRedirects: 5 }))).toMatchObject({ status: 302 });
    const odd = await rawServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 302 x\r\nLocation: mailto:a@b\r\nContent-Length: 0\r\n\r\n'),
      ),
    );
    expect(await failureOf(connect(odd.url, {}, { maxRedirects: 5 }))).toMatchObject({ status: 302 });
    expect(asked).toBe(2);
  });

  it('has its promise before the first message, also where that came with the response', async () => {
    const server = await serve({ port: 0 }, (connection) => {
      connection.sendText('first');
      connection.flush();
      return {};
    });
    afterTest(() => server.close());
    const order: string[] = [];
    const told = new Promise<void>((resolve) => {
      const open = async (): Promise<WebSocketConnection> =>
        connect(`ws://localhost:${server.port}/`, {
          text(text) {
            order.push(text);
            resolve();
          },
        });
      void (async () => {
        await (await (async () => open())()).drained();
        order.push('open');
      })();
    });
    await told;
    expect(order).toEqual(['open', 'first']);
  });

  it('takes a socket of the caller, and an agent, for openings and for refusals', async () => {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(wss, 'listening');
    afterTest(() => {
      for (const client of wss.clients) client.terminate();
      wss.close();
    });
    wss.on('connection', (ws) => {
      ws.send('hello');
      ws.on('message', (data) => ws.send(String(data)));
    });
    const { port } = wss.address() as AddressInfo;
    const uses: string[] = [];
    const agent = new Agent();
    const create = agent.createConnection.bind(agent);
    agent.createConnection = (...given) => {
      uses.push('agent');
      return create(...given);
    };
    for (const way of [{ socket: () => connectTcp(port, '127.0.0.1') }, { agent }]) {
      const heard: string[] = [];
      const connection = await connect(`ws://127.0.0.1:${port}/`, { text: (text) => heard.push(text) }, way);
      connection.sendText('again');
      await expect.poll(() => heard).toEqual(['hello', 'again']);
      connection.close(1000);
      expect(await connection.finished()).toMatchObject({ wasClean: true });
    }
    expect(uses).toEqual(['agent']);

    const http = createHttpServer((_request, response) => response.writeHead(403).end('not you'));
    http.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\nnope'));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    afterTest(() => http.close());
    const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    expect((await failureOf(connect(url, {}, { agent }))).outcome).toMatchObject({
      kind: 'rejected',
      status: 404,
      body: new TextEncoder().encode('nope'),
      complete: true,
    });
    const silent = await rawServer((socket) => socket.resume());
    expect(await failureOf(connect(silent.url, {}, { agent, openingTimeoutMs: 50 }))).toMatchObject({
      code: 'OPENING_TIMEOUT',
    });
    const reset = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await failureOf(connect(reset.url, {}, { agent }))).toMatchObject({ code: 'CONNECT_FAILED' });
    const thrown = await failureOf(
      connect(
        url,
        {},
        {
          socket() {
            throw new Error('no tunnel');
          },
        },
      ),
    );
    expect(thrown).toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining('no tunnel') });
    const never = await failureOf(
      connect(url, {}, { socket: () => new Promise(() => {}), openingTimeoutMs: 20 }),
    );
    expect(never.code).toBe('OPENING_TIMEOUT');
  });

  it('refuses URLs and options that make no sense, before it connects', async () => {
    for (const url of ['nonsense', '/relative', 'ftp://a/', 'ws://a/#b', 'mailto:a@b', undefined, 5]) {
      await expect(connect(url as string, {})).rejects.toBeInstanceOf(TypeError);
    }
    await expect(connect('ws://a/', {}, { retries: 5 } as never)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
    await expect(connect('ws://a/', {}, { openingTimeoutMs: 0 })).rejects.toBeInstanceOf(RangeError);
    await expect(connect('ws://a/', {}, { signal: 5 as never })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(
      connect('ws://a/', {}, { agent: new Agent(), socket: () => connectTcp(1) }),
    ).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    const server = await serve({ port: 0 }, () => ({}));
    afterTest(() => server.close());
    const url = `ws://localhost:${server.port}/`;
    await expect(connect(url, { text() {}, message() {} })).rejects.toMatchObject({
      code: 'HANDLERS_INVALID',
    });
    const odd = new Error('odd');
    await expect(
      connect(url, () => {
        throw odd;
      }),
    ).rejects.toBe(odd);
    await expect.poll(() => server.connections.size).toBe(0);
  });
});
