/** Servers on Node: over sockets of `net` and `tls`, and behind `http`, `https` and `http2`. */

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { now } from '@sanssocket/codec/driver';
import { type NodeSocket, nodeTransport } from '@sanssocket/codec/node';
import { inWords, requireInteger, requireType, usageError } from '@sanssocket/codec/options';
import { Http2Request } from './node-http2.js';
import { deflate } from './node-runtime.js';
import { loadTls, type Tls } from './node-tls.js';
import { UpgradeEvents } from './node-upgrades.js';
import type { ParsedSource, ServerOpening } from './opening/server-opening.js';
import { defaultHosts, requirePlace, ServerConfig, type ServerOptions } from './server/options.js';
import { ParsedRequest } from './server/parsed.js';
import { type Listener, NO_LISTENER, type ServerHandlers, WebSocketServer } from './server/server.js';

/** Options of `serve` on Node; one of `port`, `path` and `server` is wanted. */
export interface ServeOptions<Identity = undefined> extends ServerOptions<Identity> {
  /** The TCP port to listen on; 0 for any that is free. */
  readonly port?: number | undefined;
  /** The address to listen on, beside `port`; all by default. */
  readonly hostname?: string | undefined;
  /** The Unix socket or named pipe to listen on. */
  readonly path?: string | undefined;
  /** How many sockets may wait to be accepted; 4,096 by default, which the system may lower. */
  readonly backlog?: number | undefined;
  /** Key, certificate and the like, for a server of `wss:`. */
  readonly tls?: TlsOptions | undefined;
  /**
   * An HTTP server of the application's: its `upgrade` events are taken. It goes on when this one
   * ends. A request that offers another protocol, as clients that would like HTTP/2 do (`h2c`), is
   * answered by that server as if it had not (RFC 9110 7.8), on Node 22.21, 24.9 and later; Node
   * before that leaves no choice, and it is rejected.
   */
  readonly server?: HttpServer | undefined;
}

const LISTEN_OPTIONS = ['port', 'hostname', 'path', 'backlog', 'tls', 'server'] as const;

/**
 * A server on Node: it may be given sockets, requests and streams of other servers, too.
 *
 * @example
 * ```ts no-run
 * import { createServer as createHttp2Server } from 'node:http2';
 * import { createServer } from 'sanssocket';
 *
 * const chat = createServer({}, (connection) => ({ text: (text) => connection.sendText(text) }));
 * const http2 = createHttp2Server({ settings: { enableConnectProtocol: true } });
 * http2.on('stream', (stream, headers, _flags, rawHeaders) => {
 *   if (headers[':method'] === 'CONNECT') chat.stream(stream, rawHeaders);
 *   else stream.respond({ ':status': 404 }, { endStream: true });
 * });
 * http2.listen(0, () => http2.close());
 * ```
 */
export class NodeWebSocketServer<Identity = undefined> extends WebSocketServer<Identity> {
  /**
   * Takes a request of an `upgrade` event: answers it, right or wrong, and looks after its socket.
   *
   * @param request - as the event has it
   * @param socket - the same
   * @param head - the same
   *
   * @example
   * ```ts node
   * import { createServer as createHttpServer } from 'node:http';
   * import { createServer } from 'sanssocket';
   *
   * const chat = createServer({}, (connection) => ({ text: (text) => connection.sendText(text) }));
   * const http = createHttpServer((_request, response) => response.writeHead(404).end());
   * http.on('upgrade', (request, socket, head) => {
   *   if (request.url === '/chat') chat.upgrade(request, socket, head);
   *   else socket.destroy();
   * });
   * http.listen(0, () => http.close());
   * ```
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array): void {
    this.#admitParsed(socket, new ParsedRequest(request), request.socket.remoteAddress, head);
  }

  /**
   * Takes a stream of HTTP/2 that asks for a WebSocket (RFC 8441): `:method` is `CONNECT`.
   *
   * @param stream - of a server with `settings: { enableConnectProtocol: true }`
   * @param rawHeaders - the fourth argument of its `stream` event
   */
  stream(stream: ServerHttp2Stream, rawHeaders: readonly string[]): void {
    const source = new Http2Request(stream, rawHeaders);
    this.#admitParsed(stream, source, stream.session?.socket.remoteAddress);
  }

  /**
   * Takes a socket of `net` or `tls` that nothing was read from: the opening handshake and all that
   * follows.
   */
  accept(socket: Socket): void {
    nodeTransport(socket, (transport) => this.admit(transport, socket.remoteAddress));
  }

  #admitParsed(
    socket: NodeSocket,
    source: ParsedSource,
    remoteAddress: string | undefined,
    head?: Uint8Array,
  ): void {
    let opening: ServerOpening | undefined;
    nodeTransport(
      socket,
      (transport) => {
        opening = this.admitFrom(transport, source, remoteAddress);
        return opening;
      },
      head,
    );
    opening!.take(source.event, now());
  }
}

/**
 * Makes a server that does not listen: for `upgrade` events, streams and sockets of the application's
 * own, see {@link NodeWebSocketServer.upgrade}.
 *
 * @param options - admission, and limits
 * @param handlers - makes the handlers of each connection
 * @throws TypeError and RangeError for options that make no sense
 *
 * @example
 * ```ts node
 * import { createServer as createTcpServer } from 'node:net';
 * import { createServer } from 'sanssocket';
 *
 * const chat = createServer({}, (connection) => ({ text: (text) => connection.sendText(text) }));
 * const tcp = createTcpServer((socket) => chat.accept(socket));
 * tcp.listen(0, () => tcp.close());
 * ```
 */
export function createServer<Identity = undefined>(
  options: ServerOptions<Identity>,
  handlers: ServerHandlers<Identity>,
): NodeWebSocketServer<Identity> {
  return new NodeWebSocketServer(
    new ServerConfig(options, handlers, [], undefined, deflate),
    handlers,
    NO_LISTENER,
  );
}

/**
 * Serves WebSockets.
 *
 * @param options - where to listen, admission, and limits
 * @param handlers - makes the handlers of each connection
 * @returns the server, once it listens
 * @throws TypeError and RangeError for options that make no sense; the system's error if it cannot
 * listen
 *
 * @example
 * ```ts node
 * import { serve } from 'sanssocket';
 *
 * const server = await serve({ port: 0 }, (connection) => ({
 *   text: (text) => connection.sendText(text),
 *   binary: (bytes) => connection.sendBinary(bytes),
 * }));
 * await server.close();
 * ```
 */
export async function serve<Identity = undefined>(
  options: ServeOptions<Identity>,
  handlers: ServerHandlers<Identity>,
): Promise<NodeWebSocketServer<Identity>> {
  const hosts = defaultHosts(options?.hostname);
  const config = new ServerConfig(options, handlers, LISTEN_OPTIONS, hosts, deflate);
  const { port, path, server: http } = options;
  if ([port, path, http].filter((way) => way !== undefined).length !== 1) {
    throw usageError(TypeError, 'OPTION_INVALID', 'one of port, path and server says where to listen');
  }
  if (http !== undefined) return serveUpgrades(http, options, config, handlers);
  if (path === undefined) requirePlace(port, options.tls);
  else requireType('path', path, 'string');
  const security = options.tls === undefined ? undefined : await loadTls();
  const listener = new SocketListener(options, config, security, (socket) => server.accept(socket));
  const server = new NodeWebSocketServer(config, handlers, listener);
  await listener.listen(options);
  return server;
}

/**
 * Takes the `upgrade` events of an HTTP server. Several servers of one HTTP server have the paths of
 * their option; one without it has the rest.
 */
function serveUpgrades<Identity>(
  http: HttpServer,
  { tls, hostname }: Pick<ServeOptions, 'tls' | 'hostname'>,
  config: ServerConfig<Identity>,
  handlers: ServerHandlers<Identity>,
): NodeWebSocketServer<Identity> {
  if (typeof http?.on !== 'function' || typeof http.address !== 'function') {
    throw usageError(TypeError, 'OPTION_INVALID', `server is an HTTP server, not ${inWords(http)}`);
  }
  if (tls !== undefined || hostname !== undefined) {
    throw usageError(TypeError, 'OPTION_INVALID', 'tls and hostname are those of the HTTP server');
  }
  const upgrades = UpgradeEvents.of(http);
  const address = (): Partial<AddressInfo> => Object(http.address()) as Partial<AddressInfo>;
  const server: NodeWebSocketServer<Identity> = new NodeWebSocketServer(config, handlers, {
    get port() {
      return address().port ?? 0;
    },
    get hostname() {
      return address().address ?? '';
    },
    stop(): void {
      upgrades.remove(server);
    },
  });
  upgrades.add(server, config.paths);
  return server;
}

type ServerLimits = Pick<ServerConfig, 'openingTimeoutMs' | 'maxConnections' | 'maxOpenings' | 'onError'>;

type Where = Pick<ServeOptions, 'port' | 'hostname' | 'path' | 'backlog'>;

/** A listening socket, of TCP or TLS. */
class SocketListener implements Listener {
  port = 0;
  hostname = '';
  readonly #server: Server;
  /** Sockets whose TLS handshake is under way, by the address and port of their client. */
  readonly #securing = new Map<string, Socket>();

  constructor(
    { tls }: Pick<ServeOptions, 'tls'>,
    { openingTimeoutMs, maxConnections, maxOpenings, onError }: ServerLimits,
    security: Tls | undefined,
    accept: (socket: Socket) => void,
  ) {
    if (security === undefined)
      this.#server = createTcpServer({ allowHalfOpen: true, noDelay: true }, accept);
    else {
      // Not half-open: a client that leaves inside of the TLS handshake would be kept until its time
      // limit. The transport makes it half-open once it is secure.
      const options = { ALPNProtocols: ['http/1.1'], ...tls, handshakeTimeout: openingTimeoutMs };
      this.#server = security.createServer(options, accept);
      this.#server.on('connection', (socket: Socket) => this.#secure(socket, maxOpenings));
      this.#server.on('secureConnection', (socket: Socket) => this.#securing.delete(clientOf(socket)));
      this.#server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
    }
    // Those in their TLS handshake count as well.
    this.#server.maxConnections = maxConnections + maxOpenings;
    // Such as EMFILE: the next socket may be accepted.
    this.#server.on('error', onError);
  }

  /** Rejects with the system's error. */
  listen({ port, hostname, path, backlog = 4096 }: Where): Promise<void> {
    requireInteger('backlog', backlog, 1, 0x7fff_ffff);
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      const where = path === undefined ? { port, host: hostname, backlog } : { path, backlog };
      this.#server.listen(where, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        if (typeof address === 'object' && address !== null) {
          this.port = address.port;
          this.hostname = address.address;
        } else this.hostname = address ?? '';
        resolve();
      });
    });
  }

  #secure(socket: Socket, max: number): void {
    if (this.#securing.size >= max) {
      socket.destroy();
      return;
    }
    const client = clientOf(socket);
    this.#securing.set(client, socket);
    socket.once('close', () => this.#securing.delete(client));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#securing.values()) socket.destroy();
    });
  }
}

function clientOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
