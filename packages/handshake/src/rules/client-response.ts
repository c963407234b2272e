import {
  ACCEPT,
  CONNECTION,
  EXTENSIONS,
  Fields,
  PROTOCOL,
  UPGRADE,
  UPGRADE_TOKEN,
  WEBSOCKET,
} from '../heads/fields.js';
import { canUpgrade, type ResponseHead, requireHead } from '../heads/heads.js';
import { equalsIgnoringCase } from '../syntax/characters.js';
import { headerValues, type RawHeaders } from '../syntax/header-fields.js';
import { listElements, listHas } from '../syntax/list.js';
import { inWords, misuse } from '../syntax/misuse.js';
import { isStrings } from '../syntax/options.js';
import { acceptKey } from '../values/accept-key.js';
import { parseExtensions } from '../values/extensions.js';
import { createFault, type HandshakeFault, type HandshakeFaultCode } from '../values/faults.js';
import type { ClientRequest } from './client-request.js';
import { confirmExtensions, type NegotiatedExtension } from './negotiate.js';

/**
 * The server accepted: the connection is open.
 */
export interface ClientAcceptance<Agreed = unknown> {
  readonly kind: 'accepted';
  readonly headers: RawHeaders;
  /** The subprotocol in use; `undefined` if the server selected none, whatever was offered. */
  readonly protocol: string | undefined;
  /** The extensions in use, in order. */
  readonly extensions: readonly NegotiatedExtension<Agreed>[];
}

/**
 * The server answered with something else than 101, which HTTP gives a meaning to (RFC 6455 4.1, response step 1).
 */
export interface ClientRefusal {
  /** `redirect`: a 3xx with a location. `unauthorized`: a 401. `upgrade-required`: a 426. `refused`: anything else. */
  readonly kind: 'redirect' | 'unauthorized' | 'upgrade-required' | 'refused';
  readonly status: number;
  readonly reason: string;
  readonly headers: RawHeaders;
  /** Of a redirect: `Location` as sent, perhaps relative and perhaps to another site. `undefined` otherwise. */
  readonly location: string | undefined;
  /** Of a 401: the values of `WWW-Authenticate`. Empty otherwise. */
  readonly challenges: readonly string[];
  /** The versions of WebSocket that the server says it speaks (4.4), whatever the status. */
  readonly versions: readonly string[];
}

/**
 * The client's check of a server's response (RFC 6455 4.1): every rule of it, over a parsed head.
 *
 * @param request - from `createRequest`
 * @param head - from Node's HTTP client as it is
 * @returns what came of it, by `kind`; for a `fault` the connection is to be closed
 * @throws TypeError for what is no request (`REQUEST_INVALID`), or no parsed head (`HEAD_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkResponse, createRequest } from '@sanssocket/handshake';
 * import { acceptKey } from '@sanssocket/handshake/values';
 *
 * const request = createRequest('ws://example.com/');
 * const rawHeaders = ['Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Accept', acceptKey(request.key)];
 * const head = { statusCode: 101, statusMessage: 'Switching Protocols', httpVersion: '1.1', rawHeaders };
 * assert.equal(checkResponse(request, head).kind, 'accepted');
 * assert.equal(checkResponse(request, { ...head, statusCode: 503 }).kind, 'refused');
 * ```
 */
export function checkResponse<Agreed>(
  request: ClientRequest<Agreed>,
  head: ResponseHead,
): ClientAcceptance<Agreed> | ClientRefusal | HandshakeFault {
  requireClientRequest(request);
  requireHead(head);
  requireStatus(head);
  // 4.1 response step 1: another status is HTTP's to handle.
  if (head.statusCode !== 101) return refusal(head);
  const verdict = judgeSwitch(request, head);
  return typeof verdict === 'string' ? createFault(verdict) : verdict;
}

function requireStatus({ statusCode, statusMessage }: ResponseHead): void {
  const isStatus = statusCode === undefined || Number.isInteger(statusCode);
  if (isStatus && (statusMessage === undefined || typeof statusMessage === 'string')) return;
  const got = `${inWords(statusCode)} and ${inWords(statusMessage)}`;
  throw misuse(TypeError, 'HEAD_INVALID', `a status is a number and a text, not ${got}`);
}

/** @throws TypeError (`REQUEST_INVALID`) for what was not made by this package, which a response could not be checked against */
export function requireClientRequest(request: Pick<ClientRequest, 'protocols' | 'extensions'>): void {
  const { protocols, extensions } = Object(request) as Partial<ClientRequest>;
  if (!isStrings(protocols) || !Array.isArray(extensions)) {
    const wanted = 'a response is checked against the request that was made for it';
    throw misuse(TypeError, 'REQUEST_INVALID', `${wanted}, not against ${inWords(request)}`);
  }
}

function judgeSwitch<Agreed>(
  request: ClientRequest<Agreed>,
  { httpVersion, rawHeaders }: ResponseHead,
): ClientAcceptance<Agreed> | HandshakeFaultCode {
  // 4.2.2 step 5.1: the status line is HTTP/1.1's.
  if (!canUpgrade(httpVersion)) return 'RESPONSE_VERSION_UNSUPPORTED';
  const fields = Fields.of(rawHeaders);
  const { values } = fields;
  // Step 2: Upgrade is "websocket" and nothing besides, in any letter case.
  if (!equalsIgnoringCase(values[UPGRADE] ?? '', WEBSOCKET)) return 'RESPONSE_UPGRADE_INVALID';
  // Step 3: Connection has the token "Upgrade", in any letter case.
  if (!listHas(values[CONNECTION], UPGRADE_TOKEN)) return 'RESPONSE_CONNECTION_INVALID';
  // Step 4. The value is compared exactly; white space around it went with the header line.
  const acceptFault = fields.fault(ACCEPT, 'ACCEPT');
  if (acceptFault !== undefined) return acceptFault;
  if (values[ACCEPT] !== acceptKey(request.key)) return 'ACCEPT_MISMATCH';
  return readAnswer(request, fields, rawHeaders);
}

/** The rules of every handshake, over whichever version of HTTP: extensions and subprotocol. */
export function readAnswer<Agreed>(
  offered: Pick<ClientRequest<Agreed>, 'protocols' | 'extensions'>,
  fields: Fields,
  headers: RawHeaders,
): ClientAcceptance<Agreed> | HandshakeFaultCode {
  // Step 5.
  const response = parseExtensions(fields.lines(EXTENSIONS));
  if (response === undefined) return 'EXTENSION_INVALID';
  const extensions = confirmExtensions(response, offered.extensions);
  if ('kind' in extensions) return extensions.code;
  // Step 6: one of those offered, in their letter case.
  const protocol = fields.values[PROTOCOL];
  if (fields.isRepeated(PROTOCOL)) return 'PROTOCOL_REPEATED';
  if (protocol !== undefined && !offered.protocols.includes(protocol)) return 'PROTOCOL_NOT_OFFERED';
  return { kind: 'accepted', headers, protocol, extensions };
}

/** Anything but an acceptance, by its status. */
export function refusal({
  statusCode: status = 0,
  statusMessage: reason = '',
  rawHeaders: headers,
}: ResponseHead): ClientRefusal {
  const location = status >= 300 && status < 400 ? headerValues(headers, 'Location')[0] : undefined;
  const challenges = status === 401 ? headerValues(headers, 'WWW-Authenticate') : [];
  const versions = listElements(headerValues(headers, 'Sec-WebSocket-Version')) ?? [];
  const kind = location !== undefined ? 'redirect' : (KINDS.get(status) ?? 'refused');
  return { kind, status, reason, headers, location, challenges, versions };
}

const KINDS: ReadonlyMap<number, 'unauthorized' | 'upgrade-required'> = /* @__PURE__ */ new Map([
  [401, 'unauthorized'],
  [426, 'upgrade-required'],
]);
