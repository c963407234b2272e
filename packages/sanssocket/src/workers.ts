/**
 * `sanssocket` on Workers (workerd): clients over the TCP sockets of `cloudflare:sockets`, and servers
 * over streams. A Worker's own `WebSocketPair` has no bytes that could be given to a server of ours.
 *
 * @packageDocumentation
 */

import type { ReadableWritablePair } from '@sanssocket/codec/web-streams';
import type { WebSocketUri } from '@sanssocket/handshake';
import type { ClientHandlers } from './client/open.js';
import type { ClientOptions } from './client/options.js';
import type { ReconnectingConnection, ReconnectOptions, UrlSource } from './client/reconnecting.js';
import type { WebSocketConnection } from './connection.js';
import { connect as connectStreams, reconnect as reconnectStreams } from './web-streams.js';

export * from './common.js';
export { createServer, StreamsWebSocketServer } from './web-streams.js';

interface TcpSocket extends ReadableWritablePair {
  readonly opened: Promise<unknown>;
  close(): Promise<void>;
}

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
  options: ClientOptions = {},
): Promise<WebSocketConnection> {
  return connectStreams(url, handlers, { ...options, open });
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
  options: ClientOptions & ReconnectOptions = {},
): ReconnectingConnection {
  return reconnectStreams(url, handlers, { ...options, open });
}

async function open({ secure, host, port }: WebSocketUri, signal: AbortSignal): Promise<TcpSocket> {
  // @ts-expect-error the runtime has it; loaded here, so that other runtimes can load this file
  const { connect: connectSocket } = (await import('cloudflare:sockets')) as {
    connect(address: object, options: object): TcpSocket;
  };
  // Workers want an IPv6 address in its brackets.
  const hostname = host.includes(':') ? `[${host}]` : host;
  const options = { secureTransport: secure ? 'on' : 'off', allowHalfOpen: true };
  const socket = connectSocket({ hostname, port }, options);
  const abort = (): void => void socket.close().catch(() => {});
  signal.addEventListener('abort', abort);
  try {
    await socket.opened;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return socket;
}
