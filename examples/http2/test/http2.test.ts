// Real servers and clients of `node:http2`: WebSockets are streams among others on one connection.
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
} from 'node:http2';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { connectHttp2, type NodeWebSocketServer } from 'sanssocket';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../src/certificate.js';
import { SETTINGS, serveEcho } from '../src/server.js';

let server: Http2Server;
let echo: NodeWebSocketServer;
let session: ClientHttp2Session;
let url: string;
let sockets = 0;

beforeAll(async () => {
  server = createServer({ settings: SETTINGS });
  server.on('connection', () => sockets++);
  echo = serveEcho(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  session = connect(`http://${url}`);
});

afterAll(async () => {
  await echo.close();
  session.close();
  server.close();
  await once(server, 'close');
});

/** Opens a WebSocket, sends texts, and closes once all have come back. */
async function talk(
  texts: readonly string[],
  on = session,
  to = `ws://${url}/echo`,
): Promise<{ heard: string[]; clean: boolean }> {
  const heard: string[] = [];
  const connection = await connectHttp2(
    on,
    to,
    {
      text(text) {
        heard.push(text);
        if (heard.length === texts.length + 1) connection.close(1000);
      },
    },
    { protocols: ['echo'] },
  );
  expect(connection.protocol).toBe('echo');
  for (const text of texts) connection.sendText(text);
  const { wasClean } = await connection.finished();
  return { heard, clean: wasClean };
}

function get(path: string): Promise<string> {
  const stream = session.request({ ':path': path }).setEncoding('utf8');
  return new Promise((resolve, reject) => {
    let body = '';
    stream.on('data', (text: string) => {
      body += text;
    });
    stream.on('end', () => resolve(body)).on('error', reject);
  });
}

test('two WebSockets and a plain GET side by side on one connection', async () => {
  const long = 'x'.repeat(300_000);
  const [first, second, page] = await Promise.all([talk(['a', long, 'b']), talk(['c']), get('/')]);
  expect(first).toEqual({ heard: ['hello', 'a', long, 'b'], clean: true });
  expect(second).toEqual({ heard: ['hello', 'c'], clean: true });
  expect(page).toContain('<title>WebSockets over HTTP/2</title>');
  expect(sockets).toBe(1);
});

test('texts of all sizes there and back over TLS', async () => {
  const { key, cert } = await makeCertificate();
  const secure = createSecureServer({ key, cert, settings: SETTINGS });
  serveEcho(secure);
  await once(secure.listen(0), 'listening');
  const host = `localhost:${(secure.address() as AddressInfo).port}`;
  const over = connect(`https://${host}`, { ca: cert });
  const texts = [0, 1, 126, 16_384, 65_536, 1_000_000].map((length) => 'é'.repeat(length));
  expect(await talk(texts, over, `wss://${host}/echo`)).toEqual({ heard: ['hello', ...texts], clean: true });
  over.close();
  secure.close();
});

/** A request for a WebSocket, as a client without a library makes it. */
const CONNECT = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':scheme': 'http',
  ':path': '/echo',
  'sec-websocket-version': '13',
};

test('refusals are answers on their stream; the connection stays', async () => {
  await expect(connectHttp2(session, `ws://${url}/elsewhere`, {})).rejects.toMatchObject({ status: 404 });
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const stream = session.request({ ...CONNECT, ':authority': url, ...headers });
    const [response] = (await once(stream, 'response')) as [Record<string, number>];
    stream.resume().end();
    return response[':status']!;
  };
  expect(await ask({ 'sec-websocket-version': '8' })).toBe(400);
  expect(await ask({ ':protocol': 'webtransport' })).toBe(501);
  expect(await ask({ host: 'evil.example' })).toBe(400);
  expect(await ask({})).toBe(200);
  expect((await talk(['still here'])).clean).toBe(true);
  expect(sockets).toBe(1);
});

test('a server that has not announced it is not asked', async () => {
  const plain = createServer();
  await once(plain.listen(0, '127.0.0.1'), 'listening');
  const other = connect(`http://127.0.0.1:${(plain.address() as AddressInfo).port}`);
  await expect(connectHttp2(other, 'ws://127.0.0.1/echo', {})).rejects.toMatchObject({
    code: 'CONNECT_NOT_ENABLED',
  });
  other.close();
  plain.close();
});

test('the client’s connection is cut: no clean end, and nothing is thrown', async () => {
  const socket = connectTcp(Number(url.split(':')[1]), '127.0.0.1');
  const cut = connect(`http://${url}`, { createConnection: () => socket });
  cut.on('error', () => {});
  const connection = await connectHttp2(cut, `ws://${url}/echo`, {});
  socket.destroy();
  expect(await connection.finished()).toMatchObject({ wasClean: false, code: 1006 });
});

/** The DATA frames of what a server has sent over HTTP/2, as it stands on the wire (RFC 9113 4.1, 6.1). */
function dataFrames(bytes: Buffer): { readonly payload: string; readonly ends: boolean }[] {
  const frames = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    const payload = bytes.subarray(at + 9, at + 9 + length).toString('hex');
    if (bytes[at + 3] === 0) frames.push({ payload, ends: (bytes[at + 4]! & 1) === 1 });
    at += 9 + length;
  }
  return frames;
}

/** Plays a client that never ends its stream, through a tap; what the server sent, once it has ended it. */
async function playClient(frame: string): Promise<ReturnType<typeof dataFrames>> {
  const sent: Buffer[] = [];
  const tap = createTcpServer((near) => {
    const far = connectTcp(Number(url.split(':')[1]), '127.0.0.1');
    far.on('data', (chunk) => sent.push(chunk));
    near.pipe(far).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(tap, 'listening');
  const tapped = connect(`http://127.0.0.1:${(tap.address() as AddressInfo).port}`);
  await once(tapped, 'remoteSettings');
  const stream = tapped.request({ ...CONNECT, ':authority': url }, { endStream: false });
  stream.resume();
  await once(stream, 'response');
  stream.write(Buffer.from(frame, 'hex'));
  await once(stream, 'end');
  tapped.destroy();
  tap.close();
  return dataFrames(Buffer.concat(sent));
}

test.each([
  ['an answer to a Close', '88820000000003e8', '880203e8'],
  ['a failure', '8100', '880203ea'],
])('%s ends the stream with its last frame', async (_, frame, close) => {
  const data = await playClient(frame);
  // "hello", and the Close: no frame behind it that does nothing but end the stream.
  expect(data.map(({ payload }) => payload).join('')).toBe(
    `8105${Buffer.from('hello').toString('hex')}${close}`,
  );
  expect(data.at(-1)).toEqual({ payload: close, ends: true });
});
