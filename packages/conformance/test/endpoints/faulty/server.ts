/** Servers with a fault: over TCP, over TLS, and in streams of HTTP/2. */
import {
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ServerHandshake } from '@sanssocket/handshake';
import { acceptConnect, checkConnect, rejectConnectFault } from '@sanssocket/handshake/connect';
import type { CaseTransport } from '../../../src/model/case.js';
import { toObject } from '../echo-http2.mjs';
import { type Agreed, deflate, NOTHING_AGREED, ownDeflate, runFaultyEcho } from './connection.js';
import type { Fault } from './fault.js';

/** A server that listens, until it is closed with all its connections. */
export interface FaultyServer {
  readonly url: string;
  close(): void;
}

/** Starts a server with a fault. */
export async function startFaultyServer(
  transport: CaseTransport,
  fault: Fault,
  certificate: { readonly key: string; readonly cert: string },
): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  const server: Server | Http2Server =
    transport === 'h2'
      ? serveStreams(fault)
      : transport === 'tls'
        ? createTlsServer({ ...certificate, allowHalfOpen: true }, (socket) => serveSocket(socket, fault))
        : createServer({ allowHalfOpen: true }, (socket) => serveSocket(socket, fault));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${transport === 'tls' ? 'wss' : 'ws'}://127.0.0.1:${port}/`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** One connection of HTTP/1.1. */
function serveSocket(socket: Socket, fault: Fault): void {
  const handshake = new ServerHandshake();
  socket.setNoDelay(true);
  socket.on('error', () => {});
  let head = '';
  const answer = (octets: Uint8Array | string, agreed: Agreed, remaining: Uint8Array): void => {
    socket.off('data', onData).off('end', onEnd).pause();
    socket.write(octets, 'latin1');
    runFaultyEcho(socket, 'server', fault, agreed, remaining);
  };
  const onEnd = (): void => {
    socket.end(handshake.receiveEof()?.bytes ?? '');
  };
  const onData = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    const wrong = fault.answers?.(head) ?? 'right';
    if (wrong.startsWith('HTTP/1.1 101')) {
      answer(wrong, NOTHING_AGREED, new Uint8Array(0));
      return;
    }
    if (wrong !== 'right') {
      socket.end(wrong, 'latin1');
      return;
    }
    const event = handshake.receive(chunk);
    if (event?.kind === 'rejected') socket.end(event.bytes);
    if (event?.kind !== 'request') return;
    const acceptance = handshake.accept({ extensions: [deflate] });
    const more = (fault.adds?.(head) ?? []).map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const text = Buffer.from(acceptance.bytes).toString('latin1').replace(/\r\n$/, `${more}\r\n`);
    const extensions = acceptance.extensions.map(({ extension }) => extension);
    const own = extensions.length === 0 ? undefined : ownDeflate(text, 'server');
    answer(text, { extensions, deflate: own }, event.remaining);
  };
  socket.on('data', onData).on('end', onEnd);
}

/** Streams of HTTP/2, WebSockets all of them. What is said of heads means their header lists. */
function serveStreams(fault: Fault): Http2Server {
  const server = createHttp2Server({ settings: { enableConnectProtocol: true } });
  server.on('session', (session) => session.on('error', () => {}));
  server.on(
    'stream',
    (stream: ServerHttp2Stream, _headers: IncomingHttpHeaders, _flags: number, list: string[]) => {
      stream.on('error', () => {});
      const head = linesOf(list);
      const wrong = fault.answers?.(head) ?? 'right';
      const added = fault.adds?.(head) ?? [];
      if (wrong !== 'right' && !wrong.startsWith('HTTP/1.1 101')) {
        const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(wrong)?.[1];
        if (status === undefined) stream.close(1);
        else stream.respond({ ':status': Number(status) }, { endStream: true });
        return;
      }
      const request = checkConnect(list, true);
      if (request.kind === 'fault' && wrong === 'right') {
        const { headers, body } = rejectConnectFault(request);
        stream.respond(toObject(headers));
        stream.end(body);
        return;
      }
      const right = request.kind === 'fault' ? [':status', '200'] : acceptConnect(request).headers;
      stream.respond({ ...toObject(right), ...Object.fromEntries(added) });
      runFaultyEcho(stream, 'server', fault, NOTHING_AGREED, new Uint8Array(0));
    },
  );
  return server;
}

function linesOf(list: readonly string[]): string {
  return list.map((each, at) => (at % 2 === 0 ? `${each}: ` : `${each}\r\n`)).join('');
}
