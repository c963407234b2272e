/** A connection on which a client watches the frames of its other one. A second, so that the panel does not show itself. */
import type { Duplex } from 'node:stream';
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import type { FrameTap, Report, Watcher } from './frame-tap.js';
import { SocketHost } from './host-loop.js';
import type { Settings } from './settings.js';

const CONFIG = new ConnectionConfig({ role: 'server', maxMessageBytes: 1 });

/** A watcher from its accepted handshake to its end. */
export class FramesSession implements Watcher {
  readonly #tap: FrameTap;
  readonly #settings: Settings;
  readonly #connection: Connection;
  readonly #host: SocketHost;

  /** @param socket - behind the opening handshake */
  constructor(socket: Duplex, tap: FrameTap, settings: Settings) {
    this.#tap = tap;
    this.#settings = settings;
    this.#connection = new Connection(CONFIG, { closed: () => tap.unwatch(this) });
    this.#host = new SocketHost(socket, this.#connection, settings);
  }

  /** @param head - what followed the client's handshake */
  start(head: Uint8Array): void {
    this.#tap.watch(this);
    this.#host.start(head);
  }

  /** Starts the closing handshake. */
  close(code: number, reason: string): void {
    this.#connection.close(code, reason);
    this.#host.flush();
  }

  /** A watcher that falls behind misses frames; that is no reason to end its connection. */
  report(report: Report): void {
    if (this.#connection.bufferedAmount > this.#settings.maxQueuedBytes) return;
    this.#connection.sendText(JSON.stringify(report));
    this.#host.flush();
  }

  end(): void {
    this.close(1000, 'the connection you watched has ended');
  }
}
