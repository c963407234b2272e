/** The options of a client, completed and checked, and the URL that it connects to. */

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
  usageError,
} from '@sanssocket/codec/options';
import {
  ClientHandshake,
  type ClientHandshakeOptions,
  type ExtensionFactory,
  type HeaderPairs,
  type HeadLimits,
} from '@sanssocket/handshake';
import { type Compression, compressionOf, type DeflateFactory } from '../options.js';

/**
 * Options of a client, beside those of its connection (`maxMessageBytes`, ...) and its driver
 * (`pingIntervalMs`, ...).
 */
export interface ClientOptions extends Omit<ConnectionOptions, 'role'>, DriverOptions, HeadLimits {
  /** Subprotocols in order of preference, each once. */
  readonly protocols?: readonly string[] | undefined;
  /** Further headers of the request, such as `Authorization` or `Cookie`. */
  readonly headers?: HeaderPairs | undefined;
  /** The `Origin` header; none by default. */
  readonly origin?: string | undefined;
  /** Whether compression is offered (RFC 7692), or how. True by default. */
  readonly compression?: Compression | undefined;
  /** Further extensions to offer, behind compression. */
  readonly extensions?: readonly ExtensionFactory<MessageExtension>[] | undefined;
  /** The time until the connection is open, redirects included. 10 seconds by default. */
  readonly openingTimeoutMs?: number | undefined;
  /** Ends the opening: `connect` rejects with its reason. An open connection is not concerned. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many redirects are followed. 0 by default: a redirect rejects with its location. A redirect
   * from `wss:` to `ws:` is never followed, and credentials (`Authorization`, `Cookie`, user
   * information) do not go to another origin.
   */
  readonly maxRedirects?: number | undefined;
  /** Bytes of a rejection's body that are kept. 16,384 by default. */
  readonly maxBodyBytes?: number | undefined;
}

const OWN_OPTIONS = [
  'protocols',
  'headers',
  'origin',
  'compression',
  'extensions',
  'openingTimeoutMs',
  'signal',
  'maxRedirects',
  'maxBodyBytes',
  'maxHeadBytes',
  'maxHeaders',
] as const;

const CONNECTION_NAMES = CONNECTION_OPTIONS.filter((name) => name !== 'role');

/** All options of a client, but those of runtimes. */
const CLIENT_OPTIONS: readonly string[] = [...OWN_OPTIONS, ...CONNECTION_NAMES, ...DRIVER_OPTIONS];

/** The place that a client connects to, and the headers of its request. */
export interface Target {
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Options of a client, completed and checked once. */
export class ClientConfig {
  readonly connection: ConnectionConfig;
  readonly driver: DriverConfig;
  /** Options that are the same for each attempt. */
  readonly handshake: ClientHandshakeOptions<MessageExtension>;
  readonly headers: readonly (readonly [string, string])[];
  readonly openingTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly maxRedirects: number;

  /**
   * @param options - as given
   * @param known - the names of options that the runtime has beside these
   * @param deflate - makes permessage-deflate
   * @throws TypeError and RangeError as the options of a server
   */
  constructor(options: ClientOptions, known: readonly string[], deflate: DeflateFactory) {
    requireKnown(options, [...CLIENT_OPTIONS, ...known]);
    const { protocols, headers = [], origin, compression = true, extensions = [] } = options;
    const { openingTimeoutMs = 10_000, signal, maxRedirects = 0 } = options;
    if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
      throw usageError(TypeError, 'OPTION_INVALID', `signal is an AbortSignal, not ${inWords(signal)}`);
    }
    this.connection = new ConnectionConfig({ role: 'client', ...pickOptions(options, CONNECTION_NAMES) });
    this.driver = new DriverConfig(pickOptions(options, DRIVER_OPTIONS));
    this.handshake = {
      ...pickOptions(options, ['maxHeadBytes', 'maxHeaders', 'maxBodyBytes']),
      protocols,
      origin,
      extensions: [...compressionOf(compression, {}, deflate), ...extensions],
    };
    if (!Array.isArray(headers)) {
      const wanted = 'headers are an array of names and values, as [["Cookie", "a=1"]]';
      throw usageError(TypeError, 'OPTION_INVALID', `${wanted}, not ${inWords(headers)}`);
    }
    this.headers = headers as readonly (readonly [string, string])[];
    // Wrong wishes are told of before anything is dialled.
    new ClientHandshake('ws://localhost/', { ...this.handshake, headers: this.headers });
    this.openingTimeoutMs = positiveInteger('openingTimeoutMs', openingTimeoutMs);
    this.signal = signal;
    this.maxRedirects = requireInteger('maxRedirects', maxRedirects, 0, 100);
  }
}

/**
 * Where a URL leads: as browsers take it, `http:` and `https:` mean `ws:` and `wss:` (WHATWG
 * WebSockets 3), and user information becomes a header `Authorization`, unless one is given. A
 * fragment is an error (RFC 6455 3).
 *
 * @throws TypeError (`OPTION_INVALID`) for a URL that is none; one that is not a WebSocket's is refused
 * by the handshake
 */
export function targetOf(
  url: string | { readonly href: string },
  headers: readonly (readonly [string, string])[],
): Target {
  const parsed = parseUrl(typeof url === 'string' ? url : url?.href);
  if (parsed.protocol === 'http:') parsed.protocol = 'ws:';
  else if (parsed.protocol === 'https:') parsed.protocol = 'wss:';
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const hasUser = username !== '' || password !== '';
  if (!hasUser || headers.some(([name]) => name.toLowerCase() === 'authorization')) {
    return { url: parsed.href, headers };
  }
  const credentials = `${decoded(username)}:${decoded(password)}`;
  const basic = btoa(String.fromCharCode(...new TextEncoder().encode(credentials)));
  return { url: parsed.href, headers: [...headers, ['Authorization', `Basic ${basic}`]] };
}

/** Headers that speak for the caller, and are not for another origin. */
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * Where a redirect leads; undefined if it is not followed: to no WebSocket, or from TLS to none.
 *
 * @param location - as the server sent it, perhaps relative
 */
export function redirected(from: Target, location: string): Target | undefined {
  let next: URL;
  const before = new URL(from.url);
  try {
    next = new URL(location, before);
  } catch {
    return undefined;
  }
  if (next.protocol === 'http:') next.protocol = 'ws:';
  else if (next.protocol === 'https:') next.protocol = 'wss:';
  const isWebSocket = next.protocol === 'wss:' || (next.protocol === 'ws:' && before.protocol === 'ws:');
  if (!isWebSocket) return undefined;
  next.hash = '';
  const isSame = next.protocol === before.protocol && next.host === before.host;
  const headers = isSame
    ? from.headers
    : from.headers.filter(([name]) => !CREDENTIALS.includes(name.toLowerCase()));
  // User information of a redirect is the server's word: it is not sent.
  next.username = '';
  next.password = '';
  return { url: next.href, headers };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Nothing of a password is told.
    throw usageError(
      TypeError,
      'OPTION_INVALID',
      'the user information of the URL is not percent-encoded UTF-8',
    );
  }
}

function parseUrl(text: string): URL {
  if (typeof text === 'string') {
    try {
      return new URL(text);
    } catch {
      // Told below.
    }
  }
  const got = typeof text === 'string' ? JSON.stringify(text) : inWords(text);
  throw usageError(TypeError, 'OPTION_INVALID', `a URL is absolute, as ws://example.com/, not ${got}`);
}
