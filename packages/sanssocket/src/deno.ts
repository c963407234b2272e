/**
 * `sanssocket` on Deno: `serve` and `connect` over connections of `Deno.listen` and `Deno.connect`.
 *
 * @packageDocumentation
 */

import { type DenoConn, denoTransport } from '@sanssocket/codec/deno';
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

interface Conn extends DenoConn {
  readonly remoteAddr: { readonly hostname?: string };
  handshake?(): Promise<unknown>;
  setNoDelay?(noDelay: boolean): void;
}

interface Listener {
  readonly addr: { readonly port?: number; readonly hostname?: string };
  accept(): Promise<Conn>;
  close(): void;
}

declare const Deno: {
  listen(options: object): Listener;
  listenTls(options: object): Listener;
  connect(options: object): Promise<Conn>;
  startTls(conn: Conn, options: object): Promise<Conn>;
};

/**
 * Serves WebSockets, as on Node.
 *
 * @param options - where to listen, admission, and limits
 * @param handlers - makes the handlers of each connection
 * @returns the server, which listens
 * @throws TypeError and RangeError for options that make no sense; Deno's error if it cannot listen
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
  const listener =
    tls === undefined ? Deno.listen({ hostname, port }) : Deno.listenTls({ hostname, port, ...tls });
  const { addr } = listener;
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    listener.close();
  };
  const where = { port: addr.port ?? 0, hostname: addr.hostname ?? '', stop };
  const server = new WebSocketServer(config, handlers, where);
  void acceptAll(listener, server, () => isStopped, config.onError);
  return server;
}

/** A connection that cannot be accepted (no descriptors, a wrong TLS handshake) is nobody else's affair. */
async function acceptAll<Identity>(
  listener: Listener,
  server: WebSocketServer<Identity>,
  isStopped: () => boolean,
  onError: (error: unknown) => void,
): Promise<void> {
  for (;;) {
    try {
      const conn = await listener.accept();
      conn.setNoDelay?.(true);
      denoTransport(conn, (transport) => server.admit(transport, conn.remoteAddr.hostname));
    } catch (error) {
      if (isStopped()) return;
      onError(error);
      await new Promise((resolve) => setTimeout(resolve, ACCEPT_AGAIN_MS));
    }
  }
}

/** The wait behind a connection that could not be accepted: the next one fails for the same reason, mostly. */
const ACCEPT_AGAIN_MS = 5;

/** Options of `connect` on Deno. */
export interface ConnectOptions extends ClientOptions {
  /** Options of TLS, as `Deno.connectTls` takes them. */
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

function dialOf({ tls = {} }: ConnectOptions): Dial {
  return (dialling, { request }, _target, _offer, signal) => void dial(dialling, request.uri, tls, signal);
}

async function dial(dialling: Dialling, uri: WebSocketUri, tls: object, signal: AbortSignal): Promise<void> {
  let conn: Conn | undefined;
  const close = (): void => {
    try {
      conn?.close();
    } catch {
      // It is closed already.
    }
  };
  try {
    conn = await Deno.connect({ hostname: uri.host, port: uri.port, signal });
    signal.addEventListener('abort', close);
    conn.setNoDelay?.(true);
    if (uri.secure) {
      conn = await Deno.startTls(conn, { hostname: uri.host, ...tls });
      await conn.handshake?.();
    }
  } catch (error) {
    signal.removeEventListener('abort', close);
    close();
    if (!signal.aborted) dialling.failed(error);
    return;
  }
  signal.removeEventListener('abort', close);
  const open = conn;
  if (signal.aborted) open.close();
  else dialling.connected((receiverOf) => denoTransport(open, receiverOf));
}
