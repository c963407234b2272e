/** An open WebSocket connection, of either side: a driver that knows when it is over. */

import { type CloseInfo, Connection, type ConnectionConfig, type MessageExtension } from '@sanssocket/codec';
import { ConnectionDriver, type DriverConfig, type Transport } from '@sanssocket/codec/driver';
import type { ClientAcceptance } from '@sanssocket/handshake';

/** The caller has paused the connection. */
const BY_CALLER = 1;

/** The connection's promise has not been seen yet. */
const BY_OPENING = 2;

/** RFC 6455 7.1.5: no Close was received. */
const LOST: CloseInfo = { wasClean: false, code: 1006, reason: '', fault: undefined, truncated: false };

/** The keeper of a connection until it is over. */
export interface ConnectionOwner {
  /** The transport of a connection is gone. */
  gone(connection: WebSocketConnection): void;
}

/**
 * An open WebSocket connection, as `connect` and `serve` give it: a `ConnectionDriver`, with the
 * subprotocol agreed on and promises of its events. Its messages come to the handlers given
 * to `connect` or `serve`.
 *
 * @example
 * ```ts node
 * import { connect, serve } from 'sanssocket';
 *
 * const server = await serve({ port: 0 }, (connection) => ({ text: (text) => connection.sendText(text) }));
 * const connection = await connect(`ws://localhost:${server.port}/`, {
 *   text(text) {
 *     console.log(text);
 *     connection.close(1000);
 *   },
 * });
 * connection.sendText('hello');
 * console.log((await connection.finished()).code);
 * await server.close();
 * ```
 */
export class WebSocketConnection extends ConnectionDriver {
  /** The subprotocol agreed on (RFC 6455 1.9); undefined if there is none. */
  readonly protocol: string | undefined;
  readonly #transport: Transport;
  readonly #owner: ConnectionOwner | undefined;
  #whenDrained: (() => void)[] | undefined;
  #whenFinished: (() => void)[] | undefined;
  /** Whether reading is held back, by whom it may be: a sum of the bits below. */
  #held = 0;

  /** @internal Made by `connect` and `serve`. */
  constructor(
    transport: Transport,
    config: ConnectionConfig,
    limits: DriverConfig,
    agreement: Pick<ClientAcceptance<MessageExtension>, 'protocol' | 'extensions'>,
    owner: ConnectionOwner | undefined,
    now: number,
  ) {
    const extensions = agreement.extensions.map(({ extension }) => extension);
    super(new Connection(config, {}, extensions), transport, limits, now);
    this.#transport = transport;
    this.protocol = agreement.protocol;
    this.#owner = owner;
  }

  /**
   * Waits until half of `highWaterMark` or less is in line to be sent, or the transport is gone: for a
   * program that makes messages faster than the peer reads them. It is done at once if
   * {@link WebSocketConnection.needDrain} is false.
   *
   * @returns whether messages can still be sent
   */
  async drained(): Promise<boolean> {
    if (this.needDrain) {
      await new Promise<void>((resolve) => {
        this.#whenDrained ??= [];
        this.#whenDrained.push(resolve);
      });
    }
    return !this.closed;
  }

  /**
   * Waits until the transport is gone.
   *
   * @returns how the connection ended (RFC 6455 7.1.5); as 1006 if it is still paused, and its end was
   * not told
   */
  async finished(): Promise<CloseInfo> {
    if (!this.closed) {
      await new Promise<void>((resolve) => {
        this.#whenFinished ??= [];
        this.#whenFinished.push(resolve);
      });
    }
    return this.connection.closeInfo ?? LOST;
  }

  override pause(): void {
    this.#held |= BY_CALLER;
    super.pause();
  }

  override resume(): void {
    this.#held &= ~BY_CALLER;
    if (this.#held === 0) super.resume();
  }

  /**
   * @internal Holds the first message back until all microtasks are through: the promise of the
   * connection has given it to its caller by then.
   */
  holdFirst(): void {
    this.#held |= BY_OPENING;
    super.pause();
    setTimeout(() => {
      this.#held &= ~BY_OPENING;
      if (this.#held === 0) super.resume();
    }, 0);
  }

  /** Gives up the transport at once, without a closing handshake: the close code is 1006. */
  terminate(): void {
    if (this.closed) return;
    try {
      this.#transport.destroy();
    } finally {
      this.transportClosed();
    }
  }

  /** @internal */
  override tellDrained(): unknown {
    const waiting = this.#whenDrained;
    this.#whenDrained = undefined;
    if (waiting !== undefined) for (const resolve of waiting) resolve();
    return super.tellDrained();
  }

  /** @internal */
  override tellGone(): unknown {
    this.#owner?.gone(this);
    const waiting = this.#whenFinished;
    this.#whenFinished = undefined;
    if (waiting !== undefined) for (const resolve of waiting) resolve();
    return super.tellGone();
  }
}

/** Gives a new connection its handlers; if there are none to be had it fails with 1011. */
export function beginConnection(
  connection: WebSocketConnection,
  makeHandlers: () => Parameters<Connection['setHandlers']>[0],
): void {
  try {
    connection.connection.setHandlers(makeHandlers());
  } catch (error) {
    connection.fail(1011);
    throw error;
  }
}
