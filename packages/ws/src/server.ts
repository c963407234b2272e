/**
 * ws's class `WebSocketServer`: an HTTP server's `'upgrade'` events become connections (RFC 6455
 * 4.2). First the constructor and the methods of the server itself, then the requests.
 *
 * ```
 *   RUNNING --- close() ---> CLOSING --- no connection is left ---> CLOSED  'close'
 * ```
 */

import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { checkRequest, type RequestHead, type UpgradeRequest } from '@sanssocket/handshake';
import { agreementOf, type Configs, configsOf, type Tracker } from './configs.js';
import { type Deflate, deflateOf } from './deflate.js';
import { requestMessage } from './errors.js';
import { http } from './node-http.js';
import type { AddressInfo, ServerEvents, ServerOptions, Transport } from './types.js';
import { type Accepted, acceptUpgrade, destroySocket, refuse, refuseFault } from './upgrade.js';
import { sessionOf, WebSocket } from './websocket.js';

const RUNNING = 0;

const CLOSING = 1;

const CLOSED = 2;

const ONE_OF = 'One and only one of the "port", "server", or "noServer" options must be specified';

/** The function that gets a connection, once its handshake is done. */
export type UpgradeCallback<Socket, Request> = (websocket: Socket, request: Request) => void;

/**
 * A server with the interface of ws 8.
 *
 * @example
 * ```ts no-run
 * import { WebSocketServer } from '@sanssocket/ws';
 *
 * const server = new WebSocketServer({ port: 8080 });
 * server.on('connection', (socket) => {
 *   socket.on('error', console.error);
 *   socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
 * });
 * ```
 */
export class WebSocketServer<
    Socket extends typeof WebSocket = typeof WebSocket,
    Request extends typeof IncomingMessage = typeof IncomingMessage,
  >
  extends EventEmitter<ServerEvents<InstanceType<Socket>, InstanceType<Request>>>
  implements Tracker
{
  /** The options, with their defaults. */
  readonly options: ServerOptions<Socket, Request>;
  /** The open connections; undefined with `clientTracking: false`. */
  readonly clients: Set<InstanceType<Socket>>;
  readonly #configs: Configs;
  readonly #deflate: Deflate | undefined;
  #state: typeof RUNNING | typeof CLOSING | typeof CLOSED = RUNNING;
  #server: Server | SecureServer | null = null;
  #removeListeners: (() => void) | null = null;

  /**
   * @param options - see {@link ServerOptions}
   * @param callback - called when a server of its own listens
   * @throws TypeError unless one of `port`, `server` and `noServer` is there
   */
  constructor(options: ServerOptions<Socket, Request>, callback?: () => void) {
    super();
    this.options = { clientTracking: true, perMessageDeflate: false, ...options };
    const { port, server, noServer, host, backlog } = this.options;
    const ways = [port !== undefined && port !== null, Boolean(server), Boolean(noServer)];
    if (ways.filter(Boolean).length !== 1) throw new TypeError(ONE_OF);
    this.#configs = configsOf('server', this.options, this.options.clientTracking ? this : null);
    this.#deflate = deflateOf('server', this.options.perMessageDeflate);
    // Set, but not always: as in ws, where nobody asks for it there is none.
    this.clients = (this.options.clientTracking ? new Set() : undefined) as Set<InstanceType<Socket>>;
    if (server) this.#listen(server);
    else if (ways[0]) {
      const own = http.createServer(upgradeRequired);
      this.#listen(own);
      own.listen(port ?? undefined, host ?? undefined, backlog ?? undefined, callback);
    }
  }

  #listen(server: Server | SecureServer): void {
    const listening = (): boolean => this.#emit('listening');
    const error = (thrown: Error): boolean => this.#emit('error', thrown);
    const connected = (websocket: InstanceType<Socket>, request: InstanceType<Request>): boolean =>
      this.#emit('connection', websocket, request);
    const upgrade = (request: InstanceType<Request>, socket: Duplex, head: Buffer): void =>
      this.handleUpgrade(request, socket, head, connected);
    const emitter = server as EventEmitter;
    emitter.on('listening', listening).on('error', error).on('upgrade', upgrade);
    this.#server = server;
    this.#removeListeners = () => {
      emitter.off('listening', listening).off('error', error).off('upgrade', upgrade);
    };
  }

  /** The emitter's types are those of a class without parameters. */
  #emit(event: keyof ServerEvents, ...args: unknown[]): boolean {
    return (this as EventEmitter).emit(event, ...args);
  }

  /**
   * The address that the server listens on; null if it does not.
   *
   * @throws Error without a server
   */
  address(): AddressInfo | string | null {
    if (this.options.noServer) throw new Error('The server is operating in "noServer" mode');
    return this.#server?.address() ?? null;
  }

  /**
   * Takes no more requests. `'close'` follows when all connections, which the application has to
   * close, are gone.
   *
   * @param callback - called with that event; with an error if it has been before
   */
  close(callback?: (error?: Error) => void): void {
    if (this.#state === CLOSED) {
      if (callback) this.#onceClosed(() => callback(new Error('The server is not running')));
      process.nextTick(() => this.#emitClose());
      return;
    }
    if (callback) this.#onceClosed(() => callback());
    if (this.#state === CLOSING) return;
    this.#state = CLOSING;
    this.#removeListeners?.();
    const server = this.#server;
    this.#server = null;
    if (server !== null && !this.options.server) server.close(() => this.#emitClose());
    else if (!this.clients?.size) process.nextTick(() => this.#emitClose());
  }

  #onceClosed(callback: () => void): void {
    (this as EventEmitter).once('close', callback);
  }

  #emitClose(): void {
    this.#state = CLOSED;
    this.#emit('close');
  }

  /** @internal The HTTP server; as `_socket` of a connection, not documented by ws and read all the same. */
  get _server(): Server | SecureServer | null {
    return this.#server;
  }

  /** @internal A connection is gone. */
  forget(websocket: WebSocket): void {
    this.clients.delete(websocket as InstanceType<Socket>);
    const isOwn = !this.options.server && !this.options.noServer;
    if (this.#state === CLOSING && !isOwn && this.clients.size === 0) {
      process.nextTick(() => this.#emitClose());
    }
  }

  // ---- Requests ----

  /** Whether a request is for this server: by its path, if there is the option. To be overridden. */
  shouldHandle(request: InstanceType<Request>): boolean | Promise<boolean> {
    const { path } = this.options;
    return !path || request.url?.split('?', 1)[0] === path;
  }

  /**
   * Answers a request to upgrade (RFC 6455 4.2), in a listener of an HTTP server's `'upgrade'`.
   *
   * @param socket - the request's
   * @param head - the bytes that came behind the request
   * @param callback - called with the connection, if there is one
   * @throws Error if the socket was given to this method before
   */
  handleUpgrade(
    request: InstanceType<Request>,
    socket: Duplex,
    head: Buffer,
    callback: UpgradeCallback<InstanceType<Socket>, InstanceType<Request>>,
  ): void {
    const checked = checkRequest(headOf(request));
    if (checked.kind === 'fault') {
      if (this.listenerCount('wsClientError') > 0) {
        socket.on('error', destroySocket);
        const error = new Error(requestMessage(checked), { cause: checked });
        this.#emit('wsClientError', error, socket, request);
      } else refuseFault(socket, checked);
      return;
    }
    if (!this.shouldHandle(request)) {
      refuse(socket, 400);
      return;
    }
    const complete = (): void => this.#complete(checked, request, socket, head, callback);
    const { verifyClient } = this.options;
    if (!verifyClient) {
      complete();
      return;
    }
    const { socket: carrier } = request as {
      readonly socket?: { readonly authorized?: boolean; readonly encrypted?: boolean };
    };
    const info = {
      origin: request.headers.origin as string,
      secure: Boolean(carrier?.authorized || carrier?.encrypted),
      req: request,
    };
    if (verifyClient.length < 2) {
      if ((verifyClient as (given: typeof info) => boolean)(info)) complete();
      else refuse(socket, 401);
      return;
    }
    // Until the answer comes the socket may fail.
    socket.on('error', destroySocket);
    verifyClient(info, (isRight, code = 401, message, headers) => {
      if (isRight) complete();
      else refuse(socket, code, message, headers);
    });
  }

  #complete(
    checked: UpgradeRequest,
    request: InstanceType<Request>,
    socket: Transport,
    head: Buffer,
    callback: UpgradeCallback<InstanceType<Socket>, InstanceType<Request>>,
  ): void {
    // The client has ended its side, or is gone.
    if (!socket.readable || !socket.writable) {
      socket.destroy();
      return;
    }
    if (this.#state !== RUNNING) {
      refuse(socket, 503);
      return;
    }
    const protocol = this.#chooseProtocol(checked, request);
    if (protocol !== undefined && !checked.protocols.includes(protocol)) {
      // RFC 6455 4.2.2: only one that the client has offered.
      refuse(socket, 500);
      return;
    }
    const accepted: Accepted = acceptUpgrade(socket, checked, protocol, this.#deflate, (lines) => {
      if (this.listenerCount('headers') > 0) this.#emit('headers', lines, request);
    });
    const Connection = this.options.WebSocket ?? WebSocket;
    const websocket = new Connection(null, undefined, this.options) as InstanceType<Socket>;
    const session = sessionOf(websocket);
    const agreement = agreementOf(this.#configs, protocol ?? '', accepted.name);
    session.open(socket, head, agreement, accepted.extensions);
    this.clients?.add(websocket);
    callback(websocket, request);
  }

  #chooseProtocol({ protocols }: UpgradeRequest, request: InstanceType<Request>): string | undefined {
    if (protocols.length === 0) return undefined;
    const { handleProtocols } = this.options;
    if (!handleProtocols) return protocols[0];
    return handleProtocols(new Set(protocols), request) || undefined;
  }
}

/**
 * The head of a request. A request that no parser has made, as `injectWS` of @fastify/websocket makes
 * them for tests, has only the object of its headers, and may lack a host.
 */
function headOf(request: IncomingMessage): RequestHead {
  if (Array.isArray(request.rawHeaders)) return request;
  const { method, url, httpVersion, headers } = request;
  const rawHeaders = Object.entries({ host: 'localhost', ...headers }).flatMap(([name, value]) => [
    name,
    String(value),
  ]);
  return { method, url, httpVersion, rawHeaders };
}

/** Requests of a server of its own that are not to be upgraded. */
function upgradeRequired(_request: IncomingMessage, response: ServerResponse): void {
  const body = http.STATUS_CODES[426]!;
  response.writeHead(426, { 'Content-Length': body.length, 'Content-Type': 'text/plain' }).end(body);
}
