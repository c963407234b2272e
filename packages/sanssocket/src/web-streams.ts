/**
 * `sanssocket/web-streams`: servers and clients over pairs of web streams, in any runtime: Workers,
 * browsers (WebTransport, TCPSocket), streams of the application's own.
 *
 * @packageDocumentation
 */

import type { MessageExtension } from '@sanssocket/codec';
import { type ReadableWritablePair, streamsTransport } from '@sanssocket/codec/web-streams';
import { type PermessageDeflateOptions, permessageDeflate } from '@sanssocket/deflate';
import { compressionStreams } from '@sanssocket/deflate/streams';
import type { ExtensionFactory, WebSocketUri } from '@sanssocket/handshake';
import { type ClientRuntime, connectBy, reconnectBy } from './client/client.js';
import type { ClientHandlers, Dial, Dialling } from './client/open.js';
import type { ClientOptions } from './client/options.js';
import type { ReconnectingConnection, ReconnectOptions, UrlSource } from './client/reconnecting.js';
import type { WebSocketConnection } from './connection.js';
import type { DeflateFactory } from './options.js';
import { ServerConfig, type ServerOptions } from './server/options.js';
import { NO_LISTENER, type ServerHandlers, WebSocketServer } from './server/server.js';

export * from './common.js';

/** Makes the streams of a connection; behind TLS for `wss:`. */
export type OpenStreams = (
  uri: WebSocketUri,
  signal: AbortSignal,
) => ReadableWritablePair | Promise<ReadableWritablePair>;

/** Options of `connect` over streams. */
export interface ConnectOptions extends ClientOptions {
  /** Makes the streams. One pair that comes too late is cancelled and aborted. */
  readonly open: OpenStreams;
}

/** By the runtime's `CompressionStream`; undefined where it has none for raw DEFLATE. */
const deflate: DeflateFactory =
  typeof CompressionStream === 'function'
    ? (options: Omit<PermessageDeflateOptions, 'engine'>): ExtensionFactory<MessageExtension> =>
        permessageDeflate({ ...options, engine: compressionStreams() })
    : undefined;

const RUNTIME: ClientRuntime<ConnectOptions> = { names: ['open'], dialOf, deflate };

/**
 * A server that is given streams: `createServer` makes one.
 *
 * @example
 * ```ts no-run
 * import { createServer } from 'sanssocket/web-streams';
 *
 * const server = createServer({}, (connection) => ({ text: (text) => connection.sendText(text) }));
 * for await (const { readable, writable } of session.incomingBidirectionalStreams) {
 *   server.accept({ readable, writable });
 * }
 * ```
 */
export class StreamsWebSocketServer<Identity = undefined> extends WebSocketServer<Identity> {
  /**
   * Takes a client: its opening handshake, and all that follows.
   *
   * @param streams - nothing was read from them
   * @param remoteAddress - the client's, if it is known
   */
  accept(streams: ReadableWritablePair, remoteAddress?: string): void {
    streamsTransport(streams, (transport) => this.admit(transport, remoteAddress));
  }
}

/**
 * Makes a server for streams that the application has accepted.
 *
 * @param options - admission, and limits
 * @param handlers - makes the handlers of each connection
 * @throws TypeError and RangeError for options that make no sense
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { connect, createServer } from 'sanssocket/web-streams';
 *
 * const server = createServer({}, (connection) => ({ text: (text) => connection.sendText(text) }));
 * const there = new TransformStream<Uint8Array, Uint8Array>();
 * const back = new TransformStream<Uint8Array, Uint8Array>();
 * server.accept({ readable: there.readable, writable: back.writable });
 * const echoed = await new Promise((resolve) => {
 *   void connect('ws://example.com/', (connection) => {
 *     connection.sendText('hello');
 *     return { text: resolve };
 *   }, { open: () => ({ readable: back.readable, writable: there.writable }) });
 * });
 * assert.equal(echoed, 'hello');
 * await server.close();
 * ```
 */
export function createServer<Identity = undefined>(
  options: ServerOptions<Identity>,
  handlers: ServerHandlers<Identity>,
): StreamsWebSocketServer<Identity> {
  const config = new ServerConfig(options, handlers, [], undefined, deflate);
  return new StreamsWebSocketServer(config, handlers, NO_LISTENER);
}

/**
 * Connects over streams; as `connect` on Node, but that `open` makes them.
 *
 * @throws OpeningError if there is no connection; the reason of the signal; TypeError and RangeError
 * for a URL or options that make no sense
 *
 * @example
 * ```ts no-run
 * import { connect } from 'sanssocket/web-streams';
 *
 * const transport = (hostname: string, port: number) => tcpSocket(hostname, port).opened;
 * const connection = await connect('ws://example.com/', { text: (text) => console.log(text) }, {
 *   open: ({ host, port }) => transport(host, port),
 * });
 * connection.sendText('hello');
 * ```
 */
export async function connect(
  url: string | URL,
  handlers: ClientHandlers,
  options: ConnectOptions,
): Promise<WebSocketConnection> {
  return connectBy(RUNTIME, url, handlers, options);
}

/**
 * Connects over streams, and connects again whenever the connection is lost.
 *
 * @throws TypeError and RangeError for options that make no sense
 *
 * @example
 * ```ts no-run
 * import { reconnect } from 'sanssocket/web-streams';
 *
 * const link = reconnect('wss://example.com/', { text: (text) => console.log(text) }, {
 *   open: ({ host, port }) => tcpSocket(host, port).opened,
 * });
 * await link.connected();
 * link.sendText('hello');
 * ```
 */
export function reconnect(
  url: UrlSource,
  handlers: ClientHandlers,
  options: ConnectOptions & ReconnectOptions,
): ReconnectingConnection {
  return reconnectBy(RUNTIME, url, handlers, options);
}

function dialOf({ open }: Pick<ConnectOptions, 'open'>): Dial {
  return (dialling, { request }, _target, _offer, signal) => void dial(dialling, request.uri, open, signal);
}

async function dial(
  dialling: Dialling,
  uri: WebSocketUri,
  open: OpenStreams,
  signal: AbortSignal,
): Promise<void> {
  let streams: ReadableWritablePair;
  try {
    streams = await open(uri, signal);
  } catch (error) {
    if (!signal.aborted) dialling.failed(error);
    return;
  }
  if (signal.aborted) abandon(streams);
  else dialling.connected((receiverOf) => streamsTransport(streams, receiverOf));
}

/** Ends streams that nobody waits for any more. */
function abandon({ readable, writable }: ReadableWritablePair): void {
  const ignore = (): void => {};
  readable.getReader().cancel().catch(ignore);
  writable.getWriter().abort().catch(ignore);
}
