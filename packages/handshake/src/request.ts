/**
 * The server's check of a request over a parsed head (RFC 6455 4.2.1).
 */

import { inWords, requireKnown, requireOption, requireType, usageError } from './errors.js';
import { type HandshakeFault, type RequestFaultCode, requestFault } from './faults.js';
import { headersOf } from './head-reader.js';
import {
  CONNECTION,
  CONTENT_LENGTH,
  canUpgrade,
  countFault,
  DRAFT_KEY,
  EXTENSIONS,
  type Fields,
  fieldsOf,
  HOST,
  isRepeated,
  KEY,
  ORIGIN,
  PROTOCOL,
  type RequestHead,
  type RequestLine,
  requireHead,
  TRANSFER_ENCODING,
  UPGRADE,
  UPGRADE_TOKEN,
  VERSION,
  WEBSOCKET,
} from './head-writer.js';
import { type ExtensionOffer, readExtensions, readProtocols, requireOffers } from './header-values.js';
import { isKey } from './key.js';
import { listHas, type RawHeaders } from './syntax.js';
import { parseTarget, splitAuthority } from './uri.js';

/**
 * A request that asks for a WebSocket and may have one, over any version of HTTP. Whether it gets
 * one, from this origin and for this resource, is the caller's to say.
 */
export interface OpeningRequest {
  readonly kind: 'request';
  /** Path and query, as sent (RFC 6455 3). */
  readonly resourceName: string;
  /** The authority asked for: of the target if that is absolute, otherwise `Host`. */
  readonly host: string;
  /**
   * `Origin` as sent; `undefined` when absent, as from clients that are no browsers. See
   * `isSameOrigin` (10.2).
   */
  readonly origin: string | undefined;
  /** The subprotocols offered, in order of preference. */
  readonly protocols: readonly string[];
  /** The extensions offered, in order of preference. */
  readonly extensions: readonly ExtensionOffer[];
  /** Every header of the request, as a flat array. */
  readonly headers: RawHeaders;
}

/**
 * A request over HTTP/1.1, to be answered by `acceptRequest` or `rejectRequest`, or the methods of
 * `ServerHandshake`.
 */
export interface UpgradeRequest extends OpeningRequest {
  /** `Sec-WebSocket-Key`, well-formed. */
  readonly key: string;
}

/**
 * How strict the check of a request is where implementations differ.
 */
export interface RequestOptions {
  /**
   * Whether a `Sec-WebSocket-Protocol` or `Sec-WebSocket-Extensions` without any element is
   * rejected, as their grammar wants one (RFC 6455 9.1, 11.3.4). False unless given: recipients
   * ignore empty elements (RFC 9110 5.6.1.2), and nothing is asked for.
   */
  readonly rejectEmptyLists?: boolean | undefined;
}

/** The names of these options. */
export const REQUEST_OPTIONS: readonly (keyof RequestOptions)[] = ['rejectEmptyLists'];

/**
 * The server's check of a client's opening handshake (RFC 6455 4.2.1): every rule of it, over a
 * parsed head.
 *
 * @param head - from Node's HTTP server as it is, or from `requestHeadOf`
 * @param options - how strict to be
 * @returns the request (`kind: 'request'`), or the first fault found (`kind: 'fault'`), for
 * `rejectFault`
 * @throws TypeError for anything but a parsed head (`HEAD_INVALID`), or other options
 * (`OPTION_UNKNOWN`, `OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkRequest } from '@sanssocket/handshake';
 *
 * const checked = checkRequest({
 *   method: 'GET',
 *   url: '/chat',
 *   httpVersion: '1.1',
 *   rawHeaders: [
 *     'Host', 'server.example.com', 'Upgrade', 'websocket', 'Connection', 'Upgrade',
 *     'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13',
 *   ],
 * });
 * assert.equal(checked.kind === 'request' && checked.resourceName, '/chat');
 * ```
 */
export function checkRequest(
  head: RequestHead,
  options: RequestOptions = {},
): UpgradeRequest | HandshakeFault {
  requireHead(head);
  const { url = '' } = head;
  requireType('a request target', url, 'string');
  requireKnown(options, REQUEST_OPTIONS);
  const isStrict = requestStrictness(options);
  const request = judgeRequest(head, fieldsOf(head.rawHeaders), head.rawHeaders, isStrict);
  return typeof request === 'string' ? requestFault(request) : request;
}

/** The option of {@link RequestOptions}. */
export function requestStrictness({ rejectEmptyLists }: RequestOptions): boolean {
  requireOption('rejectEmptyLists', rejectEmptyLists, 'boolean');
  return rejectEmptyLists === true;
}

/**
 * @throws TypeError for anything but a request that a check has found right (`REQUEST_INVALID`), or one
 * with anything but offers in it (`ARGUMENT_INVALID`)
 */
export function requireRequest(request: OpeningRequest): void {
  const { kind, resourceName, protocols, extensions } = Object(request) as Partial<OpeningRequest>;
  const isWhole = typeof resourceName === 'string' && Array.isArray(protocols) && Array.isArray(extensions);
  if (kind === 'request' && isWhole) {
    requireOffers('offers', extensions);
    return;
  }
  const isFault = (kind as string) === 'fault';
  const got = isFault ? 'a fault, which rejectFault answers' : `${inWords(request)}: a head is checked first`;
  throw usageError(
    TypeError,
    'REQUEST_INVALID',
    `only a request that was found right is answered, not ${got}`,
  );
}

/**
 * {@link checkRequest} over a first line and the headers that matter; `headers` is text of a whole
 * head, or a flat array.
 */
export function judgeRequest(
  { httpVersion, method, url = '' }: RequestLine,
  fields: Fields,
  headers: string | RawHeaders,
  rejectEmptyLists: boolean,
): UpgradeRequest | RequestFaultCode {
  // 4.2.1 item 1: "An HTTP/1.1 or higher GET request".
  if (!canUpgrade(httpVersion)) return 'HTTP_VERSION_UNSUPPORTED';
  if (method !== 'GET') return 'METHOD_NOT_GET';
  const target = parseTarget(url);
  if (target === undefined) return 'TARGET_INVALID';
  const { values } = fields;
  // 4.2.1 item 2: Host, which RFC 9112 3.2 wants exactly once.
  const hostFault = countFault(fields, HOST, 'HOST');
  if (hostFault !== undefined) return hostFault;
  const host = values[HOST]!;
  if (splitAuthority(host) === undefined) return 'HOST_INVALID';
  // A body in front of the frames could be read as frames by one side only. RFC 9112 6.
  if (values[TRANSFER_ENCODING] !== undefined || (values[CONTENT_LENGTH] ?? '0') !== '0') {
    return 'UNEXPECTED_BODY';
  }
  // 4.2.1 item 3: "websocket", in any letter case.
  if (!listHas(values[UPGRADE], WEBSOCKET)) return 'UPGRADE_INVALID';
  // 4.2.1 item 4: the token "Upgrade", in any letter case.
  if (!listHas(values[CONNECTION], UPGRADE_TOKEN)) return 'CONNECTION_INVALID';
  // 4.2.1 item 5. A request with none but two others is of a draft before masking, which has no
  // version 13 to fall back to.
  const keyFault = countFault(fields, KEY, 'KEY');
  if (keyFault !== undefined) return values[DRAFT_KEY] === undefined ? keyFault : 'DRAFT_UNSUPPORTED';
  const request = new CheckedRequest(target.resourceName, target.authority ?? host, values[KEY]!, headers);
  const fault = readOffer(request, fields, rejectEmptyLists);
  if (fault !== undefined) return fault;
  return isKey(request.key) ? request : 'KEY_INVALID';
}

/**
 * A request, its headers taken apart when someone asks for them: most never are, and they are a
 * third of the cost.
 */
export class CheckedRequest implements UpgradeRequest {
  /** Kept for V8, see `HeadReader.kept`. */
  static readonly kept: readonly CheckedRequest[] = [/* @__PURE__ */ new CheckedRequest('', '', '', '')];

  readonly kind = 'request';
  readonly resourceName: string;
  readonly host: string;
  readonly key: string;
  origin: string | undefined = undefined;
  protocols: readonly string[] = [];
  extensions: readonly ExtensionOffer[] = [];
  #headers: string | RawHeaders;

  constructor(resourceName: string, host: string, key: string, headers: string | RawHeaders) {
    this.resourceName = resourceName;
    this.host = host;
    this.key = key;
    this.#headers = headers;
  }

  get headers(): RawHeaders {
    if (typeof this.#headers === 'string') this.#headers = headersOf(this.#headers);
    return this.#headers;
  }
}

/**
 * The rules of every handshake, over any version of HTTP: version, origin, subprotocols,
 * extensions.
 */
export function readOffer(
  request: CheckedRequest,
  fields: Fields,
  rejectEmptyLists: boolean,
): RequestFaultCode | undefined {
  const { values } = fields;
  // 4.2.1 item 6 and 4.4. Compared as text: as numbers "013" and "1.3e1" would be 13.
  const versionFault = countFault(fields, VERSION, 'VERSION');
  if (versionFault !== undefined) return versionFault;
  if (values[VERSION] !== '13') return 'VERSION_UNSUPPORTED';
  // 4.2.1 item 7. Fetch's Headers have joined repeated lines with a comma and a space.
  request.origin = values[ORIGIN];
  if (isRepeated(fields, ORIGIN) || request.origin?.includes(', ')) return 'ORIGIN_REPEATED';
  // 4.2.1 item 8.
  const protocolList = values[PROTOCOL];
  if (protocolList !== undefined) {
    const protocols = readProtocols([protocolList]);
    if (typeof protocols === 'string') return protocols;
    // 11.3.4: 1#token. RFC 9110 5.6.1.2: none is nothing asked for.
    if (protocols.length === 0 && rejectEmptyLists) return 'PROTOCOL_INVALID';
    request.protocols = protocols;
  }
  // 4.2.1 item 9. Only a header that cannot be read fails the request; an offer that cannot be
  // agreed to is passed over later.
  const extensionList = values[EXTENSIONS];
  if (extensionList !== undefined) {
    const extensions = readExtensions([extensionList]);
    // 9.1: 1#extension, and the same.
    if (extensions === undefined || (extensions.length === 0 && rejectEmptyLists)) return 'EXTENSION_INVALID';
    request.extensions = extensions;
  }
  return undefined;
}
