/**
 * A program with the types of `@types/ws`, which compiles with ours: `npm run types` looks at it. Nothing of it runs but its import.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import WebSocket, {
  type AddressInfo,
  type CertMeta,
  type ClientOptions,
  type CloseEvent,
  createWebSocketStream,
  type Data,
  type FinishRequestCallback,
  type MessageEvent,
  type PerMessageDeflateOptions,
  type RawData,
  type ServerOptions,
  type VerifyClientCallbackAsync,
  type VerifyClientCallbackSync,
  WebSocketServer,
} from '@sanssocket/ws';
import { expect, it } from 'vitest';

class Live extends WebSocket {
  isAlive = true;
}

function heartbeat(this: WebSocket, data: Buffer): void {
  this.pong(data);
}

export function program(): void {
  const perMessageDeflate: PerMessageDeflateOptions = {
    zlibDeflateOptions: { chunkSize: 1024, memLevel: 7, level: 3 },
    zlibInflateOptions: { chunkSize: 10 * 1024 },
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    concurrencyLimit: 10,
    threshold: 1024,
  };
  const verify: VerifyClientCallbackSync = ({ origin, secure }) => origin === 'https://example.com' && secure;
  const verifyLater: VerifyClientCallbackAsync = (_info, callback) => callback(false, 401, 'no', { A: 'b' });
  const options: ServerOptions = {
    port: 8080,
    perMessageDeflate,
    verifyClient: verify,
    handleProtocols: (protocols: Set<string>, request: IncomingMessage) =>
      protocols.has('a') && request.url === '/' ? 'a' : false,
  };
  const server: WebSocketServer = new WebSocketServer(options);
  const typed = new WebSocketServer<typeof Live>({
    noServer: true,
    WebSocket: Live,
    verifyClient: verifyLater,
  });
  typed.on('connection', (socket) => {
    socket.isAlive = false;
  });
  server.on('connection', function connection(socket: WebSocket, request: IncomingMessage) {
    socket.on('message', function message(data: RawData, isBinary: boolean) {
      server.clients.forEach(function each(client) {
        if (client !== socket && client.readyState === WebSocket.OPEN)
          client.send(data, { binary: isBinary });
      });
    });
    socket.on('pong', heartbeat);
    socket.once('close', (code: number, reason: Buffer) => console.log(code, reason.toString(), request.url));
    socket.onmessage = ({ data }: MessageEvent) => {
      const value: Data = data;
      console.log(value);
    };
    socket.addEventListener('close', ({ wasClean }: CloseEvent) => console.log(wasClean), { once: true });
    const stream: Duplex = createWebSocketStream(socket, { encoding: 'utf8' });
    stream.pipe(process.stdout);
  });
  server.on('headers', (headers: string[]) => headers.push('A: b'));
  server.on('wsClientError', (error: Error, socket: Duplex) => void socket.destroy(error));
  const finishRequest: FinishRequestCallback = (request) => request.end();
  const certificate: CertMeta = 'certificate';
  const client: ClientOptions = {
    headers: { authorization: 'Bearer' },
    rejectUnauthorized: false,
    handshakeTimeout: 5000,
    followRedirects: true,
    family: 4,
    generateMask: (mask) => void mask.fill(0),
    finishRequest,
    ca: certificate,
  };
  const socket = new WebSocket(new URL('wss://example.com'), ['a'], client);
  socket.on('unexpected-response', (request, response) => console.log(request.path, response.statusCode));
  socket.on('redirect', (url, request) => console.log(url, request.path));
  const { port } = server.address() as AddressInfo;
  server.close((error) => console.log(error, port));
}

it('has the names of ws', () => {
  expect([WebSocket.Server, WebSocket.WebSocket]).toEqual([WebSocketServer, WebSocket]);
});
