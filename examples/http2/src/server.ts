/**
 * An echo server on `node:http2`: WebSockets (RFC 8441) and plain requests are streams side by
 * side on one connection.
 */
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { createServer, type NodeWebSocketServer } from 'sanssocket';
import { PAGE } from './page.js';

/** The settings of a server's creation: clients may then ask for WebSockets (RFC 8441 3). */
export const SETTINGS: { readonly enableConnectProtocol: true } = { enableConnectProtocol: true };

/**
 * Answers the streams of a server: `/echo` as a WebSocket that says hello and then echoes, `/` as
 * a page that tries it.
 *
 * @param server - of `createServer` or `createSecureServer`, with {@link SETTINGS}
 */
export function serveEcho(server: Http2Server | Http2SecureServer): NodeWebSocketServer {
  const echo = createServer({ paths: ['/echo'], protocols: ['echo'] }, (connection) => {
    connection.sendText('hello');
    return {
      text: (text) => connection.sendText(text),
      binary: (bytes) => connection.sendBinary(bytes),
    };
  });
  server.on(
    'stream',
    (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) => {
      if (headers[':method'] === 'CONNECT') echo.stream(stream, rawHeaders);
      else servePage(stream, headers);
    },
  );
  return echo;
}

function servePage(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.on('error', () => {}); // 'close' follows
  if (headers[':path'] === '/') {
    stream.respond({ ':status': 200, 'content-type': 'text/html; charset=utf-8' });
    stream.end(PAGE);
  } else {
    stream.respond({ ':status': 404 });
    stream.end();
  }
}
