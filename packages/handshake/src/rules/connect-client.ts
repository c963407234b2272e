// The client's half over HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220).

import { readPseudoHeaders } from '../heads/pseudo-headers.js';
import { consistsOf, DIGIT } from '../syntax/characters.js';
import type { RawHeaders } from '../syntax/header-fields.js';
import { requireStrings, requireType } from '../syntax/options.js';
import { createFault, type HandshakeFault } from '../values/faults.js';
import { parseWebSocketUri } from '../values/uri.js';
import { type ClientRequest, type ClientRequestOptions, writeOffer } from './client-request.js';
import {
  type ClientAcceptance,
  type ClientRefusal,
  readAnswer,
  refusal,
  requireClientRequest,
} from './client-response.js';

/**
 * A client's extended CONNECT, and what its response will be checked against.
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
 * @param isEnabled - whether the server has sent `SETTINGS_ENABLE_CONNECT_PROTOCOL` with the value 1: on `node:http2`,
 *   `session.remoteSettings.enableConnectProtocol`, once these have come
 * @param options - what else to ask for
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
  const headers = [':method', 'CONNECT', ':protocol', 'websocket', ':scheme', uri.secure ? 'https' : 'http'];
  headers.push(':authority', uri.authority, ':path', uri.resourceName);
  const offered = writeOffer(options, headers, (name) => name.toLowerCase());
  // RFC 8441 3: not before the setting has come.
  return isEnabled ? { kind: 'request', uri, headers, ...offered } : createFault('CONNECT_NOT_ENABLED');
}

/** @throws TypeError unless a setting of the peer's is given, or is not there */
export function requireEnabled(isEnabled: boolean | undefined): void {
  if (isEnabled !== undefined) requireType('whether extended CONNECT is enabled', isEnabled, 'boolean');
}

/**
 * The client's check of a server's response to an extended CONNECT (RFC 8441 5): every rule of it, over the header list.
 *
 * @param request - from `createConnect`
 * @param list - names and values in turn, `:status` first, of the final response (not of a 1xx)
 * @returns what came of it, by `kind`; for a `fault` the stream is to be reset
 * @throws TypeError for what is no request (`REQUEST_INVALID`), or no list (`ARGUMENT_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkConnectResponse, createConnect } from '@sanssocket/handshake/connect';
 *
 * const request = createConnect('wss://example.com/', true);
 * assert.ok(request.kind === 'request');
 * assert.equal(checkConnectResponse(request, [':status', '200']).kind, 'accepted');
 * assert.equal(checkConnectResponse(request, [':status', '403']).kind, 'refused');
 * ```
 */
export function checkConnectResponse<Agreed>(
  request: ConnectRequest<Agreed>,
  list: RawHeaders,
): ClientAcceptance<Agreed> | ClientRefusal | HandshakeFault {
  requireClientRequest(request);
  requireStrings('a header list', list);
  const head = readPseudoHeaders(list, [':status']);
  if (typeof head === 'string') return createFault(head);
  const { pseudo, fields, headers } = head;
  const status = pseudo.get(':status') ?? '';
  // RFC 9113 8.6: no 101, and an interim response is none. 8.3.2: three digits.
  if (status.length !== 3 || !consistsOf(status, DIGIT) || status < '200')
    return createFault('STATUS_INVALID');
  // RFC 8441 5: any 2xx.
  if (status > '299') return refusal({ statusCode: Number(status), httpVersion: '2.0', rawHeaders: headers });
  const verdict = readAnswer(request, fields, headers);
  return typeof verdict === 'string' ? createFault(verdict) : verdict;
}
