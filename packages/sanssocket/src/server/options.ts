/** The options of a server, completed and checked. */

import { ConnectionConfig, type ConnectionOptions, type MessageExtension } from '@sanssocket/codec';
import { DriverConfig, type DriverOptions } from '@sanssocket/codec/driver';
import {
  CONNECTION_OPTIONS,
  DRIVER_OPTIONS,
  inWords,
  pickOptions,
  positiveInteger,
  requireInteger,
  requireKnown,
  requireType,
  usageError,
} from '@sanssocket/codec/options';
import {
  acceptRequest,
  type ExtensionFactory,
  type HeaderPairs,
  type HeadLimits,
  isSameOrigin,
  type RejectOptions,
  ServerHandshake,
  type UpgradeRequest,
} from '@sanssocket/handshake';
import {
  allowHosts,
  allowOrigins,
  allowPaths,
  allowSameOrigin,
  type RequestRule,
} from '@sanssocket/handshake/rules';
import { type Compression, compressionOf, type DeflateFactory, requireObject } from '../options.js';
import type { ServerRequest } from './server.js';

/**
 * Options of a server, beside those of its connections (`maxMessageBytes`, ...) and their drivers
 * (`pingIntervalMs`, ...). All limits and times are finite by default.
 */
export interface ServerOptions<Identity = undefined>
  extends Omit<ConnectionOptions, 'role' | 'reportError'>,
    DriverOptions,
    HeadLimits {
  /** Paths that have a WebSocket; others get 404. Every path by default. */
  readonly paths?: readonly string[] | undefined;
  /**
   * Pages that may connect (RFC 6455 10.2): origins as `https://example.com`; `'same'`, the pages of
   * the host that is asked for; or `'any'`. Other programs send no `Origin` and are let in.
   * `'same'` by default.
   */
  readonly origins?: readonly string[] | 'same' | 'any' | undefined;
  /**
   * Hosts that may be asked for, see `allowHosts`. By default the names of this machine, where the option
   * `hostname` is one of them; and any host otherwise. Behind a proxy that passes `Host` on, name them.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Further rules, asked after these. */
  readonly rules?: readonly RequestRule[] | undefined;
  /** Subprotocols that are spoken: the first of the client's that is among them is selected. */
  readonly protocols?: readonly string[] | undefined;
  /** Headers of the 101 response, such as `Set-Cookie`, or a function that gives them. */
  readonly headers?: HeaderPairs | ((request: ServerRequest) => HeaderPairs) | undefined;
  /**
   * Whether messages may be compressed (RFC 7692), or how. True by default: from 1024 bytes on,
   * without context takeover, so that an idle connection has no window. False where secrets and bytes
   * of others share a message.
   */
  readonly compression?: Compression | undefined;
  /** Further extensions that are implemented, tried after compression. */
  readonly extensions?: readonly ExtensionFactory<MessageExtension>[] | undefined;
  /**
   * Decides on a request that the rules have let through, before the upgrade: gives whatever is known
   * of the client from then on, for the handlers; or `reject(...)`, for any status and body. It may be
   * async; a rejection of the promise, or an exception, is answered with 500.
   */
  readonly authorize?:
    | ((request: ServerRequest) => Identity | Rejecting | Promise<Identity | Rejecting>)
    | undefined;
  /** Open connections; further requests get 503. 65,536 by default. */
  readonly maxConnections?: number | undefined;
  /** Open connections of one address; further requests get 503. As `maxConnections` by default. */
  readonly maxConnectionsPerAddress?: number | undefined;
  /** Opening handshakes under way; further sockets are closed. 16,384 by default. */
  readonly maxOpenings?: number | undefined;
  /** The time for the whole opening handshake, the decision included. 10 seconds by default. */
  readonly openingTimeoutMs?: number | undefined;
  /** The time that a rejected client has to take the response and end its side. 5 seconds by default. */
  readonly lingerTimeoutMs?: number | undefined;
  /**
   * Gets the exceptions of the application's functions: of `authorize`, `headers` and the rules (the
   * client gets 500), of the function that makes handlers, and of handlers without a handler `error`
   * (the connection is closed with 1011). By default they are written to the console, as no request
   * must end a server.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The names of these options, but those of connections and drivers. */
const OWN_OPTIONS = [
  'paths',
  'origins',
  'hosts',
  'rules',
  'protocols',
  'headers',
  'compression',
  'extensions',
  'authorize',
  'maxConnections',
  'maxConnectionsPerAddress',
  'maxOpenings',
  'openingTimeoutMs',
  'lingerTimeoutMs',
  'onError',
  'maxHeadBytes',
  'maxHeaders',
] as const;

const CONNECTION_NAMES = CONNECTION_OPTIONS.filter((name) => name !== 'role' && name !== 'reportError');

/** All options of a server, but those of runtimes. */
const SERVER_OPTIONS: readonly string[] = [...OWN_OPTIONS, ...CONNECTION_NAMES, ...DRIVER_OPTIONS];

/** Names of this machine: a page of another site has none of them. */
const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Options of `serve` where a runtime listens on TCP alone. */
export interface TcpServeOptions<Identity = undefined> extends ServerOptions<Identity> {
  /** The TCP port to listen on; 0 for any that is free. */
  readonly port: number;
  /** The address to listen on; all by default. */
  readonly hostname?: string | undefined;
  /** Key, certificate and the like, as the runtime takes them, for a server of `wss:`. */
  readonly tls?: object | undefined;
}

/**
 * Looks at the options of such a server.
 *
 * @returns where to listen, and the options of the server
 * @throws as {@link ServerConfig}
 */
export function tcpServer<Identity>(
  options: TcpServeOptions<Identity>,
  handlers: unknown,
  deflate: DeflateFactory,
): { config: ServerConfig<Identity>; port: number; hostname: string; tls: object | undefined } {
  const hosts = defaultHosts(options?.hostname);
  const config = new ServerConfig(options, handlers, ['port', 'hostname', 'tls'], hosts, deflate);
  const { port, hostname = '::', tls } = options;
  requirePlace(port, tls);
  return { config, port, hostname, tls };
}

/**
 * @throws RangeError (`OPTION_INVALID`) for a port that is none, TypeError for options of TLS that are
 * no object
 */
export function requirePlace(port: unknown, tls: unknown): void {
  requireInteger('port', port as number, 0, 65_535);
  if (tls !== undefined) requireObject('tls', tls);
}

/**
 * Hosts that may be asked for by default: those of this machine, if the address to listen on is this
 * machine's alone (RFC 6761 6.3, RFC 1122 3.2.1.3, RFC 4291 2.5.3).
 */
export function defaultHosts(hostname: string | undefined): readonly string[] | undefined {
  const isLoopback = hostname !== undefined && /^(?:localhost|(?:::ffff:)?127\.[\d.]+|::1)$/i.test(hostname);
  return isLoopback ? LOOPBACK_HOSTS : undefined;
}

/** A decision against a request: {@link reject} makes one. */
export interface Rejecting {
  /** The response. */
  readonly options: RejectOptions;
}

/** Told from every identity of an application's by its class. */
class RejectingRequest implements Rejecting {
  readonly options: RejectOptions;

  constructor(options: RejectOptions) {
    this.options = options;
  }
}

/** Whether `authorize` has decided against a request. */
export function isRejecting(decision: unknown): decision is Rejecting {
  return decision instanceof RejectingRequest;
}

/**
 * Decides against a request: the value for `authorize` to return.
 *
 * @param options - status, headers and body of the response
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { reject } from 'sanssocket';
 *
 * const decision = reject({ status: 401, headers: [['WWW-Authenticate', 'Bearer']], body: 'who are you?' });
 * assert.equal(decision.options.status, 401);
 * ```
 */
export function reject(options: RejectOptions): Rejecting {
  return new RejectingRequest(options);
}

/** Options of a server, completed and checked once. */
export class ServerConfig<Identity = undefined> {
  readonly connection: ConnectionConfig;
  readonly driver: DriverConfig;
  readonly head: HeadLimits;
  readonly rules: readonly RequestRule[];
  readonly protocols: readonly string[];
  readonly headers: ServerOptions<Identity>['headers'];
  readonly extensions: readonly ExtensionFactory<MessageExtension>[];
  readonly authorize: ServerOptions<Identity>['authorize'];
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxOpenings: number;
  readonly openingTimeoutMs: number;
  readonly lingerTimeoutMs: number;
  readonly onError: (error: unknown) => void;
  /** The paths of the option; undefined for every path. */
  readonly paths: readonly string[] | undefined;

  /**
   * @param options - as given
   * @param handlers - those of the server, looked at before anything listens
   * @param known - the names of options that the runtime has beside these
   * @param usualHosts - hosts that may be asked for, unless the options say; undefined for any
   * @param deflate - makes permessage-deflate
   * @throws TypeError for an option that there is not (`OPTION_UNKNOWN`) or of another kind
   * (`OPTION_INVALID`, `ARGUMENT_INVALID`), RangeError for a limit or a time that is not a positive
   * integer
   */
  constructor(
    options: ServerOptions<Identity>,
    handlers: unknown,
    known: readonly string[],
    usualHosts: readonly string[] | undefined,
    deflate: DeflateFactory,
  ) {
    requireKnown(options, [...SERVER_OPTIONS, ...known]);
    const { paths, origins = 'same', hosts = usualHosts, rules = [], protocols = [], headers } = options;
    const { compression = true, extensions = [], authorize, onError = reportToConsole } = options;
    const { maxConnections = 65_536, maxConnectionsPerAddress = maxConnections } = options;
    const { maxOpenings = 16_384, openingTimeoutMs = 10_000, lingerTimeoutMs = 5_000 } = options;
    if (authorize !== undefined) requireType('authorize', authorize, 'function');
    requireType('onError', onError, 'function');
    requireType('the function that makes handlers', handlers, 'function');
    requireLists({ protocols, extensions, rules });
    for (const rule of rules) requireType('a rule', rule, 'function');
    this.onError = safely(onError);
    const own = pickOptions(options, CONNECTION_NAMES);
    this.connection = new ConnectionConfig({ role: 'server', ...own, reportError: this.onError });
    this.driver = new DriverConfig(pickOptions(options, DRIVER_OPTIONS));
    this.head = pickOptions(options, ['maxHeadBytes', 'maxHeaders']);
    new ServerHandshake(this.head); // which looks at them
    this.rules = [
      ...(hosts === undefined ? [] : [allowHosts(hosts)]),
      ...(paths === undefined ? [] : [allowPaths(paths)]),
      ...(origins === 'any'
        ? []
        : [origins === 'same' ? allowSameOrigin() : allowOrigins(requireOrigins(origins))]),
      ...rules,
    ];
    this.protocols = [...protocols];
    this.headers = headers;
    this.paths = paths === undefined ? undefined : [...paths];
    const forgets = { serverNoContextTakeover: true, clientNoContextTakeover: true };
    this.extensions = [...compressionOf(compression, forgets, deflate), ...extensions];
    this.authorize = authorize;
    // Wrong headers and extensions are told of here, and not to the first client.
    acceptRequest(PROBE, {
      protocols: this.protocols,
      extensions: this.extensions,
      ...(typeof headers === 'function' ? {} : { headers }),
    });
    this.maxConnections = positiveInteger('maxConnections', maxConnections);
    this.maxConnectionsPerAddress = positiveInteger('maxConnectionsPerAddress', maxConnectionsPerAddress);
    this.maxOpenings = positiveInteger('maxOpenings', maxOpenings);
    this.openingTimeoutMs = positiveInteger('openingTimeoutMs', openingTimeoutMs);
    this.lingerTimeoutMs = positiveInteger('lingerTimeoutMs', lingerTimeoutMs);
  }
}

/** A right request, to try the answer with. */
const PROBE: UpgradeRequest = {
  kind: 'request',
  key: 'dGhlIHNhbXBsZSBub25jZQ==',
  resourceName: '/',
  host: 'localhost',
  origin: undefined,
  protocols: [],
  extensions: [],
  headers: [],
};

function requireLists(lists: Readonly<Record<string, unknown>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (Array.isArray(list)) continue;
    throw usageError(TypeError, 'OPTION_INVALID', `${name} are an array, not ${inWords(list)}`);
  }
}

function requireOrigins(origins: unknown): readonly string[] {
  if (!Array.isArray(origins)) {
    throw usageError(
      TypeError,
      'OPTION_INVALID',
      `origins are 'same', 'any' or an array, not ${inWords(origins)}`,
    );
  }
  for (const origin of origins as unknown[]) {
    if (typeof origin === 'string' && isSameOrigin(origin, origin)) continue;
    const got = typeof origin === 'string' ? JSON.stringify(origin) : inWords(origin);
    throw usageError(TypeError, 'OPTION_INVALID', `an origin is as https://example.com, not ${got}`);
  }
  return origins as string[];
}

function reportToConsole(error: unknown): void {
  console.error(error);
}

/** A function for errors that throws itself is nobody else's affair. */
function safely(report: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      report(error);
    } catch (another) {
      console.error(another);
    }
  };
}
