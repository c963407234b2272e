/** Real clients and backends on this machine, polite and not. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket, type Server as TcpServer } from 'node:net';
import { acceptKey } from '@sanssocket/handshake/values';
import { onTestFinished } from 'vitest';
import { createProxy, type ProxySettings } from '../src/proxy.js';

/** Listens on a free port, and closes with all its sockets when the test has ended. */
export async function listen(server: Server | TcpServer): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

/** A proxy in front of a port, and its clients' sockets. */
export function startProxy(
  backend: number,
  settings: Partial<ProxySettings> = {},
): Promise<{ port: number; sockets: Set<Socket> }> {
  return listen(createProxy(`http://127.0.0.1:${backend}`, settings));
}

/**
 * A backend that reads a head, as text, and then does as it is told. `sockets` are those that the proxy
 * has not ended; `seen` has all bytes of all of them.
 */
export async function startBackend(
  act: (socket: Socket, head: string) => unknown,
): Promise<{ port: number; sockets: Set<Socket>; seen: () => string }> {
  let seen = '';
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let head = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      if (head.includes('\r\n\r\n')) return;
      head += chunk.toString('latin1');
      if (head.includes('\r\n\r\n')) act(socket, head);
    });
  });
  const { port, sockets } = await listen(server);
  server.on('connection', (socket: Socket) => socket.on('end', () => sockets.delete(socket)));
  return { port, sockets, seen: () => seen };
}

/** A backend that gives everybody the same bytes; what it answers stands in `latin1`. */
export function startAnswering(
  answer: string,
  then: (socket: Socket) => unknown = (socket) => socket.end(),
): ReturnType<typeof startBackend> {
  return startBackend((socket) => {
    socket.write(answer, 'latin1');
    then(socket);
  });
}

/** The response of a server of WebSockets, with further lines. */
export function accepting(head: string, lines = ''): string {
  const key = /Sec-WebSocket-Key: (.*)\r\n/i.exec(head)![1]!;
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n${lines}\r\n`;
}

/** A client of TCP, and all that it has heard. */
export class RawClient {
  readonly socket: Socket;
  text = '';
  ended = false;

  constructor(port: number, ...bytes: readonly (string | Uint8Array)[]) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
    });
    this.socket.on('end', () => {
      this.ended = true;
    });
    for (const chunk of bytes) this.socket.write(chunk);
    onTestFinished(() => void this.socket.destroy());
  }

  /** All of the response, once the server has ended its side. */
  async response(): Promise<string> {
    if (!this.ended) await once(this.socket, 'end');
    this.socket.end();
    return this.text.replace(/Date: .*\r\n/g, '');
  }
}

/** A request for a WebSocket. */
export function upgradeRequest(lines: readonly string[] = [], path = '/', host = 'example.com'): string {
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

/** A plain request. */
export function getRequest(lines: readonly string[] = []): string {
  return ['GET / HTTP/1.1', 'Host: example.com', 'Connection: close', ...lines, '', ''].join('\r\n');
}
