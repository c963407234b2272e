/**
 * The client's request (RFC 6455 4.1): the head over HTTP/1.1 (`createRequest`), and the part of it
 * that is the same over any version of HTTP (`writeOffer`).
 */

import { inWords, isStrings, requireKnown, requireStrings, usageError } from './errors.js';
import { checkedHeaders, type RequestHead, writeHead } from './head-writer.js';
import { writeExtensions } from './header-values.js';
import { generateKey, type RandomSource } from './key.js';
import { collectOffers, type ExtensionFactory, requireExtensions } from './negotiate.js';
import { checkToken, checkValue, type HeaderPairs, type OwnBytes } from './syntax.js';
import { parseWebSocketUri, type WebSocketUri } from './uri.js';

/**
 * The wishes of a client besides the resource.
 */
export interface ClientRequestOptions<Agreed = unknown> {
  /** Subprotocols in order of preference, each once. */
  readonly protocols?: readonly string[] | undefined;
  /** Extensions in order of preference. */
  readonly extensions?: readonly ExtensionFactory<Agreed>[] | undefined;
  /** The `Origin` header; a browser's is its page's (RFC 6455 4.1, request item 8). */
  readonly origin?: string | undefined;
  /** Further headers, such as `Authorization` or `Cookie`. */
  readonly headers?: HeaderPairs | undefined;
  /** Where the key's 16 bytes come from, instead of `crypto.getRandomValues`. */
  readonly random?: RandomSource | undefined;
}

/** The names of these options. */
export const OFFER_OPTIONS: readonly (keyof ClientRequestOptions)[] = [
  'protocols',
  'extensions',
  'origin',
  'headers',
  'random',
];

/**
 * A client's opening handshake, with all that its response is checked against.
 */
export interface ClientRequest<Agreed = unknown> {
  /** Where to connect to. */
  readonly uri: WebSocketUri;
  /** The request for a host's own HTTP client. */
  readonly head: RequestHead;
  /** The whole request; for a host that writes bytes. */
  readonly bytes: OwnBytes;
  readonly key: string;
  readonly protocols: readonly string[];
  /** Those of the extensions that made an offer. */
  readonly extensions: readonly ExtensionFactory<Agreed>[];
}

/**
 * Makes a client's opening handshake (RFC 6455 4.1). Write it, then give the response to
 * `checkResponse`; or let `ClientHandshake` do both.
 *
 * @param url - a `ws:` or `wss:` URI, see `parseWebSocketUri`
 * @param options - wishes besides the resource
 * @throws TypeError if the URI is wrong, an option unknown (`OPTION_UNKNOWN`), a subprotocol not a
 * token or there twice, a header illegal or the handshake's own; if the runtime has no source of
 * randomness, and none is given (`NO_RANDOM`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createRequest } from '@sanssocket/handshake';
 *
 * const request = createRequest('ws://example.com/chat', { protocols: ['v1'], headers: [['Cookie', 'a=1']] });
 * assert.equal(request.uri.port, 80);
 * assert.ok(new TextDecoder().decode(request.bytes).startsWith('GET /chat HTTP/1.1\r\nHost: example.com\r\n'));
 * ```
 */
export function createRequest<Agreed = never>(
  url: string | { readonly href: string },
  options: ClientRequestOptions<Agreed> = {},
): ClientRequest<Agreed> {
  requireKnown(options, OFFER_OPTIONS);
  return requestOf(url, options);
}

/** {@link createRequest} of options whose names are known; each is read once. */
export function requestOf<Agreed>(
  url: string | { readonly href: string },
  options: ClientRequestOptions<Agreed>,
): ClientRequest<Agreed> {
  const uri = parseWebSocketUri(url);
  const { random } = options;
  const key = generateKey(random);
  // 4.1, request items 4 to 9.
  const rawHeaders = [
    'Host',
    uri.authority,
    'Upgrade',
    'websocket',
    'Connection',
    'Upgrade',
    'Sec-WebSocket-Key',
    key,
  ];
  const { protocols, extensions } = writeOffer(options, rawHeaders, (name) => name);
  return {
    uri,
    head: { method: 'GET', url: uri.resourceName, httpVersion: '1.1', rawHeaders },
    bytes: writeHead(`GET ${uri.resourceName} HTTP/1.1`, rawHeaders),
    key,
    protocols,
    extensions,
  };
}

/**
 * Offers subprotocols and extensions, over any version of HTTP: adds their headers to those of the
 * request.
 */
export function writeOffer<Agreed>(
  options: ClientRequestOptions<Agreed>,
  rawHeaders: string[],
  nameOf: (name: string) => string,
): Pick<ClientRequest<Agreed>, 'protocols' | 'extensions'> {
  const { protocols = [], extensions = [], origin, headers } = options;
  requireStrings('protocols', protocols);
  requireExtensions(extensions);
  const own = checkedHeaders(headers);
  // 4.1 item 10: tokens, "and MUST all be unique strings".
  protocols.forEach(checkToken);
  if (new Set(protocols).size < protocols.length) {
    throw usageError(
      TypeError,
      'PROTOCOL_INVALID',
      `a subprotocol is offered once (RFC 6455 4.1): ${protocols.join(', ')}`,
    );
  }
  const offers = collectOffers(extensions);
  const add = (name: string, value: string): unknown => rawHeaders.push(nameOf(name), value);
  // 4.1, request items 8 to 11.
  add('Sec-WebSocket-Version', '13');
  if (origin !== undefined) {
    checkValue(origin);
    add('Origin', origin);
  }
  if (protocols.length > 0) add('Sec-WebSocket-Protocol', protocols.join(', '));
  if (offers.length > 0) add('Sec-WebSocket-Extensions', writeExtensions(offers));
  for (let i = 0; i < own.length; i += 2) add(own[i]!, own[i + 1]!);
  return {
    protocols: [...protocols],
    extensions: extensions.filter(({ name }) => offers.some((offer) => offer.name === name)),
  };
}

/**
 * @throws TypeError for anything but a request that this package has made (`REQUEST_INVALID`), or one
 * with anything but extensions in it (`EXTENSION_INVALID`)
 */
export function requireClientRequest(request: Pick<ClientRequest, 'protocols' | 'extensions'>): void {
  const { protocols, extensions } = Object(request) as Partial<ClientRequest>;
  if (!isStrings(protocols) || !Array.isArray(extensions)) {
    const wanted = 'a response is checked against the request that was made for it';
    throw usageError(TypeError, 'REQUEST_INVALID', `${wanted}, not against ${inWords(request)}`);
  }
  requireExtensions(extensions);
}
