// Real servers and clients of `node:http2`: WebSockets are streams among others on one connection.
import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer, type Http2Server } from 'node:http2';
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer } from 'node:net';
import { Connection } from '@sanssocket/codec';
import { attachSocket } from '@sanssocket/codec/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, settled } from '../src/client.js';
import { SETTINGS, serveEcho } from '../src/server.js';

let server: Http2Server;
let session: ClientHttp2Session;
let url: string;
let sockets = 0;

beforeAll(async () => {
  server = createServer({ settings: SETTINGS });
  server.on('connection', () => sockets++);
  serveEcho(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  session = connect(`http://${url}`);
  await settled(session);
});

afterAll(async () => {
  session.close();
  server.close();
  await once(server, 'close');
});

/** Opens a WebSocket, sends texts, and closes once all have come back. */
async function talk(texts: readonly string[]): Promise<{ heard: string[]; clean: boolean | undefined }> {
  const { stream, outcome } = await open(session, `ws://${url}/echo`, { protocols: ['echo'] });
  expect(outcome).toMatchObject({ kind: 'accepted', protocol: 'echo', extensions: [] });
  const heard: string[] = [];
  const connection = new Connection(
    { role: 'client' },
    {
      text(text) {
        heard.push(text);
        if (heard.length === texts.length + 1) host.close(1000);
      },
    },
  );
  const host = attachSocket(stream, connection);
  for (const text of texts) host.sendText(text);
  await once(stream, 'close');
  return { heard, clean: connection.closeInfo?.wasClean };
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
  // The greeting came with the response's head.
  expect(first).toEqual({ heard: ['hello', 'a', long, 'b'], clean: true });
  expect(second).toEqual({ heard: ['hello', 'c'], clean: true });
  expect(page).toContain('<title>WebSockets over HTTP/2</title>');
  expect(sockets).toBe(1);
});

test('refusals are answers on their stream; the connection stays', async () => {
  const lost = await open(session, `ws://${url}/elsewhere`);
  expect(lost.outcome).toMatchObject({ kind: 'rejected', status: 404 });
  lost.stream.resume();
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const stream = session.request({ ':scheme': 'http', ':authority': url, ':path': '/echo', ...headers });
    const [response] = (await once(stream, 'response')) as [Record<string, number>];
    stream.resume().end();
    return response[':status']!;
  };
  const connect = { ':method': 'CONNECT', ':protocol': 'websocket', 'sec-websocket-version': '13' };
  expect(await ask({ ...connect, 'sec-websocket-version': '8' })).toBe(400);
  expect(await ask({ ...connect, ':protocol': 'webtransport' })).toBe(501);
  expect(await ask({ ...connect, host: 'evil.example' })).toBe(400);
  expect(await ask(connect)).toBe(200);
  expect((await talk(['still here'])).clean).toBe(true);
  expect(sockets).toBe(1);
});

test('a server that has not announced it is not asked', async () => {
  const plain = createServer();
  await once(plain.listen(0, '127.0.0.1'), 'listening');
  const other = connect(`http://127.0.0.1:${(plain.address() as AddressInfo).port}`);
  await once(other, 'remoteSettings');
  await expect(open(other, 'ws://127.0.0.1/echo')).rejects.toThrow('extended CONNECT was not enabled');
  other.close();
  plain.close();
});

test('the client’s connection is cut: no clean end, and nothing is thrown', async () => {
  const socket = connectTcp(Number(url.split(':')[1]), '127.0.0.1');
  const cut = connect(`http://${url}`, { createConnection: () => socket });
  cut.on('error', () => {});
  await settled(cut);
  const { stream } = await open(cut, `ws://${url}/echo`);
  const connection = new Connection({ role: 'client' }, {});
  attachSocket(stream, connection);
  socket.destroy();
  await once(stream, 'close');
  expect(connection.closeInfo).toMatchObject({ wasClean: false });
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
  await settled(tapped);
  const { stream } = await open(tapped, `ws://${url}/echo`);
  stream.resume();
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
