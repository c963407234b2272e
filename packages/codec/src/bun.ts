/**
 * `@sanssocket/codec/bun`: connections over sockets of `Bun.listen` and `Bun.connect`, which take what fits.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import { now, type Transport, WakeTimer } from './driver/transport.js';
import { EMPTY } from './memory/bytes.js';

/** What is used of a Bun `Socket`. */
export interface BunSocket {
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  end(): unknown;
  terminate(): void;
}

/** What Bun calls on the `socket` of its options: the same functions for all sockets. */
export interface BunSocketHandlers<Socket> {
  data(socket: Socket, chunk: Uint8Array): void;
  drain(socket: Socket): void;
  end(socket: Socket): void;
  close(socket: Socket): void;
  error(socket: Socket, error: Error): void;
}

/**
 * Runs a connection over one of Bun's sockets, until both have ended. The socket's events come through {@link bunHandlers}.
 *
 * @param socket - behind the opening handshake, of a listener with `allowHalfOpen: true`
 * @param connection - with a sink of the application's. Its sink is first called when this has returned
 * @param config - limits and times
 * @param head - what came in one chunk with the handshake: the first bytes of the first frames
 * @throws as the constructor of {@link ConnectionDriver}
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { bunHandlers, attachBunSocket } from '@sanssocket/codec/bun';
 * import { ServerHandshake } from '@sanssocket/handshake';
 *
 * const handlers = bunHandlers(({ data }) => data.host, (socket, chunk) => {
 *   const { handshake } = socket.data;
 *   const event = handshake.receive(chunk);
 *   if (event?.kind === 'rejected') socket.end(event.bytes);
 *   if (event?.kind !== 'request') return;
 *   socket.write(handshake.accept().bytes);
 *   const connection = new Connection({ role: 'server' }, { text: (text) => socket.data.host.sendText(text) });
 *   socket.data.host = attachBunSocket(socket, connection, {}, event.remaining);
 * });
 * const open = (socket) => {
 *   socket.data = { handshake: new ServerHandshake() };
 * };
 * Bun.listen({ hostname: '127.0.0.1', port: 8080, allowHalfOpen: true, socket: { open, ...handlers } });
 * ```
 */
export function attachBunSocket(
  socket: BunSocket,
  connection: Connection,
  config: DriverOptions | DriverConfig = {},
  head: Uint8Array = EMPTY,
): ConnectionDriver {
  const timer = new WakeTimer(() => host.wake(now()));
  const transport: Transport = {
    copies: true,
    write(chunks) {
      let bytes = 0;
      for (const chunk of chunks) {
        const taken = Math.max(0, socket.write(chunk));
        bytes += taken;
        if (taken < chunk.length) break;
      }
      return bytes;
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => socket.end(),
    destroy: () => socket.terminate(),
    wakeAt: (time) => timer.set(time),
  };
  const host: ConnectionDriver = new ConnectionDriver(connection, transport, config, now());
  host.flush();
  if (head.length > 0) receiveSoon(host, head);
  return host;
}

/** A function, so that nothing that lives as long as the socket holds `head`. */
function receiveSoon(host: ConnectionDriver, head: Uint8Array): void {
  queueMicrotask(() => host.receive(head, now()));
}

/**
 * Makes the functions that pass a socket's events on to its host.
 *
 * @param hostOf - where the application keeps a socket's host; undefined while there is none
 * @param before - gets the bytes of a socket without a host: those of the opening handshake
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { ConnectionDriver } from '@sanssocket/codec/driver';
 * import { bunHandlers } from '@sanssocket/codec/bun';
 *
 * const heads: Uint8Array[] = [];
 * const handlers = bunHandlers<{ host?: ConnectionDriver; end(): void }>(({ host }) => host, (_socket, chunk) => heads.push(chunk));
 * handlers.data({ end() {} }, Uint8Array.of(71, 69, 84));
 * assert.equal(heads.length, 1);
 * ```
 */
export function bunHandlers<Socket extends { end(): unknown }>(
  hostOf: (socket: Socket) => ConnectionDriver | undefined,
  before: (socket: Socket, chunk: Uint8Array) => void,
): BunSocketHandlers<Socket> {
  return {
    data(socket, chunk) {
      const host = hostOf(socket);
      if (host === undefined) before(socket, chunk);
      else host.receive(chunk, now());
    },
    drain: (socket) => hostOf(socket)?.writable(now()),
    end(socket) {
      const host = hostOf(socket);
      // Whoever ends inside of its opening handshake is answered by our end.
      if (host === undefined) socket.end();
      else host.receiveEof(now());
    },
    close: (socket) => hostOf(socket)?.transportClosed(),
    error: (socket, error) => hostOf(socket)?.transportClosed(error),
  };
}
