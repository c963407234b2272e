/** The two implementations of ws's interface, and what programs on either of them need: a log, and an end. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as own from '@sanssocket/ws';
import { onTestFinished } from 'vitest';
import * as real from 'ws';

/** ws's interface, by the types of ours. */
export interface Ws {
  readonly name: 'ws' | 'ours';
  readonly WebSocket: typeof own.WebSocket;
  readonly WebSocketServer: typeof own.WebSocketServer;
  readonly createWebSocketStream: typeof own.createWebSocketStream;
  readonly extension: typeof own.extension;
  readonly subprotocol: typeof own.subprotocol;
}

export const OURS: Ws = { name: 'ours', ...own };

export const REAL = { name: 'ws', ...real } as unknown as Ws;

/** The port of a server that listens. */
export function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}

/** A server that is gone when the test is. */
export async function listen(ws: Ws, options: own.ServerOptions = {}): Promise<own.WebSocketServer> {
  const server = new ws.WebSocketServer({ port: 0, host: '127.0.0.1', ...options });
  onTestFinished(() => {
    for (const client of server.clients ?? []) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  return server;
}

/** A client that is gone when the test is; it is open when it is given. */
export async function connect(
  ws: Ws,
  server: own.WebSocketServer,
  options: own.ClientOptions = {},
): Promise<own.WebSocket> {
  const client = new ws.WebSocket(`ws://127.0.0.1:${portOf(server)}/`, options);
  onTestFinished(() => client.terminate());
  await once(client, 'open');
  return client;
}

/** Both ends of a connection. */
export async function pair(
  clientWs: Ws,
  serverWs: Ws,
  options: { readonly server?: own.ServerOptions; readonly client?: own.ClientOptions } = {},
): Promise<{ client: own.WebSocket; peer: own.WebSocket; server: own.WebSocketServer }> {
  const server = await listen(serverWs, options.server);
  const connection = once(server, 'connection');
  const client = await connect(clientWs, server, options.client);
  const [peer] = (await connection) as [own.WebSocket];
  return { client, peer, server };
}

/** The next event's arguments, in a form that is compared. */
export function next(emitter: own.WebSocket | own.WebSocketServer, event: string): Promise<unknown[]> {
  // Unlike `once` of node:events, which an 'error' ends.
  return new Promise((resolve) => {
    (emitter as NodeJS.EventEmitter).once(event, (...args) => resolve(args.map(plain)));
  });
}

/** Values as they are compared and printed: bytes as text, errors by message and code. */
export function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `Buffer ${value.length > 50 ? value.length : value.toString('latin1')}`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${value.byteLength}`;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Error) return `${value.name} ${(value as { code?: string }).code ?? value.message}`;
  return value;
}

/** Waits a little, where nothing is to happen. */
export function pause(ms = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
