import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectSession,
  createServer as createHttp2Server,
  createSecureServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { connect, connectHttp2, createServer, OpeningError, reject, serve } from 'sanssocket';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it } from 'vitest';
import { afterTest, rawClient, wait } from './support.js';

let tls: { key: string; cert: string };

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  tls = { key: made.private, cert: made.cert };
});

const echo = (connection: { sendText(text: string): boolean }): { text(text: string): boolean } => ({
  text: (text) => connection.sendText(text),
});

describe('over TLS', () => {
  it('echoes, and refuses certificates that it does not know', async () => {
    const server = await serve({ port: 0, tls }, echo);
    afterTest(() => server.close({ timeoutMs: 50 }));
    const url = `wss://localhost:${server.port}/`;
    const heard: string[] = [];
    const connection = await connect(url, { text: (text) => heard.push(text) }, { tls: { ca: tls.cert } });
    const long = 'ü'.repeat(300_000);
    connection.sendText(long);
    await expect.poll(() => heard).toEqual([long]);
    connection.close(1000);
    expect(await connection.finished()).toMatchObject({ wasClean: true });
    await expect(connect(url, {})).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    // The name of the certificate is another one.
    await expect(
      connect(`wss://127.0.0.1:${server.port}/`, {}, { tls: { ca: tls.cert } }),
    ).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    await expect(connect(`ws://localhost:${server.port}/`, {})).rejects.toBeInstanceOf(OpeningError);
  });

  it('leaves nothing of clients that never finish their TLS handshake', async () => {
    const server = await serve({ port: 0, tls, openingTimeoutMs: 100 }, echo);
    const clients = await Promise.all([1, 2, 3].map(() => rawClient(server.port)));
    clients[1]!.socket.write('GET / HTTP/1.1\r\n\r\n');
    clients[2]!.socket.resetAndDestroy();
    await Promise.all(clients.map(({ ended }) => ended));
    await server.close();
    expect(server.openings).toBe(0);
  });
});

/** A session of HTTP/2 with a server that does with each stream as it is told. */
async function session(
  onStream: (stream: ServerHttp2Stream, rawHeaders: string[]) => void,
  settings: object = { enableConnectProtocol: true },
): Promise<{ client: ClientHttp2Session; lose(): void; url: string }> {
  const server: Http2Server = createHttp2Server({ settings });
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.on('stream', (stream: ServerHttp2Stream, _headers: object, _flags: number, rawHeaders: string[]) => {
    stream.on('error', () => {});
    onStream(stream, rawHeaders);
  });
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (opened) => {
    sessions.add(opened);
    opened.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connectSession(`http://127.0.0.1:${port}`);
  client.on('error', () => {});
  afterTest(() => {
    client.destroy();
    for (const opened of sessions) opened.destroy();
    server.close();
  });
  const lose = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return { client, lose, url: `ws://127.0.0.1:${port}/` };
}

describe('over HTTP/2', () => {
  it('opens, echoes, closes, beside other streams of the session', async () => {
    const ours = createServer({ protocols: ['v1'] }, echo);
    const { client, url } = await session((stream, rawHeaders) => ours.stream(stream, rawHeaders));
    const heard: string[] = [];
    const open = [1, 2, 3].map(() =>
      connectHttp2(client, url, { text: (text) => heard.push(text) }, { protocols: ['v1'] }),
    );
    for (const connection of await Promise.all(open)) {
      expect(connection.protocol).toBe('v1');
      connection.sendText('x'.repeat(100_000));
    }
    await expect.poll(() => heard.map(({ length }) => length)).toEqual([100_000, 100_000, 100_000]);
    for (const connection of await Promise.all(open)) {
      connection.close(1000);
      expect(await connection.finished()).toMatchObject({ wasClean: true, code: 1000 });
    }
    await expect.poll(() => ours.connections.size).toBe(0);
    expect(client.destroyed).toBe(false);
  });

  it('rejects with any status and body, over secure sessions too', async () => {
    const ours = createServer(
      { authorize: () => reject({ status: 403, body: 'not you', headers: [['X-Why', 'so']] }) as never },
      echo,
    );
    const server = createSecureServer({ ...tls, settings: { enableConnectProtocol: true } });
    server.on('stream', (stream: ServerHttp2Stream, _headers: object, _flags: number, rawHeaders: string[]) =>
      ours.stream(stream, rawHeaders),
    );
    server.listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = connectSession(`https://localhost:${port}`, { ca: tls.cert });
    afterTest(() => {
      client.destroy();
      server.close();
    });
    const error: unknown = await connectHttp2(client, `wss://localhost:${port}/`, {}).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'REJECTED', status: 403 });
    const { outcome } = error as OpeningError;
    expect(outcome).toMatchObject({ body: new TextEncoder().encode('not you'), complete: true });
    await expect.poll(() => ours.openings).toBe(0);
  });

  /** What servers and sessions do that no connection comes of. */
  const ENDS: Readonly<
    Record<string, (stream: ServerHttp2Stream, client: ClientHttp2Session, lose: () => void) => unknown>
  > = {
    'a reset with NO_ERROR': (stream) => stream.close(0),
    'a reset with CANCEL': (stream) => stream.close(8),
    'a reset with REFUSED_STREAM': (stream) => stream.close(7),
    'a reset with INTERNAL_ERROR': (stream) => stream.close(2),
    GOAWAY: (stream) => stream.session!.goaway(2),
    'the end of the session': (stream) => stream.session!.destroy(),
    'the loss of the socket': (_stream, _client, lose) => lose(),
    'the end of the own session': (_stream, client) => client.destroy(),
    silence: () => {},
    '401 without an end': (stream) => stream.respond({ ':status': 401 }),
    '500 and a body cut short': (stream) => {
      stream.respond({ ':status': 500 });
      stream.write('half');
      setTimeout(() => stream.close(2), 5);
    },
    'a wrong subprotocol': (stream) => stream.respond({ ':status': 200, 'sec-websocket-protocol': 'other' }),
  };

  it.each(Object.keys(ENDS))('settles after %s', async (name) => {
    const { client, url, lose } = await session((stream) => ENDS[name]!(stream, client, lose));
    await expect(connectHttp2(client, url, {}, { openingTimeoutMs: 300 })).rejects.toBeInstanceOf(
      OpeningError,
    );
  });

  it('settles where the session never comes up, is over, or takes no WebSockets', async () => {
    const { client, url } = await session(() => {}, {});
    const error: unknown = await connectHttp2(client, url, {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONNECT_NOT_ENABLED' });
    client.destroy();
    await expect(connectHttp2(client, url, {})).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    const silent = await serve({ port: 0 }, echo);
    afterTest(() => silent.close());
    const half = connectSession('http://a', {
      createConnection: () => connectTcp(silent.port),
    });
    half.on('error', () => {});
    afterTest(() => half.destroy());
    await expect(connectHttp2(half, 'ws://a/', {}, { openingTimeoutMs: 200 })).rejects.toBeInstanceOf(
      OpeningError,
    );
    const controller = new AbortController();
    const aborted = connectHttp2(half, 'ws://a/', {}, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toBeInstanceOf(Error);
    expect(half.listenerCount('close')).toBeLessThanOrEqual(1);
    await wait(1);
  });

  it('answers streams that are wrong', async () => {
    const ours = createServer({}, echo);
    const { client } = await session((stream, rawHeaders) => ours.stream(stream, rawHeaders));
    const statusOf = async (headers: Record<string, string>): Promise<number> => {
      const stream = client.request(headers, { endStream: false });
      const [answer] = (await once(stream, 'response')) as [{ ':status': number }];
      stream.resume();
      await once(stream, 'end');
      stream.end();
      return answer[':status'];
    };
    const right = {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'http',
      ':path': '/',
      ':authority': 'a',
    };
    expect(await statusOf(right)).toBe(400); // without a version
    expect(await statusOf({ ...right, ':protocol': 'other' })).toBe(501);
    await expect.poll(() => ours.openings).toBe(0);
  });
});
