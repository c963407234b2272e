/**
 * The server's answers over HTTP/1.1: the 101 response (RFC 6455 4.2.2) and rejections.
 */

import { inWords, requireBytes, requireKnown, requireOption, requireStrings, usageError } from './errors.js';
import type { HandshakeFault } from './faults.js';
import { checkedHeaders, writeHead, writeSwitchingResponse } from './head-writer.js';
import { writeExtensions } from './header-values.js';
import { acceptValue, requireKey } from './key.js';
import {
  type ExtensionFactory,
  type NegotiatedExtension,
  negotiate,
  requireExtensions,
} from './negotiate.js';
import { requireRequest, type UpgradeRequest } from './request.js';
import { checkValue, encodeUtf8, type HeaderPairs, type OwnBytes, type RawHeaders } from './syntax.js';

/**
 * How a server accepts.
 */
export interface AcceptOptions<Agreed = unknown> {
  /**
   * Subprotocols the server supports: the first of the client's that is among them is selected.
   * None unless given.
   */
  readonly protocols?: readonly string[] | undefined;
  /** The subprotocol itself, or a function that picks it from the offer, instead of `protocols`. */
  readonly protocol?: string | ((offered: readonly string[]) => string | undefined) | undefined;
  /** Extensions the server implements. */
  readonly extensions?: readonly ExtensionFactory<Agreed>[] | undefined;
  /** Further headers of the 101 response, such as `Set-Cookie`. */
  readonly headers?: HeaderPairs | undefined;
}

const ACCEPT_OPTIONS: readonly (keyof AcceptOptions)[] = ['protocols', 'protocol', 'extensions', 'headers'];

/**
 * A server's 101 response, with the subprotocol and the extensions that it commits the connection
 * to.
 */
export interface Acceptance<Agreed = unknown> {
  readonly kind: 'accepted';
  readonly status: 101;
  readonly headers: RawHeaders;
  /**
   * The whole response; for a host that writes bytes. Not to be changed or transferred: if nothing
   * was agreed or added, the buffer behind it has other responses like it.
   */
  readonly bytes: OwnBytes;
  /** The subprotocol in use. */
  readonly protocol: string | undefined;
  /** The extensions in use, in order. */
  readonly extensions: readonly NegotiatedExtension<Agreed>[];
}

/**
 * How a server rejects.
 */
export interface RejectOptions {
  /** A final HTTP status, 200 to 599. */
  readonly status: number;
  /** The reason phrase; the usual one for the statuses handshakes meet, otherwise empty. */
  readonly reason?: string | undefined;
  /** Further headers, such as `WWW-Authenticate` or `Location`. */
  readonly headers?: HeaderPairs | undefined;
  /** Text is sent as UTF-8, with a `Content-Type` of plain text unless `headers` has one. */
  readonly body?: string | Uint8Array | undefined;
}

const REJECT_OPTIONS: readonly (keyof RejectOptions)[] = ['status', 'reason', 'headers', 'body'];

/**
 * @returns a copy of the options of a rejection
 * @throws TypeError for anything but options (`OPTION_INVALID`), or for another option
 * (`OPTION_UNKNOWN`)
 */
export function copyRefusal(options: RejectOptions): RejectOptions {
  requireKnown(options, REJECT_OPTIONS);
  const { status, reason, headers, body } = options;
  return { status, reason, headers, body };
}

/**
 * A server's complete rejection.
 */
export interface Rejection {
  readonly kind: 'rejected';
  /** Why, if it was the client's fault; `undefined` if it was the caller's decision. */
  readonly fault: HandshakeFault | undefined;
  readonly status: number;
  readonly reason: string;
  readonly headers: RawHeaders;
  readonly body: OwnBytes;
  /** The whole response, body included; for a host that writes bytes. */
  readonly bytes: OwnBytes;
  /**
   * Write, then close: nothing that follows a rejected head may be read as a request or as frames.
   */
  readonly mustClose: true;
}

/** The statuses the handshake itself answers with, and the ones callers use most. */
const REASONS: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [426, 'Upgrade Required'],
  [431, 'Request Header Fields Too Large'],
  [503, 'Service Unavailable'],
  [505, 'HTTP Version Not Supported'],
]);

/**
 * Accepts: selects a subprotocol, negotiates extensions, writes the 101 response (RFC 6455 4.2.2,
 * step 5).
 *
 * @param request - from `checkRequest`
 * @param options - the server's side of the agreement
 * @returns the response, as headers and as bytes, with the agreement
 * @throws TypeError for anything but a checked request (`REQUEST_INVALID`), for another option
 * (`OPTION_UNKNOWN`), or for an extension without its methods (`EXTENSION_INVALID`); if the
 * subprotocol chosen was not offered, or a header is illegal or the handshake's own
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { acceptRequest, checkRequest, requestHeadOf } from '@sanssocket/handshake';
 *
 * const headers = {
 *   Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Version': '13',
 *   'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol': 'chat, superchat',
 * };
 * const request = checkRequest(requestHeadOf({ method: 'GET', url: 'http://example.com/', headers: Object.entries(headers) }));
 * assert.ok(request.kind === 'request');
 * const acceptance = acceptRequest(request, { protocols: ['superchat'] });
 * assert.equal(acceptance.protocol, 'superchat');
 * assert.ok(acceptance.headers.includes('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='));
 * ```
 */
export function acceptRequest<Agreed = never>(
  request: UpgradeRequest,
  options: AcceptOptions<Agreed> = {},
): Acceptance<Agreed> {
  requireRequest(request);
  requireKey(request.key);
  return accept(request, options);
}

/** {@link acceptRequest} of a request that was checked. */
export function accept<Agreed>(request: UpgradeRequest, options: AcceptOptions<Agreed>): Acceptance<Agreed> {
  // 4.2.2 step 5, items 1 to 4.
  const headers = [
    'Upgrade',
    'websocket',
    'Connection',
    'Upgrade',
    'Sec-WebSocket-Accept',
    acceptValue(request.key),
  ];
  const { protocol, extensions } = agree(request, options, headers, (name) => name);
  const bytes = writeSwitchingResponse(headers);
  return { kind: 'accepted', status: 101, headers, bytes, protocol, extensions };
}

/**
 * Agrees on a subprotocol and extensions, over any version of HTTP: adds their headers to those of
 * the response.
 */
export function agree<Agreed>(
  request: Pick<UpgradeRequest, 'protocols' | 'extensions'>,
  options: AcceptOptions<Agreed>,
  headers: string[],
  nameOf: (name: string) => string,
): Pick<Acceptance<Agreed>, 'protocol' | 'extensions'> {
  requireKnown(options, ACCEPT_OPTIONS);
  const { protocols = [], protocol: chosen, extensions: supported, headers: given } = options;
  const own = checkedHeaders(given);
  const protocol = chooseProtocol(request.protocols, chosen, protocols);
  if (supported !== undefined) requireExtensions(supported);
  const extensions = supported === undefined ? [] : negotiate(request.extensions, supported);
  // 4.2.2 step 5, items 5 and 6.
  if (protocol !== undefined) headers.push(nameOf('Sec-WebSocket-Protocol'), protocol);
  // Nothing agreed is no header, not an empty one.
  if (extensions.length > 0) headers.push(nameOf('Sec-WebSocket-Extensions'), writeExtensions(extensions));
  for (let i = 0; i < own.length; i += 2) headers.push(nameOf(own[i]!), own[i + 1]!);
  return { protocol, extensions };
}

function chooseProtocol(
  offered: readonly string[],
  protocol: AcceptOptions['protocol'],
  protocols: readonly string[],
): string | undefined {
  if (protocol === undefined) {
    requireStrings('protocols', protocols);
    return offered.find((name) => protocols.includes(name));
  }
  if (typeof protocol !== 'string') requireOption('protocol', protocol, 'function');
  const chosen = typeof protocol === 'string' ? protocol : protocol(offered);
  // 4.2.2 step 5.5: "a subprotocol ... from the client's handshake".
  if (chosen !== undefined && !offered.includes(chosen)) {
    throw usageError(
      TypeError,
      'PROTOCOL_INVALID',
      `the client did not offer the subprotocol ${inWords(chosen)} (RFC 6455 4.2.2)`,
    );
  }
  return chosen;
}

/**
 * Rejects with any status, headers and body (RFC 6455 4.2.2: "an appropriate HTTP error code").
 *
 * @param options - the response
 * @returns the response, complete with `Connection: close` and `Content-Length`
 * @throws RangeError if the status is not from 200 to 599
 * @throws TypeError if a header or the reason is illegal, a header is the handshake's own, or the
 * status allows no body
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { rejectRequest } from '@sanssocket/handshake';
 *
 * const { bytes } = rejectRequest({ status: 403, body: 'not from there' });
 * assert.ok(new TextDecoder().decode(bytes).startsWith('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n'));
 * ```
 */
export function rejectRequest(options: RejectOptions): Rejection {
  return reject(copyRefusal(options), undefined);
}

/**
 * The response to a client's fault: its status, and its message as the body;
 * `Sec-WebSocket-Version: 13` where the version was at fault (RFC 6455 4.4), `Allow` where the
 * method was.
 *
 * @param fault - from `checkRequest`
 * @throws TypeError for anything but a fault (`ARGUMENT_INVALID`), RangeError for one that no
 * server meets (`STATUS_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { rejectFault } from '@sanssocket/handshake';
 * import { createHandshakeFault } from '@sanssocket/handshake/rules';
 * import { headerValues } from '@sanssocket/handshake/values';
 *
 * const rejection = rejectFault(createHandshakeFault('VERSION_UNSUPPORTED'));
 * assert.equal(rejection.status, 426);
 * assert.deepEqual(headerValues(rejection.headers, 'Sec-WebSocket-Version'), ['13']);
 * ```
 */
export function rejectFault(fault: HandshakeFault): Rejection {
  const { kind, message } = Object(fault) as HandshakeFault;
  if (kind !== 'fault' || typeof message !== 'string') {
    throw usageError(TypeError, 'ARGUMENT_INVALID', `a fault is what a check gives, not ${inWords(fault)}`);
  }
  return answerFault(fault);
}

/** {@link rejectFault} of a fault that a check gave. */
export function answerFault(fault: HandshakeFault): Rejection {
  const { status = 0, message } = fault;
  return reject({ status, body: message }, fault);
}

function reject(
  { status, reason, headers, body = '' }: RejectOptions,
  fault: HandshakeFault | undefined,
): Rejection {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw usageError(
      RangeError,
      'STATUS_INVALID',
      `a refusal has a status from 200 to 599, not ${inWords(status)}`,
    );
  const phrase = reason ?? REASONS.get(status) ?? '';
  checkValue(phrase);
  const own = checkedHeaders(headers);
  const content = typeof body === 'string' ? encodeUtf8(body) : body;
  requireBytes(content, 'a body is a string or bytes, which');
  const bodiless = status === 204 || status === 304; // RFC 9110 15.3.5, 15.4.5
  if (bodiless && content.length > 0)
    throw usageError(TypeError, 'STATUS_INVALID', `a ${status} has no body`);
  // RFC 9110 15.5.22: a 426 names the protocol to upgrade to, and 7.8: a sender of Upgrade lists it
  // in Connection.
  const all = ['Connection', status === 426 ? 'close, Upgrade' : 'close'];
  if (status === 426) all.push('Upgrade', 'websocket');
  if (!bodiless) all.push('Content-Length', String(content.length));
  const hasType = own.some((name, i) => (i & 1) === 0 && name.toLowerCase() === 'content-type');
  if (typeof body === 'string' && content.length > 0 && !hasType) {
    all.push('Content-Type', 'text/plain; charset=utf-8');
  }
  if (status === 405) all.push('Allow', 'GET'); // RFC 9110 15.5.6
  // 4.4: the versions the server speaks, for a client to try again with.
  if (status === 426 || fault?.code === 'VERSION_MISSING') all.push('Sec-WebSocket-Version', '13');
  all.push(...own);
  const bytes = writeHead(`HTTP/1.1 ${status} ${phrase}`, all, 0, content);
  return {
    kind: 'rejected',
    fault,
    status,
    reason: phrase,
    headers: all,
    body: bytes.subarray(bytes.length - content.length),
    bytes,
    mustClose: true,
  };
}
