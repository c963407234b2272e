/**
 * `@sanssocket/codec/bun`: connections over sockets of `Bun.listen` and `Bun.connect`, which take
 * as many bytes as fit.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { attachDriver } from './driver/attach.js';
import type { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import {
  now,
  type ReceivedTransport,
  type ReceiverOf,
  type TransportReceiver,
  WakingTransport,
} from './driver/transport.js';
import { copyOf, EMPTY } from './memory/bytes.js';
import { requireBytes, requireMethods } from './wire/errors.js';

/** The methods that are used of a Bun `Socket`. */
export interface BunSocket {
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  end(): unknown;
  terminate(): void;
  /** Ends this side; in place of `end` where it is there. */
  shutdown?(): unknown;
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

class BunTransport extends WakingTransport implements ReceivedTransport {
  receiver: TransportReceiver;
  readonly #socket: BunSocket;

  constructor(socket: BunSocket, receiverOf: ReceiverOf) {
    super();
    this.#socket = socket;
    this.receiver = receiverOf(this);
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
      const taken = this.#socket.write(chunk);
      // A socket that is gone takes -1 bytes, and may never tell.
      if (taken < 0) {
        queueMicrotask(() => this.#lost());
        break;
      }
      bytes += taken;
      if (taken < chunk.length) break;
    }
    return bytes;
  }

  #lost(): void {
    this.#socket.terminate();
    this.receiver.transportClosed(new Error('the socket takes no bytes any more'));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    // Behind `end` a socket of TLS cannot be terminated any more (Bun 1.4): its descriptor would stay
    // for as long as the peer likes.
    if (this.#socket.shutdown === undefined) this.#socket.end();
    else this.#socket.shutdown();
  }

  destroy(): void {
    this.#socket.terminate();
  }
}

/**
 * Makes a transport of one of Bun's sockets; for machines of the opening handshake, which give it to
 * a connection's driver later. {@link attachBunSocket} is made of it. The socket's events come
 * through {@link bunHandlers}.
 *
 * @param socket - of a listener with `allowHalfOpen: true`
 * @param receiverOf - makes the receiver
 * @throws TypeError for a socket that is none (`OPTION_INVALID`); the exception of `receiverOf`
 *
 * @example
 * ```ts no-run
 * import { bunHandlers, bunTransport } from '@sanssocket/codec/bun';
 *
 * const receiverOf = () => ({
 *   receive: (bytes: Uint8Array) => console.log(bytes.length),
 *   receiveEof() {}, written() {}, writable() {}, wake() {}, transportClosed() {},
 * });
 * const open = (socket) => {
 *   socket.data = bunTransport(socket, receiverOf);
 * };
 * const handlers = bunHandlers((socket) => socket.data.receiver, () => {});
 * Bun.listen({ hostname: '127.0.0.1', port: 8080, allowHalfOpen: true, socket: { open, ...handlers } });
 * ```
 */
export function bunTransport(socket: BunSocket, receiverOf: ReceiverOf): ReceivedTransport {
  requireMethods('a socket', socket, SOCKET_METHODS);
  return new BunTransport(socket, receiverOf);
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
  requireBytes(head, 'a head');
  const driver = attachDriver(connection, config, (receiverOf) => bunTransport(socket, receiverOf));
  if (head.length > 0) receiveSoon(driver, copyOf(head, 0, head.length));
  return driver;
}

/** A function, so that nothing that lives as long as the socket holds `head`. */
function receiveSoon(driver: ConnectionDriver, head: Uint8Array): void {
  queueMicrotask(() => driver.receive(head, now()));
}

/**
 * Makes the functions that pass a socket's events on to its driver, or to another receiver.
 *
 * @param receiverOf - where the application keeps a socket's driver; undefined while there is none
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
  receiverOf: (socket: Socket) => TransportReceiver | undefined,
  before: (socket: Socket, chunk: Uint8Array) => void,
): BunSocketHandlers<Socket> {
  return {
    data(socket, chunk) {
      const receiver = receiverOf(socket);
      if (receiver === undefined) before(socket, chunk);
      else receiver.receive(chunk, now());
    },
    drain: (socket) => receiverOf(socket)?.writable(now()),
    end(socket) {
      const receiver = receiverOf(socket);
      // A peer that ends inside of its opening handshake is answered by our end.
      if (receiver === undefined) socket.end();
      else receiver.receiveEof(now());
    },
    close: (socket) => receiverOf(socket)?.transportClosed(),
    error: (socket, error) => receiverOf(socket)?.transportClosed(error),
  };
}
