// With real parts: Node's HTTP server and sockets, and nothing of ours but the handshake.
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import {
  acceptRequest,
  ClientHandshake,
  type ClientHandshakeOptions,
  type ClientOutcome,
  checkRequest,
  checkResponse,
  createRequest,
  rejectFault,
  rejectRequest,
  ServerHandshake,
} from '@sanssocket/handshake';
import { flattenHeaders } from '@sanssocket/handshake/values';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bytes, text } from './bytes.js';

const http = createServer((_request, response) =>
  response.writeHead(404, { 'Content-Length': 4 }).end('none'),
);
http.on('upgrade', (message: IncomingMessage, socket: Socket) => {
  const request = checkRequest(message);
  if (request.kind === 'fault') return socket.end(rejectFault(request).bytes);
  if (request.resourceName === '/secret')
    return socket.end(rejectRequest({ status: 401, headers: [['WWW-Authenticate', 'Basic']] }).bytes);
  const { bytes: response } = acceptRequest(request, { protocols: ['chat'] });
  return socket.end(Buffer.concat([response, bytes('\x81\x02hi')]));
});

const raw = createTcpServer((socket) => {
  const handshake = new ServerHandshake();
  socket.on('data', (chunk) => {
    const event = handshake.receive(chunk);
    if (event?.kind === 'rejected') socket.end(event.bytes);
    if (event?.kind === 'request') socket.end(handshake.accept({ protocols: ['chat'] }).bytes);
  });
});

beforeAll(async () => {
  await Promise.all([
    once(http.listen(0, '127.0.0.1'), 'listening'),
    once(raw.listen(0, '127.0.0.1'), 'listening'),
  ]);
});
afterAll(() => {
  http.close();
  raw.close();
});

const port = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

async function dial(url: string, options: ClientHandshakeOptions = {}): Promise<ClientOutcome> {
  const handshake = new ClientHandshake(url, options);
  const socket = connect(handshake.request.uri.port, handshake.request.uri.host);
  socket.write(handshake.request.bytes);
  try {
    for await (const chunk of socket) {
      const outcome = handshake.receive(chunk as Buffer);
      if (outcome !== undefined) return outcome;
    }
    return handshake.receiveEof()!;
  } finally {
    socket.destroy();
  }
}

test('a raw client and Node’s HTTP server', async () => {
  const url = `ws://127.0.0.1:${port(http)}`;
  const accepted = await dial(`${url}/chat`, { protocols: ['v2', 'chat'] });
  expect(accepted).toMatchObject({ kind: 'accepted', protocol: 'chat' });
  if (accepted.kind === 'accepted') expect(text(accepted.remaining)).toBe('\x81\x02hi');
  expect(await dial(`${url}/secret`)).toMatchObject({ kind: 'unauthorized', challenges: ['Basic'] });
});

test('a raw client and a raw server', async () => {
  const accepted = await dial(`ws://127.0.0.1:${port(raw)}/`, { protocols: ['chat'] });
  expect(accepted).toMatchObject({ kind: 'accepted', protocol: 'chat' });
});

test('over IPv6, of which the brackets are syntax of the URI', async () => {
  const ipv6 = createTcpServer((socket) => raw.emit('connection', socket));
  await once(ipv6.listen(0, '::1'), 'listening');
  try {
    const url = `ws://[::1]:${port(ipv6)}/chat`;
    expect(await dial(url, { protocols: ['chat'] })).toMatchObject({ kind: 'accepted' });
    const { head, uri } = createRequest(url);
    expect(head.rawHeaders.slice(0, 2)).toEqual(['Host', `[::1]:${port(ipv6)}`]);
    const sent = httpRequest({ host: uri.host, port: uri.port, path: uri.resourceName }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(400);
  } finally {
    ipv6.close();
  }
});

test('Node’s HTTP client and either server', async () => {
  for (const server of [http, raw]) {
    const request = createRequest(`ws://127.0.0.1:${port(server)}/chat`, { protocols: ['chat'] });
    const { head, uri } = request;
    const headers = Object.fromEntries(
      head.rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, head.rawHeaders[i + 1]!]] : [])),
    );
    const sent = httpRequest({ host: uri.host, port: uri.port, path: uri.resourceName, headers }).end();
    const [response, socket] = (await once(sent, 'upgrade')) as [IncomingMessage, Socket];
    socket.destroy();
    expect(checkResponse(request, response)).toMatchObject({ kind: 'accepted', protocol: 'chat' });
  }
});

test('Node’s HTTP client is told why not', async () => {
  const headers = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '8' };
  const sent = httpRequest({
    host: '127.0.0.1',
    port: port(raw),
    headers: { ...headers, 'Sec-WebSocket-Key': 'x' },
  }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(426);
  expect(flattenHeaders(Object.entries(response.headers as Record<string, string>))).toEqual(
    expect.arrayContaining(['sec-websocket-version', '13']),
  );
});
