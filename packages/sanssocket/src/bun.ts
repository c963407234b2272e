/**
 * `sanssocket` on Bun: `serve` and `connect` over sockets of `Bun.listen` and `Bun.connect`.
 *
 * @packageDocumentation
 */

import { type BunSocket, type BunSocketHandlers, bunHandlers, bunTransport } from '@sanssocket/codec/bun';
import type { ReceivedTransport } from '@sanssocket/codec/driver';
import type { WebSocketUri } from '@sanssocket/handshake';
import { type ClientRuntime, connectBy, reconnectBy } from './client/client.js';
import type { ClientHandlers, Dial, Dialling } from './client/open.js';
import type { ClientOptions } from './client/options.js';
import type { ReconnectingConnection, ReconnectOptions, UrlSource } from './client/reconnecting.js';
import type { WebSocketConnection } from './connection.js';
import { deflate } from './node-runtime.js';
import { type TcpServeOptions, tcpServer } from './server/options.js';
import { type ServerHandlers, WebSocketServer } from './server/server.js';

export * from './common.js';
export type { TcpServeOptions as ServeOptions } from './server/options.js';

/** A socket of Bun's, with its transport as its data. */
interface Socket extends BunSocket {
  readonly remoteAddress?: string;
  data: ReceivedTransport | undefined;
}

interface SocketHandlers extends BunSocketHandlers<Socket> {
  open?(socket: Socket): void;
  handshake?(socket: Socket, success: boolean, error: Error | null): void;
  connectError?(socket: Socket, error: Error): void;
}

interface BunOptions {
  readonly hostname: string;
  readonly port: number;
  readonly allowHalfOpen: true;
  readonly tls?: object;
  readonly socket: SocketHandlers;
}

declare const Bun: {
  listen(options: BunOptions): {
    readonly port: number;
    readonly hostname: string;
    stop(closeConnections?: boolean): void;
  };
  connect(options: BunOptions): Promise<unknown>;
};

/**
 * Serves WebSockets, as on Node.
 *
 * @param options - where to listen, admission, and limits
 * @param handlers - makes the handlers of each connection
 * @returns the server, which listens
 * @throws TypeError and RangeError for options that make no sense; Bun's error if it cannot listen
 *
 * @example
 * ```ts no-run
 * import { serve } from 'sanssocket';
 *
 * await serve({ port: 8080 }, (connection) => ({ text: (text) => connection.sendText(text) }));
 * ```
 */
export async function serve<Identity = undefined>(
  options: TcpServeOptions<Identity>,
  handlers: ServerHandlers<Identity>,
): Promise<WebSocketServer<Identity>> {
  const { config, port, hostname, tls } = tcpServer(options, handlers, deflate);
  const open = (socket: Socket): void => {
    bunTransport(socket, (transport) => {
      socket.data = transport;
      return server.admit(transport, socket.remoteAddress);
    });
  };
  // With a function for TLS handshakes Bun calls `open` before them, not behind: their time counts, too.
  const listener = Bun.listen({
    hostname,
    port,
    allowHalfOpen: true,
    ...(tls && { tls }),
    socket: { open, ...FORWARD, ...(tls && { handshake() {} }) },
  });
  const { port: own, hostname: address } = listener;
  const stop = (): void => listener.stop();
  const server = new WebSocketServer(config, handlers, { port: own, hostname: address, stop });
  return server;
}

/** The events of all sockets. */
const FORWARD: SocketHandlers = /* @__PURE__ */ bunHandlers<Socket>(
  ({ data }) => data?.receiver,
  () => {},
);

/** Options of `connect` on Bun. */
export interface ConnectOptions extends ClientOptions {
  /** Options of TLS, as `Bun.connect` takes them. */
  readonly tls?: object | undefined;
}

const RUNTIME: ClientRuntime<ConnectOptions> = { names: ['tls'], dialOf, deflate };

/**
 * Connects to a WebSocket server, as on Node.
 *
 * @throws OpeningError if there is no connection; the reason of the signal; TypeError and RangeError
 * for a URL or options that make no sense
 *
 * @example
 * ```ts no-run
 * import { connect } from 'sanssocket';
 *
 * const connection = await connect('wss://example.com/', { text: (text) => console.log(text) });
 * connection.sendText('hello');
 * ```
 */
export async function connect(
  url: string | URL,
  handlers: ClientHandlers,
  options: ConnectOptions = {},
): Promise<WebSocketConnection> {
  return connectBy(RUNTIME, url, handlers, options);
}

/**
 * Connects, and connects again whenever the connection is lost, as on Node.
 *
 * @throws TypeError and RangeError for options that make no sense
 *
 * @example
 * ```ts no-run
 * import { reconnect } from 'sanssocket';
 *
 * const link = reconnect('wss://example.com/', { text: (text) => console.log(text) });
 * await link.connected();
 * link.sendText('hello');
 * ```
 */
export function reconnect(
  url: UrlSource,
  handlers: ClientHandlers,
  options: ConnectOptions & ReconnectOptions = {},
): ReconnectingConnection {
  return reconnectBy(RUNTIME, url, handlers, options);
}

function dialOf({ tls }: ConnectOptions): Dial {
  return (dialling, { request }, _target, _offer, signal) => dial(dialling, request.uri, tls, signal);
}

function dial(dialling: Dialling, uri: WebSocketUri, tls: object | undefined, signal: AbortSignal): void {
  let isSettled = false;
  const settle = (): boolean => {
    const isFirst = !isSettled;
    isSettled = true;
    return isFirst && !signal.aborted;
  };
  const ready = (socket: Socket): void => {
    if (!settle()) {
      socket.terminate();
      return;
    }
    dialling.connected((receiverOf) => {
      const transport = bunTransport(socket, receiverOf);
      socket.data = transport;
      return transport;
    });
  };
  const fail = (error: unknown): void => {
    if (settle()) dialling.failed(error);
  };
  const socket: SocketHandlers = {
    ...FORWARD,
    open(opened) {
      signal.addEventListener('abort', () => opened.data ?? opened.terminate(), { once: true });
      if (!uri.secure) ready(opened);
    },
    handshake(opened, success, error) {
      if (!uri.secure || isSettled) return;
      const isLax =
        (tls as { readonly rejectUnauthorized?: boolean } | undefined)?.rejectUnauthorized === false;
      if (isLax || (success && error === null)) ready(opened);
      else {
        fail(error ?? new Error('the TLS handshake failed'));
        opened.terminate();
      }
    },
    close(closed) {
      if (closed.data === undefined) fail(new Error('the socket was closed'));
      else FORWARD.close(closed);
    },
    connectError: (_socket, error) => fail(error),
  };
  const options: BunOptions = { hostname: uri.host, port: uri.port, allowHalfOpen: true, socket };
  const secured = uri.secure ? { ...options, tls: { serverName: uri.host, ...tls } } : options;
  Bun.connect(secured).catch(fail);
}
