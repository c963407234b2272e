/**
 * `@sanssocket/handshake/connect`: the opening handshake over HTTP/2 (RFC 8441) and HTTP/3 (RFC
 * 9220), an extended CONNECT. Header lists in, header lists out. It opens one stream in place of taking
 * the connection over: no key, no Upgrade, no Connection, and any 2xx accepts.
 *
 * @packageDocumentation
 */

import {
  type Acceptance,
  type AcceptOptions,
  agree,
  type Rejection,
  type RejectOptions,
  rejectFault,
  rejectRequest,
} from './answer.js';
import { type ClientAcceptance, type ResponseRejection, readAnswer, rejectionOf } from './client.js';
import {
  type ClientRequest,
  type ClientRequestOptions,
  OFFER_OPTIONS,
  requireClientRequest,
  writeOffer,
} from './client-request.js';
import { requireKnown, requireStrings, requireType } from './errors.js';
import { createHandshakeFault, type HandshakeFault, type HandshakeFaultCode } from './faults.js';
import { CONTENT_LENGTH, HOST, readPseudoHeaders } from './head-writer.js';
import {
  CheckedRequest,
  type OpeningRequest,
  REQUEST_OPTIONS,
  type RequestOptions,
  readOffer,
  requestStrictness,
  requireRequest,
} from './request.js';
import { consistsOf, DIGIT, equalsIgnoringCase, lowerCodes, type RawHeaders } from './syntax.js';
import { parseTarget, parseWebSocketUri, splitAuthority } from './uri.js';

export type { Acceptance, AcceptOptions, Rejection, RejectOptions } from './answer.js';
export type { ClientAcceptance, ResponseRejection } from './client.js';
export type { ClientRequest, ClientRequestOptions } from './client-request.js';
export type {
  ConnectFaultCode,
  HandshakeFault,
  HandshakeFaultCode,
  HeadFaultCode,
  RequestFaultCode,
  ResponseFaultCode,
} from './faults.js';
export type { ExtensionOffer, ExtensionParameter } from './header-values.js';
export type { RandomSource } from './key.js';
export type { ExtensionFactory, NegotiatedExtension } from './negotiate.js';
export type { OpeningRequest, RequestOptions } from './request.js';
export type { HeaderPairs, OwnBytes, RawHeaders } from './syntax.js';

// --- The client's half ---

/**
 * A client's extended CONNECT, with all that its response is checked against.
 */
export interface ConnectRequest<Agreed = unknown>
  extends Pick<ClientRequest<Agreed>, 'uri' | 'protocols' | 'extensions'> {
  readonly kind: 'request';
  /** Names and values in turn, pseudo-headers first. Send them without ending the stream. */
  readonly headers: RawHeaders;
}

/**
 * Makes a client's opening handshake for a connection of HTTP/2 or HTTP/3 (RFC 8441 5, RFC 9220 3).
 *
 * @param url - a `ws:` or `wss:` URI
 * @param isEnabled - whether the server has sent `SETTINGS_ENABLE_CONNECT_PROTOCOL` with the value
 * 1: on `node:http2`, `session.remoteSettings.enableConnectProtocol`, once these have come
 * @param options - wishes besides the resource
 * @returns the request; a fault if the server has not, as the request must not be made then
 * @throws TypeError as `createRequest` does
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createConnect } from '@sanssocket/handshake/connect';
 *
 * const request = createConnect('wss://example.com/chat', true);
 * assert.ok(request.kind === 'request');
 * assert.deepEqual(request.headers, [
 *   ':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https', ':authority', 'example.com', ':path', '/chat',
 *   'sec-websocket-version', '13',
 * ]);
 * ```
 */
export function createConnect<Agreed = never>(
  url: string | { readonly href: string },
  isEnabled: boolean,
  options: ClientRequestOptions<Agreed> = {},
): ConnectRequest<Agreed> | HandshakeFault {
  const uri = parseWebSocketUri(url);
  requireEnabled(isEnabled);
  requireKnown(options, OFFER_OPTIONS);
  const headers = [':method', 'CONNECT', ':protocol', 'websocket', ':scheme', uri.secure ? 'https' : 'http'];
  headers.push(':authority', uri.authority, ':path', uri.resourceName);
  const offered = writeOffer(options, headers, (name) => name.toLowerCase());
  // RFC 8441 3: not before the setting has come.
  return isEnabled
    ? { kind: 'request', uri, headers, ...offered }
    : createHandshakeFault('CONNECT_NOT_ENABLED');
}

/** @throws TypeError unless a setting of the peer's is given, or is not there */
function requireEnabled(isEnabled: boolean | undefined): void {
  if (isEnabled !== undefined) requireType('whether extended CONNECT is enabled', isEnabled, 'boolean');
}

/**
 * The client's check of a server's response to an extended CONNECT (RFC 8441 5): every rule of it,
 * over the header list.
 *
 * @param request - from `createConnect`
 * @param list - names and values in turn, `:status` first, of the final response (not of a 1xx)
 * @returns the outcome, by `kind`; for a `fault` the stream is to be reset
 * @throws TypeError for anything but a request (`REQUEST_INVALID`) and a list (`ARGUMENT_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkConnectResponse, createConnect } from '@sanssocket/handshake/connect';
 *
 * const request = createConnect('wss://example.com/', true);
 * assert.ok(request.kind === 'request');
 * assert.equal(checkConnectResponse(request, [':status', '200']).kind, 'accepted');
 * assert.equal(checkConnectResponse(request, [':status', '403']).kind, 'rejected');
 * ```
 */
export function checkConnectResponse<Agreed>(
  request: ConnectRequest<Agreed>,
  list: RawHeaders,
): ClientAcceptance<Agreed> | ResponseRejection | HandshakeFault {
  requireClientRequest(request);
  requireStrings('a header list', list);
  const head = readPseudoHeaders(list, [':status']);
  if (typeof head === 'string') return createHandshakeFault(head);
  const { pseudo, fields, headers } = head;
  const status = pseudo.get(':status') ?? '';
  // RFC 9113 8.6: no 101, and an interim response is none. 8.3.2: three digits.
  if (status.length !== 3 || !consistsOf(status, DIGIT) || status < '200')
    return createHandshakeFault('STATUS_INVALID');
  // RFC 8441 5: any 2xx.
  if (status > '299')
    return rejectionOf({ statusCode: Number(status), httpVersion: '2.0', rawHeaders: headers });
  const verdict = readAnswer(request, fields, headers);
  return typeof verdict === 'string' ? createHandshakeFault(verdict) : verdict;
}

// --- The server's half ---

/**
 * A server's 2xx response to an extended CONNECT. The stream's DATA is WebSocket frames from here
 * on.
 */
export type ConnectAcceptance<Agreed = unknown> = Omit<Acceptance<Agreed>, 'status' | 'bytes'> & {
  readonly status: 200;
};

/**
 * A server's rejection of an extended CONNECT: `headers` and `body`, then the end of the stream.
 * The connection stays.
 */
export type ConnectRejection = Omit<Rejection, 'bytes' | 'reason' | 'mustClose'>;

const PSEUDO_HEADERS = [':method', ':protocol', ':scheme', ':authority', ':path'];

// Headers of a response over HTTP/1.1 about its connection, and about methods.
const ONLY_HTTP1 = ['connection', 'upgrade', 'allow'];

/**
 * The server's check of an extended CONNECT (RFC 8441 4 and 5, RFC 9220 3): every rule of it, over
 * the header list.
 *
 * @param list - names and values in turn, pseudo-headers first: the `rawHeaders` of a `stream`
 * event of `node:http2`
 * @param isEnabled - whether the server has sent `SETTINGS_ENABLE_CONNECT_PROTOCOL` (0x8 in either
 * version) with the value 1
 * @param options - how strict to be
 * @returns the request, to be answered with `acceptConnect` or `rejectConnect`; or the fault, for
 * `rejectConnectFault`
 * @throws TypeError for anything but a list (`ARGUMENT_INVALID`), or other options
 * (`OPTION_UNKNOWN`, `OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { acceptConnect, checkConnect } from '@sanssocket/handshake/connect';
 *
 * const request = checkConnect([
 *   ':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https', ':authority', 'example.com', ':path', '/chat',
 *   'sec-websocket-version', '13', 'sec-websocket-protocol', 'v2, v1',
 * ], true);
 * assert.ok(request.kind === 'request');
 * assert.deepEqual(acceptConnect(request, { protocols: ['v1'] }).headers, [':status', '200', 'sec-websocket-protocol', 'v1']);
 * ```
 */
export function checkConnect(
  list: RawHeaders,
  isEnabled: boolean,
  options: RequestOptions = {},
): OpeningRequest | HandshakeFault {
  requireStrings('a header list', list);
  requireEnabled(isEnabled);
  requireKnown(options, REQUEST_OPTIONS);
  const request = judgeConnect(list, isEnabled, requestStrictness(options));
  return typeof request === 'string' ? createHandshakeFault(request) : request;
}

function judgeConnect(
  list: RawHeaders,
  isEnabled: boolean,
  rejectEmptyLists: boolean,
): OpeningRequest | HandshakeFaultCode {
  const head = readPseudoHeaders(list, PSEUDO_HEADERS);
  if (typeof head === 'string') return head;
  const { pseudo, fields, headers } = head;
  // RFC 8441 4: ":protocol" belongs to CONNECT, and to servers that announced it (3).
  if (pseudo.get(':method') !== 'CONNECT') return 'METHOD_NOT_CONNECT';
  if (!isEnabled) return 'CONNECT_NOT_ENABLED';
  // RFC 9220 3: 501 to a protocol that is not known.
  if (pseudo.get(':protocol') !== 'websocket') return 'CONNECT_PROTOCOL_UNKNOWN';
  // RFC 8441 5: "https" for wss, "http" for ws.
  const scheme = pseudo.get(':scheme') ?? '';
  if (scheme !== 'https' && scheme !== 'http') return 'SCHEME_INVALID';
  const path = pseudo.get(':path') ?? '';
  if (!path.startsWith('/') || parseTarget(path) === undefined) return 'TARGET_INVALID';
  const authority = pseudo.get(':authority');
  if (authority === undefined) return 'HOST_MISSING';
  if (splitAuthority(authority) === undefined) return 'HOST_INVALID';
  // RFC 9113 8.3.1: a Host header says the same, or two parties see two requests.
  const host = fields.values[HOST] ?? authority;
  if (!equalsIgnoringCase(host, lowerCodes(authority))) return 'HOST_CONFLICT';
  // The stream's DATA is frames: it has no content to have a length. RFC 9113 8.5.
  if (fields.values[CONTENT_LENGTH] !== undefined) return 'UNEXPECTED_BODY';
  const request = new CheckedRequest(path, authority, '', headers);
  return readOffer(request, fields, rejectEmptyLists) ?? request;
}

/**
 * Accepts: selects a subprotocol, negotiates extensions, makes the response (RFC 8441 5).
 *
 * @param request - from `checkConnect`
 * @param options - the server's side of the agreement
 * @returns the header list to respond with, leaving the stream open; and the agreement
 * @throws TypeError as `acceptRequest` does
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { acceptConnect, checkConnect } from '@sanssocket/handshake/connect';
 *
 * const request = checkConnect([
 *   ':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https', ':authority', 'example.com', ':path', '/',
 *   'sec-websocket-version', '13',
 * ], true);
 * assert.ok(request.kind === 'request');
 * assert.deepEqual(acceptConnect(request, { headers: [['Set-Cookie', 'a=1']] }).headers, [':status', '200', 'set-cookie', 'a=1']);
 * ```
 */
export function acceptConnect<Agreed = never>(
  request: OpeningRequest,
  options: AcceptOptions<Agreed> = {},
): ConnectAcceptance<Agreed> {
  requireRequest(request);
  const headers = [':status', '200'];
  const { protocol, extensions } = agree(request, options, headers, (name) => name.toLowerCase());
  return { kind: 'accepted', status: 200, headers, protocol, extensions };
}

/**
 * Rejects with any status, headers and body.
 *
 * @param options - the response
 * @returns the header list to respond with, and the body to end the stream with
 * @throws TypeError, RangeError as `rejectRequest` does
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { rejectConnect } from '@sanssocket/handshake/connect';
 *
 * assert.deepEqual(rejectConnect({ status: 403 }).headers, [':status', '403', 'content-length', '0']);
 * ```
 */
export function rejectConnect(options: RejectOptions): ConnectRejection {
  return withoutHttp1(rejectRequest(options));
}

/**
 * The response to a client's fault.
 *
 * @param fault - from `checkConnect`
 * @throws RangeError if the fault is not one a server meets
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { rejectConnectFault } from '@sanssocket/handshake/connect';
 * import { createHandshakeFault } from '@sanssocket/handshake/rules';
 *
 * assert.equal(rejectConnectFault(createHandshakeFault('CONNECT_PROTOCOL_UNKNOWN')).status, 501);
 * ```
 */
export function rejectConnectFault(fault: HandshakeFault): ConnectRejection {
  return withoutHttp1(rejectFault(fault));
}

function withoutHttp1({ kind, fault, status, headers, body }: Rejection): ConnectRejection {
  // A 426 asks for an Upgrade, and these versions of HTTP have none (RFC 9113 8.6): its headers
  // name the version that is wanted.
  const possible = status === 426 ? 400 : status;
  const list = [':status', String(possible)];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    if (!ONLY_HTTP1.includes(name)) list.push(name, headers[i + 1]!);
  }
  return { kind, fault, status: possible, headers: list, body };
}
