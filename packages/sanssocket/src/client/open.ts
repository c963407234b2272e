/** A client's way to an open connection: attempts and redirects, over a runtime's network. */

import type { Connection, ConnectionHandlers, MessageExtension } from '@sanssocket/codec';
import { now, type ReceivedTransport, type ReceiverOf } from '@sanssocket/codec/driver';
import { type ClientAcceptance, ClientHandshake, type ClientHandshakeOptions } from '@sanssocket/handshake';
import { beginConnection, WebSocketConnection } from '../connection.js';
import { ClientOpening, type ResponseSource, type Unopened } from '../opening/client-opening.js';
import { delayOf } from '../options.js';
import { type ClientConfig, redirected, type Target, targetOf } from './options.js';

/**
 * Handlers of a client's connection: as they are, or a function that makes them once there is a
 * connection to send by.
 */
export type ClientHandlers = ConnectionHandlers | ((connection: WebSocketConnection) => ConnectionHandlers);

/** Makes the transport of a socket that was dialled. */
type Attach = (receiverOf: ReceiverOf) => ReceivedTransport;

/** The calls that a {@link Dial} makes: one of these, once. */
export interface Dialling {
  /** There is a transport, and the opening handshake is to be made over it. */
  connected(attach: Attach): void;
  /** There is a transport behind the opening handshake, which the runtime's HTTP has made. */
  accepted(attach: Attach, acceptance: ClientAcceptance<MessageExtension>): void;
  /** There will be no transport. */
  ended(unopened: Unopened): void;
  /** There will be no transport: the network's error. */
  failed(error: unknown): void;
}

/**
 * Connects to a server.
 *
 * @param handshake - the opening handshake to be made; its `request.uri` says where
 * @param target - the URL and headers that it was made of
 * @param options - and the other wishes
 * @param signal - gives up, at any stage. Nothing is called after
 */
export type Dial = (
  dialling: Dialling,
  handshake: ClientHandshake<MessageExtension>,
  target: Target,
  options: ClientHandshakeOptions<MessageExtension>,
  signal: AbortSignal,
) => void | Promise<void>;

/**
 * Why `connect` has no connection to give.
 *
 * @example
 * ```ts node
 * import { connect, OpeningError } from 'sanssocket';
 *
 * try {
 *   await connect('ws://localhost:9/', {});
 * } catch (error) {
 *   if (error instanceof OpeningError) console.log(error.code); // CONNECT_FAILED
 * }
 * ```
 */
export class OpeningError extends Error {
  /**
   * `CONNECT_FAILED`, `TRANSPORT_FAILED`, `OPENING_TIMEOUT`; `REJECTED` for a response with another
   * status than 101; or the code of a server's fault, as `ACCEPT_MISMATCH`.
   */
  readonly code: string;
  /** The response's status, if it rejects. */
  readonly status: number | undefined;
  /** All that is known: the whole response, the fault with its section, the error of the network. */
  readonly outcome: Unopened;

  /** @internal */
  constructor(outcome: Unopened) {
    super(messageOf(outcome), outcome.kind === 'failure' ? { cause: outcome.cause } : undefined);
    this.name = 'OpeningError';
    this.outcome = outcome;
    const isFault = outcome.kind === 'fault' || outcome.kind === 'failure';
    this.code = isFault ? outcome.code : 'REJECTED';
    this.status = isFault ? undefined : outcome.status;
  }
}

function messageOf(outcome: Unopened): string {
  if (outcome.kind === 'fault') return outcome.message;
  if (outcome.kind === 'failure') {
    const { cause } = outcome;
    return cause instanceof Error && cause.message !== ''
      ? `${outcome.message}: ${cause.message}`
      : outcome.message;
  }
  const where = outcome.location === undefined ? '' : `, to ${outcome.location}`;
  return `the server answered ${outcome.status} ${outcome.reason}${where}`.trimEnd();
}

/**
 * Opens a connection.
 *
 * @throws OpeningError; the reason of the signal; TypeError for a URL that is not a WebSocket's
 */
export async function openConnection(
  dial: Dial,
  url: string | { readonly href: string },
  handlers: ClientHandlers,
  config: ClientConfig,
  signal: AbortSignal | undefined,
): Promise<WebSocketConnection> {
  const deadline = now() + config.openingTimeoutMs;
  let target = targetOf(url, config.headers);
  for (let redirects = 0; ; redirects++) {
    signal?.throwIfAborted();
    const result = await new Attempt(dial, target, handlers, config, deadline, signal).result;
    if (result instanceof WebSocketConnection) return result;
    if (result.kind === 'failure' && result.code === 'OPENING_ABORTED') throw result.cause;
    const follows = result.kind === 'redirect' && redirects < config.maxRedirects;
    const next = follows ? redirected(target, result.location!) : undefined;
    if (next === undefined) throw new OpeningError(result);
    target = next;
  }
}

/** One dialling and one opening handshake. */
class Attempt implements Dialling {
  /** Settled once. */
  readonly result: Promise<WebSocketConnection | Unopened>;
  readonly #handlers: ClientHandlers;
  readonly #config: ClientConfig;
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #source: ResponseSource;
  readonly #dialling = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  #opening: ClientOpening | undefined;
  #settle: ((result: WebSocketConnection | Unopened) => void) | undefined;

  constructor(
    dial: Dial,
    target: Target,
    handlers: ClientHandlers,
    config: ClientConfig,
    deadline: number,
    signal: AbortSignal | undefined,
  ) {
    this.#signal = signal;
    this.#handlers = handlers;
    this.#config = config;
    this.#deadline = deadline;
    const options = { ...config.handshake, headers: target.headers };
    const handshake = new ClientHandshake<MessageExtension>(target.url, options);
    this.#source = handshake;
    this.result = new Promise((resolve) => {
      this.#settle = resolve;
    });
    signal?.addEventListener('abort', this.#onAbort);
    this.#timer = setTimeout(() => this.#late(), delayOf(deadline - now()));
    try {
      dial(this, handshake, target, options, this.#dialling.signal)?.catch((error: unknown) => {
        this.failed(error);
      });
    } catch (error) {
      this.failed(error);
    }
  }

  connected(attach: Attach): void {
    const opening = this.#attach(attach);
    if (this.#settle === undefined) opening?.abort(undefined);
    else opening?.begin(now());
  }

  accepted(attach: Attach, acceptance: ClientAcceptance<MessageExtension>): void {
    const opening = this.#attach(attach);
    if (this.#settle === undefined) opening?.abort(undefined);
    else opening?.answered(acceptance, now());
  }

  ended(unopened: Unopened): void {
    this.#end(unopened);
  }

  failed(cause: unknown): void {
    this.#end({ kind: 'failure', code: 'CONNECT_FAILED', message: 'there is no connection', cause });
  }

  #attach(attach: Attach): ClientOpening | undefined {
    clearTimeout(this.#timer); // the opening has the same deadline
    try {
      attach((transport) => {
        this.#opening = new ClientOpening(
          transport,
          this.#source,
          {
            open: (open, acceptance) => this.#open(open, acceptance),
            end: (unopened) => this.#end(unopened),
          },
          this.#deadline,
        );
        return this.#opening;
      });
    } catch (error) {
      this.failed(error);
    }
    return this.#opening;
  }

  #open(transport: ReceivedTransport, acceptance: ClientAcceptance<MessageExtension>): WebSocketConnection {
    const { connection: config, driver } = this.#config;
    const connection = new WebSocketConnection(transport, config, driver, acceptance, undefined, now());
    connection.holdFirst();
    try {
      beginConnection(connection, () => this.#makeHandlers(connection));
      this.#end(connection);
    } catch (cause) {
      this.#end({ kind: 'failure', code: 'OPENING_ABORTED', message: 'there are no handlers', cause });
    }
    return connection;
  }

  #makeHandlers(connection: WebSocketConnection): Parameters<Connection['setHandlers']>[0] {
    return typeof this.#handlers === 'function' ? this.#handlers(connection) : this.#handlers;
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#signal?.reason;
    if (this.#opening !== undefined) this.#opening.abort(reason);
    else {
      const message = 'the opening was aborted';
      this.#end({ kind: 'failure', code: 'OPENING_ABORTED', message, cause: reason });
      this.#dialling.abort();
    }
  };

  #late(): void {
    // A rejection that is known but for the end of its body comes of that.
    this.#dialling.abort();
    const message = 'there was no connection in time';
    this.#end({ kind: 'failure', code: 'OPENING_TIMEOUT', message, cause: undefined });
  }

  #end(result: WebSocketConnection | Unopened): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#settle?.(result);
    this.#settle = undefined;
  }
}
