/** The events of a `TransportWebSocket` (WHATWG WebSockets Standard, HTML Standard). */
import type { PlatformBlob, PlatformEvent, PlatformMessageEvent } from './platform.js';

/** The `close` event of a {@link TransportWebSocket}: the platform's `CloseEvent` where there is one. */
export type TransportCloseEvent = PlatformEvent & {
  /** Whether the closing handshake was completed (RFC 6455 7.1.4). */
  readonly wasClean: boolean;
  /** The code of the peer's Close, 1005 if it had none; 1006 if there was no Close (RFC 6455 7.1.5). */
  readonly code: number;
  /** The reason in the peer's Close (RFC 6455 7.1.6). */
  readonly reason: string;
};

/** The events of a {@link TransportWebSocket} by type. */
export interface TransportWebSocketEventMap {
  /** It can be used. */
  readonly open: PlatformEvent;
  /** A message: a string, or bytes as `binaryType` says. */
  readonly message: PlatformMessageEvent<string | ArrayBuffer | PlatformBlob>;
  /** The connection failed; `close` follows. */
  readonly error: PlatformEvent;
  /** The connection has ended: the last event. */
  readonly close: TransportCloseEvent;
}

/** An event handler of a {@link TransportWebSocket}. */
export type TransportWebSocketHandler<K extends keyof TransportWebSocketEventMap> =
  | ((event: TransportWebSocketEventMap[K]) => unknown)
  | null;

/** The platform's. Importing throws nothing where there is none, and nothing is made of it there. */
const BaseEvent: typeof Event = globalThis.Event ?? Object;

/** A `CloseEvent` for platforms that have none (Node 20 and 22). */
class LocalCloseEvent extends BaseEvent implements TransportCloseEvent {
  static {
    Object.defineProperty(LocalCloseEvent.prototype, Symbol.toStringTag, {
      value: 'CloseEvent',
      configurable: true,
    });
  }

  readonly #wasClean: boolean;
  readonly #code: number;
  readonly #reason: string;

  constructor(wasClean: boolean, code: number, reason: string) {
    super('close');
    this.#wasClean = wasClean;
    this.#code = code;
    this.#reason = reason;
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }
  get code(): number {
    return this.#code;
  }
  get reason(): string {
    return this.#reason;
  }
}

/**
 * Makes a `close` event: the platform's, so that `instanceof CloseEvent` holds, or one of the same shape.
 */
export function createCloseEvent(wasClean: boolean, code: number, reason: string): TransportCloseEvent {
  return typeof CloseEvent === 'function'
    ? new CloseEvent('close', { wasClean, code, reason })
    : new LocalCloseEvent(wasClean, code, reason);
}
