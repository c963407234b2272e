/**
 * A connection on which a client watches the frames of its other one. A second, so that the panel
 * does not show itself.
 */
import type { Duplex } from 'node:stream';
import { Connection, ConnectionConfig } from '@sanssocket/codec';
import type { ConnectionDriver, DriverConfig } from '@sanssocket/codec/driver';
import { attachSocket } from '@sanssocket/codec/node';
import type { FrameTap, Report, Watcher } from './frame-tap.js';

const CONFIG = new ConnectionConfig({ role: 'server', maxMessageBytes: 1 });

/** A watcher from its accepted handshake to its end. */
export class FramesSession implements Watcher {
  readonly #driver: ConnectionDriver;

  /**
   * @param socket - behind the opening handshake
   * @param head - the bytes that followed it
   */
  constructor(socket: Duplex, head: Uint8Array, tap: FrameTap, limits: DriverConfig) {
    const connection = new Connection(CONFIG, { close: () => tap.unwatch(this) });
    this.#driver = attachSocket(socket, connection, limits, head);
    tap.watch(this);
  }

  /** Starts the closing handshake. */
  close(code: number, reason: string): void {
    this.#driver.close(code, reason);
  }

  /** A watcher that falls behind misses frames; that is no reason to end its connection. */
  report(report: Report): void {
    this.#driver.sendText(JSON.stringify(report));
  }

  end(): void {
    this.close(1000, 'the connection you watched has ended');
  }
}
