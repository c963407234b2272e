/**
 * An echo server on `node:http2`: WebSockets (RFC 8441) and plain requests are streams side by
 * side on one connection.
 */
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Connection } from '@sanssocket/codec';
import { attachSocket } from '@sanssocket/codec/node';
import {
  acceptConnect,
  type ConnectRejection,
  checkConnect,
  rejectConnect,
  rejectConnectFault,
} from '@sanssocket/handshake/connect';
import { allowPaths, findRejection } from '@sanssocket/handshake/rules';
import { toObject } from './header-list.js';
import { PAGE } from './page.js';

/** The settings of a server's creation: clients may then ask for WebSockets (RFC 8441 3). */
export const SETTINGS: { readonly enableConnectProtocol: true } = { enableConnectProtocol: true };

const RULES = [allowPaths(['/echo'])];

/**
 * Answers the streams of a server: `/echo` as a WebSocket that says hello and then echoes, `/` as
 * a page that tries it.
 *
 * @param server - of `createServer` or `createSecureServer`, with {@link SETTINGS}
 */
export function serveEcho(server: Http2Server | Http2SecureServer): void {
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, list: string[]) => {
      stream.on('error', () => {}); // 'close' follows
      if (headers[':method'] === 'CONNECT') openWebSocket(stream, list);
      else servePage(stream, headers);
    },
  );
}

function openWebSocket(stream: ServerHttp2Stream, list: readonly string[]): void {
  const request = checkConnect(list, SETTINGS.enableConnectProtocol);
  if (request.kind === 'fault') {
    refuse(stream, rejectConnectFault(request));
    return;
  }
  const refusal = findRejection(request, RULES);
  if (refusal !== undefined) {
    refuse(stream, rejectConnect(refusal));
    return;
  }
  stream.respond(toObject(acceptConnect(request, { protocols: ['echo'] }).headers));
  const connection: Connection = new Connection(
    { role: 'server' },
    { text: (text) => driver.sendText(text), binary: (bytes) => driver.sendBinary(bytes) },
  );
  const driver = attachSocket(stream, connection); // a stream of HTTP/2 is a Duplex like a socket
  // Leaves with the response: its bytes reach the client right behind the head.
  driver.sendText('hello');
}

function refuse(stream: ServerHttp2Stream, { headers, body }: ConnectRejection): void {
  stream.respond(toObject(headers));
  stream.end(body);
}

function servePage(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (headers[':path'] === '/') {
    stream.respond({ ':status': 200, 'content-type': 'text/html; charset=utf-8' });
    stream.end(PAGE);
  } else {
    stream.respond({ ':status': 404 });
    stream.end();
  }
}
