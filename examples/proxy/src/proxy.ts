/**
 * A reverse proxy for HTTP/1.1 and WebSockets, in front of one backend.
 *
 * A request for a WebSocket is a request like all others until the backend has answered 101: its
 * answer is passed on, whatever it is, and bytes that the client has sent behind its head wait.
 * Then the two sockets are one. As the handshake of the two ends passes unchanged (key, version,
 * subprotocols, extensions), so do the frames, masked and compressed as they are (RFC 6455 5.1).
 *
 * Each request has a connection to the backend of its own. So no byte of a client's can become part
 * of another client's request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions as SecureServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { forward, type Route } from './forward.js';
import { addressList } from './headers.js';
import type { TunnelTimes } from './tunnel.js';
import { onUpgrade } from './upgrade.js';

/** The settings of a proxy; times in milliseconds. */
export interface ProxySettings extends TunnelTimes {
  /** Addresses and subnets of proxies in front of this one: their `Forwarded` and `X-Forwarded-*` are passed on. */
  readonly trusted: readonly string[];
  /** Key, certificate and the like, for a proxy of `https:` and `wss:`. */
  readonly tls?: SecureServerOptions;
  /** For the head of a request, and the handshake of TLS. */
  readonly headTimeoutMs: number;
  /** For a whole request with its body. */
  readonly requestTimeoutMs: number;
  /** For the backend to be reached and to answer, from the last byte of the request that went there. */
  readonly answerTimeoutMs: number;
  /** For a client that has its answer to ask again, or to end its side if it got no WebSocket. */
  readonly lingerTimeoutMs: number;
  /** Clients at a time; further ones are closed. */
  readonly maxConnections: number;
}

const DEFAULTS: ProxySettings = {
  trusted: [],
  headTimeoutMs: 10_000,
  requestTimeoutMs: 300_000,
  answerTimeoutMs: 60_000,
  idleTimeoutMs: 120_000,
  halfClosedTimeoutMs: 10_000,
  lingerTimeoutMs: 5_000,
  maxConnections: 16_384,
};

/**
 * Makes a proxy, to be told to listen.
 *
 * @param backend - the URL of a server of HTTP; its host and port count
 * @param options - settings other than the defaults, which are finite
 */
export function createProxy(backend: string, options: Partial<ProxySettings> = {}): Server {
  const { hostname, port } = new URL(backend);
  const { tls, headTimeoutMs, requestTimeoutMs, maxConnections, trusted, ...times } = {
    ...DEFAULTS,
    ...options,
  };
  const host = hostname.replace(/^\[|\]$/g, '');
  const route: Route = { host, port: Number(port || 80), trusted: addressList(trusted), ...times };
  const settings = {
    headersTimeout: headTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: times.lingerTimeoutMs,
    connectionsCheckingInterval: Math.ceil(headTimeoutMs / 4),
  };
  const server =
    tls === undefined
      ? createServer(settings)
      : createSecureServer({ handshakeTimeout: headTimeoutMs, ...tls, ...settings });
  server.maxConnections = maxConnections;
  // Node leaves out headers above a limit of 2,000: `Transfer-Encoding` might be among them.
  server.maxHeadersCount = 0;
  server.timeout = times.idleTimeoutMs;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void forward(request, response, route);
  server.on('request', onRequest).on('checkContinue', onRequest);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Uint8Array) =>
    onUpgrade(request, socket, head, route),
  );
  return server;
}
