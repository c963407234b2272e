/**
 * A connection on which a client watches the frames of its other one. A second, so that the panel
 * does not show itself.
 */
import type { ConnectionHandlers, WebSocketConnection } from 'sanssocket';
import type { Report } from './frame-report.js';
import type { Watcher } from './frame-tap.js';
import type { FramesRelay, Watch } from './frames-relay.js';

/** A watcher from its accepted handshake to its end. */
export class FramesSession implements Watcher {
  /** For its connection. */
  readonly handlers: ConnectionHandlers = { close: () => this.#watch.end() };
  readonly #connection: WebSocketConnection;
  readonly #watch: Watch;

  constructor(connection: WebSocketConnection, frames: FramesRelay, key: string) {
    this.#connection = connection;
    this.#watch = frames.watch(key, this);
  }

  /** A watcher that falls behind misses frames; that is no reason to end its connection. */
  report(report: Report): void {
    this.#connection.sendText(JSON.stringify(report));
  }

  end(): void {
    this.#connection.close(1000, 'the connection you watched has ended');
  }
}
