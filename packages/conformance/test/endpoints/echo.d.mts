import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { MessageExtension } from '@sanssocket/codec';

export function runEcho(
  socket: Duplex,
  role: 'server' | 'client',
  extensions: readonly MessageExtension[],
  remaining: Uint8Array,
): void;
export function startEchoServer(port?: number): Promise<Server>;
export function listen<T extends Server>(server: T, port?: number): Promise<T>;
export function serveSocket(socket: Socket): void;
export function runEchoClient(url: string, socketOptions?: object): Promise<void>;
