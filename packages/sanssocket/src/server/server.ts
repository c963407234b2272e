/**
 * A server without its sockets: openings under way and open connections, admission, broadcast,
 * and a graceful end. A listener gives it transports.
 */

import { Connection, type ConnectionHandlers, PreparedMessage } from '@sanssocket/codec';
import { now, type ReceivedTransport, type TransportReceiver } from '@sanssocket/codec/driver';
import { requireInteger, requireKnown } from '@sanssocket/codec/options';
import {
  type HeaderPairs,
  type OpeningRequest,
  type RejectOptions,
  ServerHandshake,
} from '@sanssocket/handshake';
import { findRejection } from '@sanssocket/handshake/rules';
import { headerValues } from '@sanssocket/handshake/values';
import { beginConnection, type ConnectionOwner, WebSocketConnection } from '../connection.js';
import {
  type RequestSource,
  type ServerAgreement,
  ServerOpening,
  type ServerOpeningHandlers,
} from '../opening/server-opening.js';
import { delayOf } from '../options.js';
import { isRejecting, type Rejecting, type ServerConfig } from './options.js';

/** A client's request, as the rules, `authorize` and the handlers see it. */
export interface ServerRequest extends OpeningRequest {
  /** The address that the client connects from; undefined where the runtime does not tell. */
  readonly remoteAddress: string | undefined;
  /**
   * The value of a header, its name in any letter case: the lines joined by `, ` where there are several
   * (RFC 9110 5.3), those of `Cookie` by `; ` (RFC 9113 8.2.3); undefined where there is none.
   */
  header(name: string): string | undefined;
}

/**
 * Makes the handlers of a connection that is open.
 *
 * @param connection - to send by
 * @param request - the client's
 * @param identity - from the option `authorize`
 */
export type ServerHandlers<Identity = undefined> = (
  connection: WebSocketConnection,
  request: ServerRequest,
  identity: Identity,
) => ConnectionHandlers;

/** How {@link WebSocketServer.close} ends connections. */
export interface CloseServerOptions {
  /** The close code; 1001, going away, by default (RFC 6455 7.4.1). */
  readonly code?: number | undefined;
  /** The reason; none by default. */
  readonly reason?: string | undefined;
  /** After so long connections that have not ended are cut off. 10 seconds by default. */
  readonly timeoutMs?: number | undefined;
}

/** How {@link WebSocketServer.broadcast} sends. */
export interface BroadcastOptions {
  /** The connections to send to; all by default. */
  readonly to?: Iterable<WebSocketConnection> | undefined;
  /** Connections that do not get it, such as the speaker's. */
  readonly except?: WebSocketConnection | undefined;
  /** Whether connections with more than `highWaterMark` in line are passed over. False by default. */
  readonly skipSlow?: boolean | undefined;
}

/** A listening socket, or an HTTP server, of a server. */
export interface Listener {
  /** 0 where there is none. */
  readonly port: number;
  readonly hostname: string;
  /** Takes no more sockets. */
  stop(): Promise<void> | void;
}

/** A server that has no sockets of its own, for an HTTP server of the application's. */
export const NO_LISTENER: Listener = { port: 0, hostname: '', stop() {} };

/**
 * A server: all its connections, and the calls that concern all of them. `serve` makes one that listens.
 *
 * @example
 * ```ts node
 * import { serve } from 'sanssocket';
 *
 * const server = await serve({ port: 0 }, (connection) => ({
 *   text: (text) => server.broadcast(text, { except: connection }),
 * }));
 * console.log([...server.connections].length);
 * await server.close();
 * ```
 */
export class WebSocketServer<Identity = undefined> {
  readonly #config: ServerConfig<Identity>;
  readonly #handlers: ServerHandlers<Identity>;
  readonly #listener: Listener;
  readonly #connections = new Map<WebSocketConnection, string | undefined>();
  readonly #openings = new Map<ServerOpening, string | undefined>();
  /** Open connections and accepted openings by address. */
  readonly #addresses = new Map<string, number>();
  /** Openings that were accepted, while their response is not through. */
  readonly #accepting = new Set<ServerOpening>();
  /** Looks after connections and openings for the server. */
  readonly #keeper: ConnectionOwner & ServerOpeningHandlers = {
    request: (opening, request) => this.#request(opening, request),
    end: (opening) => this.#ended(opening),
    gone: (connection) => this.#gone(connection),
  };
  #closing: Promise<void> | undefined;
  /** Called when nothing is left. */
  #whenEmpty: (() => void) | undefined;

  /** @internal Made by `serve`. */
  constructor(config: ServerConfig<Identity>, handlers: ServerHandlers<Identity>, listener: Listener) {
    this.#config = config;
    this.#handlers = handlers;
    this.#listener = listener;
  }

  /** The port that it listens on; 0 if it does not listen itself. */
  get port(): number {
    return this.#listener.port;
  }

  /** The address that it listens on; empty if it does not listen itself. */
  get hostname(): string {
    return this.#listener.hostname;
  }

  /** All open connections, in the order in which they came. */
  get connections(): Iterable<WebSocketConnection> & { readonly size: number } {
    const connections = this.#connections;
    return { size: connections.size, [Symbol.iterator]: () => connections.keys() };
  }

  /** Opening handshakes under way, rejected clients that have not gone among them. */
  get openings(): number {
    return this.#openings.size;
  }

  /**
   * Sends a message to all connections, or some of them; it is encoded once. A connection that has
   * more than `backpressureLimit` in line is closed with 1008, as with every message.
   *
   * @param message - text, bytes (copied), or a message prepared before
   * @returns how many connections it was sent to
   */
  broadcast(message: string | Uint8Array | PreparedMessage, options: BroadcastOptions = {}): number {
    const { to = this.#connections.keys(), except, skipSlow = false } = options;
    const prepared = prepare(message);
    let count = 0;
    for (const connection of to) {
      if (connection === except || (skipSlow && connection.needDrain)) continue;
      if (connection.sendPrepared(prepared)) count++;
    }
    return count;
  }

  /**
   * Ends the server: it takes no more clients, answers those that are being let in with 503, closes all
   * connections, and waits for them. The rest is cut off after a time limit. A second call waits for the
   * first one.
   *
   * @throws TypeError and RangeError for options that make no sense, and a code or reason that cannot be
   * sent: nothing was done then
   */
  async close(options: CloseServerOptions = {}): Promise<void> {
    requireKnown(options, CLOSE_OPTIONS);
    const { code = 1001, reason = '', timeoutMs = 10_000 } = options;
    requireInteger('timeoutMs', timeoutMs, 0, Number.MAX_SAFE_INTEGER);
    // Which looks at code and reason.
    new Connection(this.#config.connection, {}).close(code, reason);
    this.#closing ??= this.#end(code, reason, timeoutMs);
    await this.#closing;
  }

  // For listeners.

  /**
   * Takes a client over bytes.
   *
   * @internal
   * @param transport - as it was accepted
   * @param remoteAddress - the client's
   * @returns its receiver
   */
  admit(transport: ReceivedTransport, remoteAddress: string | undefined): ServerOpening {
    const opening = this.admitFrom(transport, new ServerHandshake(this.#config.head), remoteAddress);
    if (this.#closing !== undefined || this.#isCrowded) {
      // Its receiver is called when the transport is there.
      queueMicrotask(() => opening.abort());
    }
    return opening;
  }

  /**
   * Takes a client over a source; behind an HTTP parser, call `take` of the opening when the transport is
   * there.
   *
   * @internal
   */
  admitFrom(
    transport: ReceivedTransport,
    source: RequestSource,
    remoteAddress: string | undefined,
  ): ServerOpening {
    const opening = new ServerOpening(transport, source, this.#config, this.#keeper, now());
    this.#openings.set(opening, remoteAddress);
    return opening;
  }

  #request(opening: ServerOpening, checked: OpeningRequest): void {
    // Behind an HTTP parser no opening is refused before it has a request.
    if (this.#isCrowded) {
      opening.abort();
      return;
    }
    const request = withAddress(checked, this.#openings.get(opening));
    try {
      const rejection = findRejection(request, this.#config.rules) ?? this.#full(request.remoteAddress);
      if (rejection !== undefined) opening.reject(rejection, now());
      else this.#authorize(opening, request);
    } catch (error) {
      this.#fail(opening, error);
    }
  }

  #ended(opening: ServerOpening): void {
    if (this.#accepting.delete(opening)) this.#leave(this.#openings.get(opening));
    this.#openings.delete(opening);
    this.#tellIfEmpty();
  }

  #gone(connection: WebSocketConnection): void {
    this.#leave(this.#connections.get(connection));
    this.#connections.delete(connection);
    this.#tellIfEmpty();
  }

  // Letting in.

  /** Whether too many openings are under way. */
  get #isCrowded(): boolean {
    return this.#openings.size > this.#config.maxOpenings;
  }

  #full(address: string | undefined): RejectOptions | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#config;
    const count = address === undefined ? 0 : (this.#addresses.get(address) ?? 0);
    const isFull =
      this.#connections.size + this.#accepting.size >= maxConnections || count >= maxConnectionsPerAddress;
    return isFull || this.#closing !== undefined ? UNAVAILABLE : undefined;
  }

  #authorize(opening: ServerOpening, request: ServerRequest): void {
    const { authorize } = this.#config;
    if (authorize === undefined) {
      this.#accept(opening, request, undefined as Identity);
      return;
    }
    const decision = authorize(request);
    if (isPromise(decision)) {
      decision.then(
        (decided) => this.#decide(opening, request, decided),
        (error: unknown) => this.#fail(opening, error),
      );
    } else this.#decide(opening, request, decision);
  }

  #decide(opening: ServerOpening, request: ServerRequest, decision: Identity | Rejecting): void {
    try {
      // Others may have come meanwhile.
      const rejection = isRejecting(decision) ? decision.options : this.#full(request.remoteAddress);
      if (rejection !== undefined) opening.reject(rejection, now());
      else this.#accept(opening, request, decision as Identity);
    } catch (error) {
      this.#fail(opening, error);
    }
  }

  #accept(opening: ServerOpening, request: ServerRequest, identity: Identity): void {
    const { protocols, extensions } = this.#config;
    const headers = this.#headersFor(request);
    const open = (transport: ReceivedTransport, agreement: ServerAgreement): TransportReceiver => {
      this.#accepting.delete(opening);
      this.#openings.delete(opening);
      return this.#open(transport, agreement, request, identity);
    };
    this.#accepting.add(opening);
    this.#enter(request.remoteAddress);
    let isAccepted = false;
    try {
      isAccepted = opening.accept({ protocols, extensions, headers }, open, now());
    } finally {
      // The client has gone meanwhile, or the headers were wrong.
      if (!isAccepted && this.#accepting.delete(opening)) this.#leave(request.remoteAddress);
    }
  }

  #headersFor(request: ServerRequest): HeaderPairs {
    const { headers = [] } = this.#config;
    return typeof headers === 'function' ? headers(request) : headers;
  }

  #open(
    transport: ReceivedTransport,
    agreement: ServerAgreement,
    request: ServerRequest,
    identity: Identity,
  ): TransportReceiver {
    const { connection: config, driver } = this.#config;
    const connection = new WebSocketConnection(transport, config, driver, agreement, this.#keeper, now());
    this.#connections.set(connection, request.remoteAddress);
    try {
      beginConnection(connection, () => this.#handlers(connection, request, identity));
      if (this.#closing !== undefined) connection.close(1001);
    } catch (error) {
      this.#config.onError(error);
    }
    return connection;
  }

  /** An exception of the application's is answered with 500. */
  #fail(opening: ServerOpening, error: unknown): void {
    opening.reject({ status: 500, reason: 'Internal Server Error' }, now());
    this.#config.onError(error);
  }

  #enter(address: string | undefined): void {
    if (address !== undefined) this.#addresses.set(address, (this.#addresses.get(address) ?? 0) + 1);
  }

  #leave(address: string | undefined): void {
    if (address === undefined) return;
    const count = this.#addresses.get(address)! - 1;
    if (count > 0) this.#addresses.set(address, count);
    else this.#addresses.delete(address);
  }

  // The end.

  async #end(code: number, reason: string, timeoutMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#cut();
        resolve();
      }, delayOf(timeoutMs));
    });
    const stopped = this.#listener.stop();
    const empty = this.#empty();
    for (const opening of this.#openings.keys()) opening.stop(now());
    for (const connection of this.#connections.keys()) connection.close(code, reason);
    this.#tellIfEmpty();
    await Promise.race([Promise.all([empty, stopped]), late]);
    clearTimeout(timer);
  }

  #empty(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  #tellIfEmpty(): void {
    if (this.#openings.size === 0 && this.#connections.size === 0) this.#whenEmpty?.();
  }

  #cut(): void {
    for (const opening of this.#openings.keys()) opening.abort();
    for (const connection of this.#connections.keys()) connection.terminate();
  }
}

const CLOSE_OPTIONS: readonly (keyof CloseServerOptions)[] = ['code', 'reason', 'timeoutMs'];

/** RFC 9110 15.6.4, 10.2.3. */
const UNAVAILABLE: RejectOptions = { status: 503, headers: [['Retry-After', '1']], body: 'no room' };

function prepare(message: string | Uint8Array | PreparedMessage): PreparedMessage {
  if (typeof message === 'string') return PreparedMessage.text(message);
  return message instanceof Uint8Array ? PreparedMessage.binary(message) : message;
}

function withAddress(request: OpeningRequest, remoteAddress: string | undefined): ServerRequest {
  return Object.assign(request, { remoteAddress, header });
}

function header(this: OpeningRequest, name: string): string | undefined {
  const lines = headerValues(this.headers, name);
  return lines.length === 0 ? undefined : lines.join(name.toLowerCase() === 'cookie' ? '; ' : ', ');
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function';
}
