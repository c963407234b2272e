/**
 * `@sanssocket/codec/message-port`: connections over a `MessagePort`, to another thread, worker or
 * frame.
 *
 * A port does not tell how much its other end has taken, so the other end says it: both ends are
 * {@link attachMessagePort}s, and say bytes, `'read'` for each batch of bytes that has been read,
 * and `'end'`.
 *
 * @packageDocumentation
 */

import type { Connection } from './connection/connection.js';
import { ConnectionDriver } from './driver/driver.js';
import type { DriverConfig, DriverOptions } from './driver/options.js';
import { now, type Transport, WakingTransport } from './driver/transport.js';
import { copyInto } from './memory/bytes.js';
import { isBytes, requireMethods } from './wire/errors.js';

/**
 * The methods that are used of a `MessagePort`: the platform's, or that of `node:worker_threads`.
 */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  start(): void;
  close(): void;
}

const PORT_METHODS = ['postMessage', 'addEventListener', 'start', 'close'] as const;

class PortTransport extends WakingTransport implements Transport {
  readonly receiver: ConnectionDriver;
  readonly copies = true;
  readonly #port: MessagePortLike;
  /**
   * Bytes that have come and were not read: a batch at most, as the next follows when it has been.
   */
  #unread: Uint8Array | undefined;
  #paused = false;
  #ended = false;
  /** Whether the other end has, and whether the driver knows. */
  #peerEnded = false;
  #toldEnd = false;

  constructor(port: MessagePortLike, connection: Connection, config: DriverOptions | DriverConfig) {
    super();
    requireMethods('a message port', port, PORT_METHODS);
    this.#port = port;
    this.receiver = new ConnectionDriver(connection, this, config, now());
    port.addEventListener('message', (event: { readonly data?: unknown }) => this.#receive(event.data));
    // Where there is such an event; elsewhere the driver's time limits find out.
    port.addEventListener('close', () => this.receiver.transportClosed());
    port.start();
    this.receiver.flush();
  }

  #receive(data: unknown): void {
    if (this.receiver.closed) return;
    if (data === 'read') {
      this.receiver.written(now());
    } else if (data === 'end') {
      this.#peerEnded = true;
      this.#deliver();
    } else if (isBytes(data) && this.#unread === undefined) {
      this.#unread = data;
      this.#deliver();
    } else {
      this.#close(new TypeError('the other end of the port is no attachMessagePort'));
    }
  }

  #deliver(): void {
    if (this.#paused || this.receiver.closed) return;
    const bytes = this.#unread;
    if (bytes !== undefined) {
      this.#unread = undefined;
      this.receiver.receive(bytes, now());
      if (!this.receiver.closed) this.#port.postMessage('read', []);
    }
    if (!this.#peerEnded || this.#toldEnd || this.#paused) return;
    this.#toldEnd = true;
    this.receiver.receiveEof(now());
    this.#closeWhenEnded();
  }

  write(chunks: readonly Uint8Array[]): number {
    const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      copyInto(chunk, 0, chunk.length, bytes, at);
      at += chunk.length;
    }
    this.#port.postMessage(bytes, [bytes.buffer]);
    return 0;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#deliver());
  }

  end(): void {
    this.#ended = true;
    this.#port.postMessage('end', []);
    this.#closeWhenEnded();
  }

  destroy(): void {
    this.#port.close();
  }

  #closeWhenEnded(): void {
    if (this.#ended && this.#toldEnd) this.#close();
  }

  #close(error?: unknown): void {
    if (this.receiver.closed) return;
    this.#port.close();
    this.receiver.transportClosed(error);
  }
}

/**
 * Runs a connection over a port whose other end has one too, until both have ended; the port is
 * closed then.
 *
 * @param port - of a `MessageChannel`, not started before
 * @param connection - with handlers of the application's. They are first called when this has
 * returned
 * @param config - limits and times
 * @throws as the constructor of {@link ConnectionDriver}; TypeError for a port that is none
 * (`OPTION_INVALID`). Nothing was done then
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 * import { attachMessagePort } from '@sanssocket/codec/message-port';
 *
 * const { port1, port2 } = new MessageChannel();
 * const server = new Connection({ role: 'server' }, {
 *   text: (text) => there.sendText(text.toUpperCase()),
 * });
 * const there = attachMessagePort(port1, server);
 * const answer = new Promise<string>((resolve) => {
 *   const client = new Connection({ role: 'client' }, {
 *     text(text) { resolve(text); here.close(1000); },
 *   });
 *   const here = attachMessagePort(port2, client);
 *   here.sendText('hello');
 * });
 * assert.equal(await answer, 'HELLO');
 * ```
 */
export function attachMessagePort(
  port: MessagePortLike,
  connection: Connection,
  config: DriverOptions | DriverConfig = {},
): ConnectionDriver {
  return new PortTransport(port, connection, config).receiver;
}
