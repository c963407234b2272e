/** HTTP/2 in tests: a real connection of Node's, recorded, and frames that no well-behaved peer sends. */
import { once } from 'node:events';
import { connect, createServer, type Http2Session } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, connect as dial } from 'node:net';
import { bytesOf, fromClient, fromServer, join } from './events.js';

/** A chunk that passed, and its end. */
export type Chunk = readonly [from: 'client' | 'server', bytes: Uint8Array];

const COMPRESSED_HELLO = Uint8Array.of(0xc1, 7, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
/** `text 0 of 0`. */
const TEXT_BYTES = 11;

const AGAIN = Uint8Array.of(0xc1, 5, 0xf2, 0x00, 0x11, 0x00, 0x00);

/**
 * A page and two WebSockets over one connection, both ends Node's: each is welcomed in two compressed
 * messages, sends four texts, and is echoed.
 */
export async function recordHttp2(): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  const server = createServer({ settings: { enableConnectProtocol: true } });
  const sessions: Http2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    if (headers[':protocol'] !== 'websocket') {
      stream.respond({ ':status': headers[':path'] === '/page' ? 200 : 404 });
      stream.end('a page');
      return;
    }
    stream.respond({ ':status': 200, 'sec-websocket-extensions': 'permessage-deflate' });
    stream.write(join(COMPRESSED_HELLO, AGAIN));
    stream.on('data', (chunk: Uint8Array) => {
      if (chunk[0] === 0x88) stream.end(fromServer(Uint8Array.of(3, 232), { opcode: 8 }));
      // A long text comes in many pieces, and has no echo.
      else if (chunk.length === 6 + TEXT_BYTES) stream.write(fromServer('echo'));
    });
  });
  const port = await listen(server);
  const tap = createTcpServer((client) => {
    const upstream = dial(port, '127.0.0.1');
    for (const [from, source, target] of [
      ['client', client, upstream],
      ['server', upstream, client],
    ] as const) {
      source.on('data', (bytes: Uint8Array) => {
        chunks.push([from, new Uint8Array(bytes)]);
        target.write(bytes);
      });
      source.on('end', () => target.end());
      source.on('error', () => target.destroy());
    }
  });
  const client = connect(`http://127.0.0.1:${await listen(tap)}`);
  await once(client, 'remoteSettings');
  const page = client.request({ ':path': '/page' }).resume();
  await once(page, 'end');
  const sockets = [0, 1].map((index) =>
    client.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':path': `/chat${index}`,
      'x-number': `${index}`,
    }),
  );
  for (const socket of sockets) await once(socket, 'data');
  for (let round = 0; round < 3; round++) {
    for (const [index, socket] of sockets.entries()) {
      socket.write(fromClient(`text ${round} of ${index}`));
      await once(socket, 'data');
    }
  }
  // More than a frame of HTTP/2, and than its window.
  for (const socket of sockets) socket.write(fromClient('x'.repeat(70_000)));
  for (const socket of sockets) {
    socket.write(fromClient(Uint8Array.of(3, 232), { opcode: 8 }));
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }
  client.close();
  await once(client, 'close');
  for (const session of sessions) session.close();
  server.close();
  tap.close();
  return chunks;
}

async function listen(server: ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A frame (RFC 9113 4.1). */
export function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.set([type, flags], 3);
  header.writeUInt32BE(stream, 5);
  return join(header, payload);
}

/** A header block of literals without an index (RFC 7541 6.2.2). */
export function headerBlock(headers: Readonly<Record<string, string>>): Uint8Array {
  const text = (value: string): Uint8Array => join(Uint8Array.of(value.length), bytesOf(value));
  return join(
    ...Object.entries(headers).flatMap(([name, value]) => [Uint8Array.of(0), text(name), text(value)]),
  );
}

export const PREFACE: Uint8Array = join(
  bytesOf('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  http2Frame(4, 0, 0, new Uint8Array(0)),
);

export const CONNECT: Readonly<Record<string, string>> = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':path': '/chat',
};
