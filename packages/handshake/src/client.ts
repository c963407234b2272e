/**
 * The client's half of the opening handshake (RFC 6455 4.1) behind the request: the check of a
 * response over a parsed head (`checkResponse`, `readAnswer`), and both request and response over
 * bytes (`ClientHandshake`):
 *
 * ```
 * reading  -- accepted --> accepted
 * reading  -- rejected --> rejected
 * reading  -- fault -----> done
 * rejected -- body ------> done
 * ```
 *
 * - accepted: a right 101. Any other 1xx is passed over.
 * - rejected: the head of a response with another status.
 * - fault: the head is wrong, or the input has ended inside of it.
 * - body: the end of a rejection's body, or of as much of it as is kept, or of the input.
 */

import {
  type ClientRequest,
  type ClientRequestOptions,
  OFFER_OPTIONS,
  requestOf,
  requireClientRequest,
} from './client-request.js';
import { checkedLimit, inWords, requireBytes, requireKnown, usageError } from './errors.js';
import { type HandshakeFault, headFault, type ResponseFaultCode, responseFault } from './faults.js';
import { HEAD_LIMITS, type HeadLimits, HeadReader, headersOf } from './head-reader.js';
import {
  ACCEPT,
  CONNECTION,
  canUpgrade,
  countFault,
  EXTENSIONS,
  type Fields,
  fieldsOf,
  isRepeated,
  PROTOCOL,
  parseStatusLine,
  type ResponseHead,
  requireHead,
  type StatusLine,
  UPGRADE,
  UPGRADE_TOKEN,
  WEBSOCKET,
} from './head-writer.js';
import { readExtensions } from './header-values.js';
import { acceptKey } from './key.js';
import { confirm, type NegotiatedExtension } from './negotiate.js';
import { RejectionBody } from './response-body.js';
import {
  equalsIgnoringCase,
  headerValues,
  listElements,
  listHas,
  type OwnBytes,
  type RawHeaders,
} from './syntax.js';

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
  const verdict = judgeSwitch(request, head.httpVersion, fieldsOf(head.rawHeaders), head.rawHeaders);
  return typeof verdict === 'string' ? responseFault(verdict) : verdict;
}

function requireStatus({ statusCode, statusMessage }: ResponseHead): void {
  const isStatus = statusCode === undefined || Number.isInteger(statusCode);
  if (isStatus && (statusMessage === undefined || typeof statusMessage === 'string')) return;
  const got = `${inWords(statusCode)} and ${inWords(statusMessage)}`;
  throw usageError(TypeError, 'HEAD_INVALID', `a status is a number and a text, not ${got}`);
}

function judgeSwitch<Agreed>(
  request: ClientRequest<Agreed>,
  httpVersion: string,
  fields: Fields,
  headers: RawHeaders,
): ClientAcceptance<Agreed> | ResponseFaultCode {
  // 4.2.2 step 5.1: the status line is HTTP/1.1's.
  if (!canUpgrade(httpVersion)) return 'RESPONSE_VERSION_UNSUPPORTED';
  const { values } = fields;
  // Step 2: Upgrade is "websocket" and nothing besides, in any letter case.
  if (!equalsIgnoringCase(values[UPGRADE] ?? '', WEBSOCKET)) return 'RESPONSE_UPGRADE_INVALID';
  // Step 3: Connection has the token "Upgrade", in any letter case.
  if (!listHas(values[CONNECTION], UPGRADE_TOKEN)) return 'RESPONSE_CONNECTION_INVALID';
  // Step 4. The value is compared exactly; white space around it went with the header line.
  const acceptFault = countFault(fields, ACCEPT, 'ACCEPT');
  if (acceptFault !== undefined) return acceptFault;
  if (values[ACCEPT] !== acceptKey(request.key)) return 'ACCEPT_MISMATCH';
  return readAnswer(request, fields, headers);
}

/** The rules of every handshake, over any version of HTTP: extensions and subprotocol. */
export function readAnswer<Agreed>(
  offered: Pick<ClientRequest<Agreed>, 'protocols' | 'extensions'>,
  fields: Fields,
  headers: RawHeaders,
): ClientAcceptance<Agreed> | ResponseFaultCode {
  const { [EXTENSIONS]: list, [PROTOCOL]: protocol } = fields.values;
  // Step 5. 9.1: 1#extension, to which empty elements do not contribute (RFC 9110 5.6.1.2).
  const response = list === undefined ? [] : readExtensions([list]);
  if (response === undefined || (list !== undefined && response.length === 0)) return 'EXTENSION_INVALID';
  const extensions = confirm(response, offered.extensions);
  if (typeof extensions === 'string') return extensions;
  // Step 6: one of those offered, in their letter case.
  if (isRepeated(fields, PROTOCOL)) return 'PROTOCOL_REPEATED';
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

type Event = 'accepted' | 'rejected' | 'fault' | 'body';

/** The next state, by state and event; no other transition is made. */
export const CLIENT_TRANSITIONS: Readonly<
  Record<ClientHandshakeState, Readonly<Partial<Record<Event, ClientHandshakeState>>>>
> = {
  reading: { accepted: 'accepted', rejected: 'rejected', fault: 'done' },
  rejected: { body: 'done' },
  accepted: {},
  done: {},
};

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
  /**
   * Kept for V8, see `HeadReader.kept`.
   *
   * @internal
   */
  static readonly kept: readonly ClientHandshake[] = [
    /* @__PURE__ */ new ClientHandshake('ws://a/', { random: (key) => key }),
  ];

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
    this.request = requestOf(url, { protocols, extensions, origin, headers, random });
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
      if (end < 0) return this.#reader.fault && this.#fail(this.#reader.fault);
      bytes = bytes.subarray(end);
      const line = parseStatusLine(this.#reader.startLine);
      if (line === undefined) return this.#fail(headFault('START_LINE_INVALID', this.#reader.start));
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
      return this.#finishRejection(this.#body);
    }
    return this.#state === 'reading'
      ? this.#fail(headFault('HEAD_TRUNCATED', this.#reader.offset))
      : undefined;
  }

  #judge(line: StatusLine, rest: Uint8Array): ClientOutcome<Agreed> | undefined {
    const { fields, text } = this.#reader;
    const headers = headersOf(text);
    // 4.1 response step 1, as in `checkResponse`.
    const verdict =
      line.statusCode === 101
        ? judgeSwitch(this.request, line.httpVersion, fields!, headers)
        : rejectionOf({ ...line, rawHeaders: headers });
    this.#reader.forget();
    if (typeof verdict === 'string') return this.#fail(responseFault(verdict));
    if (verdict.kind === 'accepted') {
      this.#go('accepted');
      const { protocol, extensions } = verdict;
      return { kind: 'accepted', headers, protocol, extensions, remaining: rest };
    }
    this.#go('rejected');
    this.#rejection = verdict;
    this.#body = new RejectionBody(verdict, line.httpVersion, this.#maxBodyBytes, this.#maxHeadBytes);
    return this.#takeBody(this.#body, rest);
  }

  #takeBody(body: RejectionBody, chunk: Uint8Array): ConnectionRejected | undefined {
    body.take(chunk);
    return body.done ? this.#finishRejection(body) : undefined;
  }

  #finishRejection({ bytes: body, complete }: RejectionBody): ConnectionRejected {
    this.#go('body');
    return { ...this.#rejection!, body, complete };
  }

  #fail(fault: HandshakeFault): HandshakeFault {
    this.#go('fault');
    return fault;
  }

  /** Makes a transition, which there is. */
  #go(event: Event): void {
    this.#state = CLIENT_TRANSITIONS[this.#state][event]!;
  }
}
