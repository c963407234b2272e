/** Clients on Node: over `net` and `tls`, a socket of one's own, or an agent of `http`. */

import type { Agent } from 'node:http';
import { connect as connectTcp, isIP, type NetConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { MessageExtension } from '@sanssocket/codec';
import { nodeTransport } from '@sanssocket/codec/node';
import { requireType, usageError } from '@sanssocket/codec/options';
import { type ClientHandshake, checkResponse, type WebSocketUri } from '@sanssocket/handshake';
import { type ClientRuntime, connectBy, reconnectBy } from './client/client.js';
import type { ClientHandlers, Dial, Dialling } from './client/open.js';
import type { ClientOptions } from './client/options.js';
import type { ReconnectingConnection, ReconnectOptions, UrlSource } from './client/reconnecting.js';
import type { WebSocketConnection } from './connection.js';
import { MAX_BODY_BYTES, readBody } from './node-body.js';
import { deflate } from './node-runtime.js';
import { loadTls } from './node-tls.js';
import { requireObject } from './options.js';

/** Options of `connect` on Node. */
export interface ConnectOptions extends ClientOptions {
  /** Options of TLS, such as `ca` or a client's certificate. */
  readonly tls?: TlsOptions | undefined;
  /** Options of the TCP socket, such as `family`, `localAddress`, `lookup`, or `path` for a Unix socket. */
  readonly net?: Partial<NetConnectOpts> | undefined;
  /**
   * Makes the socket in place of `net` and `tls`: a tunnel through a proxy, for instance. It gives a
   * stream that is connected, behind TLS for `wss:`.
   */
  readonly socket?: ((uri: WebSocketUri, signal: AbortSignal) => Duplex | Promise<Duplex>) | undefined;
  /** An agent of `http` or `https`, such as those for proxies: it makes the socket. */
  readonly agent?: Agent | undefined;
}

const RUNTIME: ClientRuntime<ConnectOptions> = {
  names: ['tls', 'net', 'socket', 'agent'],
  dialOf,
  deflate,
};

/**
 * Connects to a WebSocket server.
 *
 * @param url - `ws:` or `wss:`; `http:` and `https:` mean the same. User information becomes a header
 * `Authorization`
 * @param handlers - handlers of the connection, or a function that makes them of the connection
 * @param options - wishes, limits and times
 * @returns the open connection. Messages that came with the server's response come to the handlers
 * after it
 * @throws OpeningError if there is no connection: none could be made, none in time, the server has
 * rejected or broken a rule; the reason of the signal; TypeError and RangeError for a URL or options
 * that make no sense
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
 * Connects, and connects again whenever the connection is lost, with growing waits.
 *
 * @param url - as for {@link connect}, or a function that gives one for each attempt
 * @param handlers - as for {@link connect}; a function makes them anew for each connection
 * @param options - those of {@link connect}, and of reconnecting. The signal ends it for good
 * @returns the connection that comes back, which is on its way
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

function dialOf({ tls = {}, net = {}, socket, agent }: ConnectOptions): Dial {
  requireObject('tls', tls);
  requireObject('net', net);
  if (agent !== undefined) requireObject('agent', agent);
  if (socket !== undefined) {
    requireType('socket', socket, 'function');
    if (agent !== undefined) {
      throw usageError(TypeError, 'OPTION_INVALID', 'the socket is made by socket or by agent, not both');
    }
    return (dialling, { request }, _target, _options, signal) => {
      dialOwn(dialling, () => socket(request.uri, signal), request.uri.secure, signal);
    };
  }
  if (agent !== undefined) {
    return (dialling, handshake, _target, { maxBodyBytes = MAX_BODY_BYTES }, signal) =>
      dialAgent(dialling, handshake, agent, tls, maxBodyBytes, signal);
  }
  return (dialling, { request }, _target, _options, signal) =>
    dialTcp(dialling, request.uri, tls, net, signal);
}

/** Node tries all addresses of a name, of IPv6 and IPv4 (RFC 8305), from version 20 on. */
async function dialTcp(
  dialling: Dialling,
  { secure, host, port }: WebSocketUri,
  tls: TlsOptions,
  net: Partial<NetConnectOpts>,
  signal: AbortSignal,
): Promise<void> {
  const security = secure ? await loadTls() : undefined;
  if (signal.aborted) return;
  const where = {
    noDelay: true,
    ...net,
    ...('path' in net ? {} : { host, port }),
  } as NetConnectOpts;
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket: Socket =
    security?.connect({ ALPNProtocols: ['http/1.1'], ...name, ...tls, ...where } as TlsOptions) ??
    connectTcp(where);
  const settle = (): void => {
    socket.off('error', onError);
    socket.off('close', onClose);
    signal.removeEventListener('abort', onAbort);
  };
  const onError = (error: Error): void => {
    settle();
    socket.on('error', () => {}); // another may follow
    socket.destroy();
    dialling.failed(error);
  };
  const onClose = (): void => {
    settle();
    dialling.failed(new Error('the socket was closed'));
  };
  const onAbort = (): void => {
    settle();
    socket.on('error', () => {});
    socket.destroy();
  };
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    settle();
    dialling.connected((receiverOf) => nodeTransport(socket, receiverOf));
  });
  socket.on('error', onError);
  socket.on('close', onClose);
  signal.addEventListener('abort', onAbort);
}

/** A socket that the caller makes. One that comes too late is given up. */
function dialOwn(
  dialling: Dialling,
  make: () => Duplex | Promise<Duplex>,
  secure: boolean,
  signal: AbortSignal,
): void {
  const connected = (socket: Duplex): void => {
    const isPlain = secure && socket instanceof Socket && !('encrypted' in (socket as object));
    if (signal.aborted || isPlain) socket.on('error', () => {}).destroy();
    if (isPlain) dialling.failed(new Error('the socket is not behind TLS, and the URL is one of wss:'));
    else if (!signal.aborted) dialling.connected((receiverOf) => nodeTransport(socket, receiverOf));
  };
  const failed = (error: unknown): void => {
    if (!signal.aborted) dialling.failed(error);
  };
  Promise.resolve().then(make).then(connected).catch(failed);
}

/**
 * A request of `http`: its agent makes the socket. The module is loaded here, as it costs an
 * application without an agent 2.6 MiB of heap and 60 ms on Node 24.
 */
async function dialAgent(
  dialling: Dialling,
  { request: asked }: ClientHandshake<MessageExtension>,
  agent: Agent,
  tls: TlsOptions,
  maxBodyBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const { uri, head } = asked;
  const { request: open } = await (uri.secure ? import('node:https') : import('node:http'));
  if (signal.aborted) return;
  const options = {
    ...(uri.secure ? tls : {}),
    agent,
    host: uri.host,
    port: uri.port,
    method: 'GET',
    path: head.url,
  };
  const request = open({ ...options, headers: [...head.rawHeaders] } as object);
  const settle = (): void => signal.removeEventListener('abort', onAbort);
  const onAbort = (): void => {
    request.on('error', () => {});
    request.destroy();
  };
  signal.addEventListener('abort', onAbort);
  request.on('error', (error) => {
    settle();
    if (!signal.aborted) dialling.failed(error);
  });
  request.on('upgrade', (response, socket, behind) => {
    settle();
    const outcome = checkResponse(asked, response);
    if (outcome.kind === 'accepted') {
      dialling.accepted((receiverOf) => nodeTransport(socket, receiverOf, behind), outcome);
    } else {
      socket.destroy();
      // A 101 that is right but for its status does not exist.
      if (outcome.kind === 'fault') dialling.ended(outcome);
    }
  });
  request.on('response', (response) => {
    settle();
    const outcome = checkResponse(asked, response);
    if (outcome.kind === 'fault' || outcome.kind === 'accepted') {
      response.destroy();
      dialling.failed(new Error(`the server answered ${response.statusCode} without an upgrade`));
    } else readBody(response, outcome, maxBodyBytes, signal, (rejected) => dialling.ended(rejected));
  });
  request.end();
}
