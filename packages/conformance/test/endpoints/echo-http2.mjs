// The echo over TLS with HTTP/2 and HTTP/1.1, and over HTTP/2 in plain TCP; and a client of HTTP/2.
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:tls';
import {
  acceptConnect,
  checkConnect,
  checkConnectResponse,
  createConnect,
  rejectConnectFault,
} from '@sanssocket/handshake/connect';
import { listen, runEcho, serveSocket } from './echo.mjs';

const SETTINGS = { enableConnectProtocol: true };

/** A server's streams, WebSockets all of them. */
function serveStreams(server) {
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, _headers, _flags, list) => {
    stream.on('error', () => {});
    const request = checkConnect(list, true);
    if (request.kind === 'fault') {
      const { headers, body } = rejectConnectFault(request);
      stream.respond(toObject(headers));
      stream.end(body);
      return;
    }
    stream.respond(toObject(acceptConnect(request, { headers: [['server', 'sanssocket']] }).headers));
    runEcho(stream, 'server', [], new Uint8Array(0));
  });
  return server;
}

/** HTTP/2 with prior knowledge. */
export function startPlainHttp2(port = 0) {
  return listen(serveStreams(createServer({ settings: SETTINGS })), port);
}

/** TLS, and what the client asks for within it. */
export function startTls({ key, cert }, port = 0) {
  const http2 = serveStreams(createServer({ settings: SETTINGS }));
  const options = { key, cert, ALPNProtocols: ['h2', 'http/1.1'], allowHalfOpen: true };
  const server = createTlsServer(options, (socket) => {
    if (socket.alpnProtocol === 'h2') http2.emit('connection', socket);
    else serveSocket(socket);
  });
  return listen(
    server.on('tlsClientError', () => {}),
    port,
  );
}

/** Opens a stream on a connection of its own, and echoes. Resolves when the stream is gone. */
export async function runHttp2Client(url) {
  const session = connect(url.replace('wss:', 'https:'), { rejectUnauthorized: false });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  const request = createConnect(url, session.remoteSettings.enableConnectProtocol === true);
  const stream = session.request(toObject(request.headers), { endStream: false });
  const [headers] = await once(stream, 'response');
  const outcome = checkConnectResponse(
    request,
    Object.entries(headers).flatMap(([name, value]) => [name, String(value)]),
  );
  if (outcome.kind === 'accepted') runEcho(stream, 'client', [], new Uint8Array(0));
  else stream.close();
  await new Promise((resolve) => stream.once('close', resolve));
  session.close();
}

/**
 * A list of names and values, alternating, as an object.
 *
 * @param {readonly string[]} list
 * @returns {Record<string, string>}
 */
export function toObject(list) {
  /** @type {Record<string, string>} */
  const object = {};
  for (let at = 0; at < list.length; at += 2) object[list[at]] = list[at + 1];
  return object;
}
