/**
 * A connection on which a client watches the frames of its other one. A second, so that the panel
 * does not show itself.
 */
import type { ConnectionHandlers, WebSocketConnection } from 'sanssocket';
import type { FrameTap, Report, Watcher } from './frame-tap.js';

/** A watcher from its accepted handshake to its end. */
export class FramesSession implements Watcher {
  /** For its connection. */
  readonly handlers: ConnectionHandlers;
  readonly #connection: WebSocketConnection;

  constructor(connection: WebSocketConnection, tap: FrameTap) {
    this.#connection = connection;
    this.handlers = { close: () => tap.unwatch(this) };
    tap.watch(this);
  }

  /** A watcher that falls behind misses frames; that is no reason to end its connection. */
  report(report: Report): void {
    this.#connection.sendText(JSON.stringify(report));
  }

  end(): void {
    this.#connection.close(1000, 'the connection you watched has ended');
  }
}
