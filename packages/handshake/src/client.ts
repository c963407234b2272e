/**
 * The client's half of the opening handshake (RFC 6455 4.1), from the request to the outcome: the
 * request (`createRequest`, `writeOffer`), the check of a response over a parsed head
 * (`checkResponse`, `readAnswer`), and both over bytes (`ClientHandshake`):
 *
 * ```
 * state       receive()                                         receiveEof()
 * reading     more, or a 1xx other than 101 -> reading          fault -> done
 *             right 101 -> accepted
 *             another status -> rejected, or done with its body
 *             fault -> done
 * rejected    more of the body -> rejected                      the rejection -> done
 *             its end, or the limit -> done
 * accepted    throws: the bytes belong to the connection        ignored
 * done        ignored                                           ignored
 * ```
 */

import {
  checkedLimit,
  inWords,
  isStrings,
  requireBytes,
  requireKnown,
  requireStrings,
  usageError,
} from './errors.js';
import { createHandshakeFault, type HandshakeFault, type HandshakeFaultCode } from './faults.js';
import { HEAD_LIMITS, type HeadLimits, HeadReader, headersOf } from './head-reader.js';
import {
  ACCEPT,
  CONNECTION,
  canUpgrade,
  EXTENSIONS,
  encodeLatin1,
  Fields,
  PROTOCOL,
  parseStatusLine,
  type RequestHead,
  type ResponseHead,
  requireHead,
  type StatusLine,
  UPGRADE,
  UPGRADE_TOKEN,
  WEBSOCKET,
  writeHead,
} from './head-writer.js';
import { formatExtensions, parseExtensions } from './header-values.js';
import { acceptKey, generateKey, type RandomSource } from './key.js';
import {
  collectOffers,
  confirmExtensions,
  type ExtensionFactory,
  type NegotiatedExtension,
  requireExtensions,
} from './negotiate.js';
import { RejectionBody } from './response-body.js';
import {
  checkedHeaders,
  checkToken,
  checkValue,
  equalsIgnoringCase,
  type HeaderPairs,
  headerValues,
  listElements,
  listHas,
  type OwnBytes,
  type RawHeaders,
} from './syntax.js';
import { parseWebSocketUri, type WebSocketUri } from './uri.js';

// --- The request ---

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
const OFFER_OPTIONS: readonly (keyof ClientRequestOptions)[] = [
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
  const uri = parseWebSocketUri(url);
  requireKnown(options, OFFER_OPTIONS);
  const { protocols, extensions, origin, headers, random } = options;
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
  const offered = writeOffer({ protocols, extensions, origin, headers }, rawHeaders, (name) => name);
  return {
    uri,
    head: { method: 'GET', url: uri.resourceName, httpVersion: '1.1', rawHeaders },
    bytes: writeHead(encodeLatin1(`GET ${uri.resourceName} HTTP/1.1`), rawHeaders),
    key,
    ...offered,
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
  requireKnown(options, OFFER_OPTIONS);
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
  if (offers.length > 0) add('Sec-WebSocket-Extensions', formatExtensions(offers));
  for (let i = 0; i < own.length; i += 2) add(own[i]!, own[i + 1]!);
  return {
    protocols: [...protocols],
    extensions: extensions.filter(({ name }) => offers.some((offer) => offer.name === name)),
  };
}

// --- The response ---

/**
 * The server accepted: the connection is open.
 */
export interface ClientAcceptance<Agreed = unknown> {
  readonly kind: 'accepted';
  readonly headers: RawHeaders;
  /** The subprotocol in use; `undefined` if the server selected none of those offered. */
  readonly protocol: string | undefined;
  /** The extensions in use, in order. */
  readonly extensions: readonly NegotiatedExtension<Agreed>[];
}

/**
 * The server answered with another status than 101; HTTP says its meaning (RFC 6455 4.1, response
 * step 1).
 */
export interface ResponseRejection {
  /**
   * `redirect`: a 3xx with a location. `unauthorized`: a 401. `upgrade-required`: a 426.
   * `rejected`: anything else.
   */
  readonly kind: 'redirect' | 'unauthorized' | 'upgrade-required' | 'rejected';
  readonly status: number;
  readonly reason: string;
  readonly headers: RawHeaders;
  /**
   * Of a redirect: `Location` as sent, perhaps relative and perhaps to another site. `undefined`
   * otherwise.
   */
  readonly location: string | undefined;
  /** Of a 401: the values of `WWW-Authenticate`. Empty otherwise. */
  readonly challenges: readonly string[];
  /** The versions of WebSocket that the server says it speaks (4.4), under any status. */
  readonly versions: readonly string[];
}

/**
 * The client's check of a server's response (RFC 6455 4.1): every rule of it, over a parsed head.
 *
 * @param request - from `createRequest`
 * @param head - from Node's HTTP client as it is
 * @returns the outcome, by `kind`; for a `fault` the connection is to be closed
 * @throws TypeError for anything but a request (`REQUEST_INVALID`) and a parsed head
 * (`HEAD_INVALID`)
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
 * assert.equal(checkResponse(request, { ...head, statusCode: 503 }).kind, 'rejected');
 * ```
 */
export function checkResponse<Agreed>(
  request: ClientRequest<Agreed>,
  head: ResponseHead,
): ClientAcceptance<Agreed> | ResponseRejection | HandshakeFault {
  requireClientRequest(request);
  requireHead(head);
  requireStatus(head);
  // 4.1 response step 1: another status is HTTP's to handle.
  if (head.statusCode !== 101) return rejectionOf(head);
  const verdict = judgeSwitch(request, head);
  return typeof verdict === 'string' ? createHandshakeFault(verdict) : verdict;
}

function requireStatus({ statusCode, statusMessage }: ResponseHead): void {
  const isStatus = statusCode === undefined || Number.isInteger(statusCode);
  if (isStatus && (statusMessage === undefined || typeof statusMessage === 'string')) return;
  const got = `${inWords(statusCode)} and ${inWords(statusMessage)}`;
  throw usageError(TypeError, 'HEAD_INVALID', `a status is a number and a text, not ${got}`);
}

/** @throws TypeError (`REQUEST_INVALID`) for anything but a request that this package has made */
export function requireClientRequest(request: Pick<ClientRequest, 'protocols' | 'extensions'>): void {
  const { protocols, extensions } = Object(request) as Partial<ClientRequest>;
  if (!isStrings(protocols) || !Array.isArray(extensions)) {
    const wanted = 'a response is checked against the request that was made for it';
    throw usageError(TypeError, 'REQUEST_INVALID', `${wanted}, not against ${inWords(request)}`);
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

/** The rules of every handshake, over any version of HTTP: extensions and subprotocol. */
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
export function rejectionOf({
  statusCode: status = 0,
  statusMessage: reason = '',
  rawHeaders: headers,
}: ResponseHead): ResponseRejection {
  const location = status >= 300 && status < 400 ? headerValues(headers, 'Location')[0] : undefined;
  const challenges = status === 401 ? headerValues(headers, 'WWW-Authenticate') : [];
  const versions = listElements(headerValues(headers, 'Sec-WebSocket-Version')) ?? [];
  const kind = location !== undefined ? 'redirect' : (KINDS.get(status) ?? 'rejected');
  return { kind, status, reason, headers, location, challenges, versions };
}

const KINDS: ReadonlyMap<number, 'unauthorized' | 'upgrade-required'> = /* @__PURE__ */ new Map([
  [401, 'unauthorized'],
  [426, 'upgrade-required'],
]);

// --- Both over bytes ---

/**
 * Options of a `ClientHandshake`: the client's wishes, and limits of the answer.
 */
export interface ClientHandshakeOptions<Agreed = unknown> extends ClientRequestOptions<Agreed>, HeadLimits {
  /**
   * Bytes of a rejection's body that are kept; the rest is not waited for. 16384 unless given, at
   * least 1.
   */
  readonly maxBodyBytes?: number | undefined;
}

const OPTIONS: readonly (keyof ClientHandshakeOptions)[] = [...OFFER_OPTIONS, ...HEAD_LIMITS, 'maxBodyBytes'];

/**
 * Where a `ClientHandshake` is.
 */
export type ClientHandshakeState = 'reading' | 'rejected' | 'accepted' | 'done';

/**
 * An acceptance, with the bytes that followed its head in the chunk: a view of them, for the frame
 * parser.
 */
export interface ConnectionAccepted<Agreed = unknown> extends ClientAcceptance<Agreed> {
  readonly remaining: Uint8Array;
}

/**
 * A rejection with its body, taken out of its chunks (RFC 9112 7.1); trailers are passed over,
 * other codings are not undone.
 */
export interface ConnectionRejected extends ResponseRejection {
  readonly body: OwnBytes;
  /**
   * Whether the body is whole. One that was cut, at `maxBodyBytes` or by the end of the connection,
   * is not, and neither is one with wrong chunks or trailers: `body` is then the part before. Where
   * the head contradicts itself (lengths that differ or are no numbers, a transfer coding of
   * HTTP/1.0; RFC 9112 6.1, 6.3) the rejection ends with the head, without a body.
   */
  readonly complete: boolean;
}

/**
 * How an opening handshake ended for the client, by `kind`: `accepted`, `redirect`, `unauthorized`,
 * `upgrade-required`, `rejected`, `fault`.
 */
export type ClientOutcome<Agreed = unknown> =
  | ConnectionAccepted<Agreed>
  | ConnectionRejected
  | HandshakeFault;

/**
 * The client's half of the opening handshake, over bytes (RFC 6455 4.1). The caller writes
 * `request.bytes`, then pushes the bytes that arrive until an outcome is returned. Unless the
 * outcome is `accepted`, the connection is to be closed.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { ClientHandshake } from '@sanssocket/handshake';
 * import { acceptKey } from '@sanssocket/handshake/values';
 *
 * const handshake = new ClientHandshake('ws://example.com/chat', { protocols: ['v1'] });
 * const lines = [
 *   'HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade',
 *   `Sec-WebSocket-Accept: ${acceptKey(handshake.request.key)}`, 'Sec-WebSocket-Protocol: v1', '', '',
 * ];
 * const outcome = handshake.receive(new TextEncoder().encode(lines.join('\r\n')));
 * assert.equal(outcome?.kind === 'accepted' && outcome.protocol, 'v1');
 * ```
 */
export class ClientHandshake<Agreed = never> {
  static {
    // The view of the object in the consoles of Node, Deno and Bun.
    Object.defineProperty(ClientHandshake.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: ClientHandshake): object {
        return { state: this.#state, url: this.request.uri, rejection: this.#rejection };
      },
    });
  }

  /** The request: its `bytes` to write, its `uri` to connect to. */
  readonly request: ClientRequest<Agreed>;
  readonly #reader: HeadReader;
  readonly #maxBodyBytes: number;
  readonly #maxHeadBytes: number;
  #state: ClientHandshakeState = 'reading';
  #rejection: ResponseRejection | undefined;
  #body: RejectionBody | undefined;

  /**
   * @param url - a `ws:` or `wss:` URI, as a string or a `URL`
   * @param options - wishes and limits
   * @throws TypeError as `createRequest` does
   * @throws RangeError for a limit below 1 or not finite (`OPTION_INVALID`)
   */
  constructor(url: string | { readonly href: string }, options: ClientHandshakeOptions<Agreed> = {}) {
    requireKnown(options, OPTIONS);
    const { maxHeadBytes, maxHeaders, maxBodyBytes } = options;
    const { protocols, extensions, origin, headers, random } = options;
    this.#reader = new HeadReader({ maxHeadBytes, maxHeaders });
    this.#maxBodyBytes = checkedLimit('maxBodyBytes', maxBodyBytes, 16384);
    this.#maxHeadBytes = checkedLimit('maxHeadBytes', maxHeadBytes, 16384);
    this.request = createRequest(url, { protocols, extensions, origin, headers, random });
  }

  /** Where the handshake is. */
  get state(): ClientHandshakeState {
    return this.#state;
  }

  /**
   * The rejection, from the end of its head on: for a caller that does not want to wait for the
   * body.
   */
  get rejection(): ResponseRejection | undefined {
    return this.#rejection;
  }

  /**
   * Takes the next bytes; call again while it returns `undefined`.
   *
   * @returns how the handshake ended; `undefined` if it has not
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`), and once accepted
   * (`INVALID_STATE`): later bytes belong to the frame parser, not here
   */
  receive(chunk: Uint8Array): ClientOutcome<Agreed> | undefined {
    requireBytes(chunk);
    if (this.#state === 'done') return undefined;
    if (this.#state === 'accepted') {
      throw usageError(
        TypeError,
        'INVALID_STATE',
        'the response is complete: what follows is for the connection',
      );
    }
    if (this.#body !== undefined) return this.#takeBody(this.#body, chunk);
    for (let bytes = chunk; ; this.#reader.restart()) {
      const end = this.#reader.push(bytes);
      if (end < 0) return this.#reader.fault && this.#finish(this.#reader.fault);
      bytes = bytes.subarray(end);
      const line = parseStatusLine(this.#reader.startLine);
      if (line === undefined)
        return this.#finish(createHandshakeFault('START_LINE_INVALID', this.#reader.start));
      // An interim response: the answer follows, out of the same allowance. RFC 9110 15.2.
      if (line.statusCode >= 200 || line.statusCode === 101) return this.#judge(line, bytes);
    }
  }

  /**
   * The server has ended its side.
   *
   * @returns the rejection with the body as far as it came, or a fault if not even a head did;
   * `undefined` if the handshake had already ended
   */
  receiveEof(): ClientOutcome<Agreed> | undefined {
    if (this.#state === 'done') return undefined;
    if (this.#body !== undefined) {
      this.#body.end();
      return this.#finishRefusal(this.#body);
    }
    return this.#state === 'reading'
      ? this.#finish(createHandshakeFault('HEAD_TRUNCATED', this.#reader.offset))
      : undefined;
  }

  #judge(line: StatusLine, rest: Uint8Array): ClientOutcome<Agreed> | undefined {
    const verdict = checkResponse(this.request, { ...line, rawHeaders: headersOf(this.#reader.text) });
    this.#reader.forget();
    if (verdict.kind === 'fault') return this.#finish(verdict);
    if (verdict.kind === 'accepted') {
      this.#state = 'accepted';
      return { ...verdict, remaining: rest };
    }
    this.#state = 'rejected';
    this.#rejection = verdict;
    this.#body = new RejectionBody(verdict, line.httpVersion, this.#maxBodyBytes, this.#maxHeadBytes);
    return this.#takeBody(this.#body, rest);
  }

  #takeBody(body: RejectionBody, chunk: Uint8Array): ConnectionRejected | undefined {
    body.take(chunk);
    return body.done ? this.#finishRefusal(body) : undefined;
  }

  #finishRefusal({ bytes: body, complete }: RejectionBody): ConnectionRejected {
    return this.#finish({ ...this.#rejection!, body, complete });
  }

  #finish<Outcome>(outcome: Outcome): Outcome {
    this.#state = 'done';
    return outcome;
  }
}
