/**
 * `@sanssocket/codec/bun`: connections over sockets of `Bun.listen` and `Bun.connect`, which take
 * as many bytes as fit.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import { now, type Transport, WakingTransport } from './driver/transport.js';
import { copyOf, EMPTY } from './memory/bytes.js';
import { requireBytes, requireMethods } from './wire/errors.js';

/** The methods that are used of a Bun `Socket`. */
export interface BunSocket {
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  end(): unknown;
  terminate(): void;
}

const SOCKET_METHODS = ['write', 'pause', 'resume', 'end', 'terminate'] as const;

/** Functions that Bun calls on the `socket` of its options: the same for all sockets. */
export interface BunSocketHandlers<Socket> {
  data(socket: Socket, chunk: Uint8Array): void;
  drain(socket: Socket): void;
  end(socket: Socket): void;
  close(socket: Socket): void;
  error(socket: Socket, error: Error): void;
}

class BunTransport extends WakingTransport implements Transport {
  readonly driver: ConnectionDriver;
  readonly #socket: BunSocket;

  constructor(socket: BunSocket, connection: Connection, config: DriverOptions | DriverConfig) {
    super();
    this.#socket = socket;
    this.driver = new ConnectionDriver(connection, this, config, now());
  }

  /** Bytes that a socket has taken are copied. */
  get copies(): true {
    return true;
  }

  /** A socket reads each chunk into memory of its own. */
  get transfers(): true {
    return true;
  }

  write(chunks: readonly Uint8Array[]): number {
    let bytes = 0;
    for (const chunk of chunks) {
      const taken = Math.max(0, this.#socket.write(chunk));
      bytes += taken;
      if (taken < chunk.length) break;
    }
    return bytes;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.terminate();
  }
}

/**
 * Runs a connection over one of Bun's sockets, until both have ended. The socket's events come
 * through {@link bunHandlers}.
 *
 * @param socket - behind the opening handshake, of a listener with `allowHalfOpen: true`
 * @param connection - with handlers of the application's. They are first called when this has
 * returned
 * @param config - limits and times
 * @param head - bytes that came in one chunk with the handshake: the first of the first frames
 * @throws as the constructor of {@link ConnectionDriver}; TypeError for a socket that is none
 * (`OPTION_INVALID`) and a head that is no bytes (`NOT_BYTES`). Nothing was done then
 *
 * @example
 * ```ts no-run
 * import { Connection } from '@sanssocket/codec';
 * import { bunHandlers, attachBunSocket } from '@sanssocket/codec/bun';
 * import { ServerHandshake } from '@sanssocket/handshake';
 *
 * const handlers = bunHandlers(({ data }) => data.driver, (socket, chunk) => {
 *   const { handshake } = socket.data;
 *   const event = handshake.receive(chunk);
 *   if (event?.kind === 'rejected') socket.end(event.bytes);
 *   if (event?.kind !== 'request') return;
 *   socket.write(handshake.accept().bytes);
 *   const connection = new Connection({ role: 'server' }, { text: (text) => socket.data.driver.sendText(text) });
 *   socket.data.driver = attachBunSocket(socket, connection, {}, event.remaining);
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
  requireMethods('a socket', socket, SOCKET_METHODS);
  requireBytes(head, 'a head');
  const { driver } = new BunTransport(socket, connection, config);
  driver.flush();
  if (head.length > 0) receiveSoon(driver, copyOf(head, 0, head.length));
  return driver;
}

/** A function, so that nothing that lives as long as the socket holds `head`. */
function receiveSoon(driver: ConnectionDriver, head: Uint8Array): void {
  queueMicrotask(() => driver.receive(head, now()));
}

/**
 * Makes the functions that pass a socket's events on to its driver.
 *
 * @param driverOf - where the application keeps a socket's driver; undefined while there is none
 * @param before - gets the bytes of a socket without a driver: those of the opening handshake
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { ConnectionDriver } from '@sanssocket/codec/driver';
 * import { bunHandlers } from '@sanssocket/codec/bun';
 *
 * const heads: Uint8Array[] = [];
 * const handlers = bunHandlers<{ driver?: ConnectionDriver; end(): void }>(
 *   ({ driver }) => driver,
 *   (_socket, chunk) => heads.push(chunk),
 * );
 * handlers.data({ end() {} }, Uint8Array.of(71, 69, 84));
 * assert.equal(heads.length, 1);
 * ```
 */
export function bunHandlers<Socket extends { end(): unknown }>(
  driverOf: (socket: Socket) => ConnectionDriver | undefined,
  before: (socket: Socket, chunk: Uint8Array) => void,
): BunSocketHandlers<Socket> {
  return {
    data(socket, chunk) {
      const driver = driverOf(socket);
      if (driver === undefined) before(socket, chunk);
      else driver.receive(chunk, now());
    },
    drain: (socket) => driverOf(socket)?.writable(now()),
    end(socket) {
      const driver = driverOf(socket);
      // A peer that ends inside of its opening handshake is answered by our end.
      if (driver === undefined) socket.end();
      else driver.receiveEof(now());
    },
    close: (socket) => driverOf(socket)?.transportClosed(),
    error: (socket, error) => driverOf(socket)?.transportClosed(error),
  };
}
