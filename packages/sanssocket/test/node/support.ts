import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';

const undo: (() => unknown)[] = [];

/** Does something when the test has ended, the last thing first. */
export function afterTest(call: () => unknown): void {
  undo.push(call);
}

afterEach(async () => {
  for (const call of undo.splice(0).reverse()) await call();
});

/** A server of TCP that does with each socket as it is told; gives its URL. */
export async function rawServer(
  onSocket: (socket: Socket) => void,
): Promise<{ url: string; port: number; server: Server; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}/`, port, server, sockets };
}

/** A socket of TCP, and all that it has heard. */
export async function rawClient(
  port: number,
): Promise<{ socket: Socket; heard(): string; ended: Promise<unknown> }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  const ended = new Promise((resolve) => {
    socket.on('end', resolve).on('close', resolve);
  });
  await once(socket, 'connect');
  afterTest(() => socket.destroy());
  return { socket, heard: () => text, ended };
}

/** A right request, with other or further lines. */
export function requestText(lines: readonly string[] = [], path = '/', host = 'localhost'): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...lines,
    '',
    '',
  ].join('\r\n');
}

/** Waits for a moment. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
