/**
 * A server with a handler `(request: Request) => Response`. The rules of the handshake are the
 * same everywhere; it is up to the runtime whether the codec gets the bytes that follow:
 *
 * | runtime | after the 101 | so |
 * |---|---|---|
 * | Deno | `Deno.upgradeWebSocket` gives a finished WebSocket, no bytes | `judge` for the request; `Deno.listen` for bytes |
 * | Bun | `server.upgrade` gives a finished WebSocket, no bytes | `judge` for the request; `Bun.listen` for bytes |
 * | Workers | `WebSocketPair` gives a finished WebSocket, no bytes | `judge`; `connect()` of `cloudflare:sockets` for bytes, as a client |
 * | a server of one's own | a pair of streams | `judge`, then {@link Upgrade.connect} |
 *
 * This file has the last, over `node:http`.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type Duplex, Writable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import type { ConnectionDriver } from '@sanssocket/codec/driver';
import { attachStreams, type ReadableWritablePair } from '@sanssocket/codec/web-streams';
import {
  acceptRequest,
  checkRequest,
  type Rejection,
  rejectFault,
  rejectRequest,
  requestHeadOf,
} from '@sanssocket/handshake';
import { allowPaths, findRejection } from '@sanssocket/handshake/rules';
import { createEcho } from './run.js';

/** A 101 response, which `Response` cannot be, and the use of the bytes that follow it. */
export interface Upgrade {
  readonly head: Uint8Array;
  connect(streams: ReadableWritablePair): void;
}

/** The handler: pure but for the connection it makes. */
export function judge(request: Request): Response | Upgrade {
  const checked = checkRequest(requestHeadOf(request));
  if (checked.kind === 'fault') return toResponse(rejectFault(checked));
  const refusal = findRejection(checked, [allowPaths(['/echo'])]);
  if (refusal !== undefined) return toResponse(rejectRequest(refusal));
  const { bytes } = acceptRequest(checked, { protocols: ['echo'] });
  return {
    head: bytes,
    connect(streams) {
      const driver: ConnectionDriver = attachStreams(
        streams,
        createEcho(() => driver),
      );
    },
  };
}

/** A refusal as a `Response`. `Connection` and `Content-Length` are the server's to write there. */
function toResponse({ status, reason, headers, body }: Rejection): Response {
  const own = new Headers();
  for (let i = 0; i < headers.length; i += 2) {
    if (!/^(connection|content-length|upgrade)$/i.test(headers[i]!)) own.append(headers[i]!, headers[i + 1]!);
  }
  return new Response(Uint8Array.from(body), { status, statusText: reason, headers: own });
}

/** A server for {@link judge}, as a runtime has it behind such a handler. */
export function createFetchServer(): Server {
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, remaining: Uint8Array) => {
    socket.on('error', () => {}); // 'close' follows
    const answer = judge(toRequest(message));
    if (answer instanceof Response) {
      void answer.text().then((body) => {
        const own = [...answer.headers].filter(([name]) => !name.startsWith('sec-websocket-'));
        socket.end(
          rejectRequest({ status: answer.status, reason: answer.statusText, headers: own, body }).bytes,
        );
      });
      return;
    }
    socket.write(answer.head);
    socket.unshift(remaining);
    // `Duplex.toWeb` would not tell the end of the one direction before that of the other.
    const readable = ReadableStream.from<Uint8Array>(socket.iterator({ destroyOnReturn: false }));
    answer.connect({ readable, writable: Writable.toWeb(socket) });
  });
  return server;
}

function toRequest({ method = '', url, headers, rawHeaders }: IncomingMessage): Request {
  const own = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) own.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  return new Request(`http://${headers.host}${url}`, { method, headers: own });
}
