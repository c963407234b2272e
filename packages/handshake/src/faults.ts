/**
 * The peers' faults, of codes, sections, statuses and sentences: a table for each part of a handshake,
 * so that a bundle has the sentences of its own half alone, and one of all of them.
 */

import { inWords, usageError } from './errors.js';

type FaultTable<Code extends string> = Readonly<Record<Code, FaultRow>>;

/** The parts of a {@link HandshakeFaultRule}, in order. */
type FaultRow = readonly [section: string, status: number, sentence: string];

/** A fault in either direction. */
const EXTENSION_INVALID: FaultRow = [
  '9.1',
  400,
  'the Sec-WebSocket-Extensions header is not of the form of RFC 6455 9.1',
];

/** The head as a piece of HTTP, either role. */
const HEAD: FaultTable<HeadFaultCode> = {
  HEAD_TOO_LARGE: ['10.4', 431, 'the head has more bytes than the limit'],
  TOO_MANY_HEADERS: ['10.4', 431, 'the head has more header lines than the limit'],
  HEAD_TRUNCATED: ['4.1', 400, 'the input ended inside of the head'],
  START_LINE_INVALID: ['RFC9112 2.1', 400, 'the first line is no request line, or no status line'],
  LINE_END_INVALID: ['RFC9112 2.2', 400, 'a line ends with CR or LF alone'],
  HEADER_NAME_INVALID: ['RFC9112 5.1', 400, "a header's name is empty, no token, or followed by a space"],
  HEADER_FOLDED: ['RFC9112 5.2', 400, 'a header line begins with white space'],
  HEADER_VALUE_INVALID: ['RFC9110 5.5', 400, 'a header has a control byte in its value'],
};

/** The request, checked by the server. */
const REQUEST: FaultTable<RequestFaultCode> = {
  HTTP_VERSION_UNSUPPORTED: ['4.2.1', 505, 'the version is not HTTP/1.1 or a later 1.x'],
  METHOD_NOT_GET: ['4.2.1', 405, 'the method is not GET'],
  TARGET_INVALID: [
    '4.2.1',
    400,
    'the request target is neither a path nor an http or https URI, or has a fragment',
  ],
  HOST_MISSING: ['4.2.1', 400, 'there is no Host header'],
  HOST_REPEATED: ['RFC9112 3.2', 400, 'there is more than one Host header'],
  HOST_INVALID: ['RFC9112 3.2', 400, 'the Host header is no host with an optional port'],
  UNEXPECTED_BODY: ['RFC9112 6.3', 400, 'the request announces a body'],
  UPGRADE_INVALID: ['4.2.1', 400, 'the Upgrade header does not name websocket'],
  CONNECTION_INVALID: ['4.2.1', 400, 'the Connection header does not name Upgrade'],
  DRAFT_UNSUPPORTED: ['4.2.1', 400, 'the request is one of a draft before RFC 6455'],
  VERSION_MISSING: ['4.2.1', 400, 'there is no Sec-WebSocket-Version header'],
  VERSION_REPEATED: ['11.3.5', 400, 'there is more than one Sec-WebSocket-Version header'],
  VERSION_UNSUPPORTED: ['4.4', 426, 'the version of the protocol is not 13'],
  KEY_MISSING: ['4.2.1', 400, 'there is no Sec-WebSocket-Key header'],
  KEY_REPEATED: ['11.3.1', 400, 'there is more than one Sec-WebSocket-Key header'],
  KEY_INVALID: ['4.2.1', 400, 'the Sec-WebSocket-Key is not the Base64 of 16 bytes'],
  ORIGIN_REPEATED: ['RFC6454 7.3', 400, 'there is more than one Origin header'],
  PROTOCOL_INVALID: ['4.1', 400, 'the Sec-WebSocket-Protocol header is no list of tokens'],
  PROTOCOL_OFFERED_TWICE: ['4.1', 400, 'a subprotocol is offered twice'],
  EXTENSION_INVALID,
};

/** The heads of HTTP/2 or HTTP/3, and the request in one. */
const CONNECT: FaultTable<ConnectFaultCode> = {
  CONNECT_NOT_ENABLED: ['RFC8441 3', 501, 'extended CONNECT was not enabled by a setting of the server'],
  METHOD_NOT_CONNECT: ['RFC8441 4', 405, 'the method is not CONNECT'],
  PSEUDO_HEADER_INVALID: [
    'RFC9113 8.3',
    400,
    'a pseudo-header is missing, repeated, unknown, or behind the other headers',
  ],
  CONNECT_PROTOCOL_UNKNOWN: ['RFC9220 3', 501, 'the :protocol is not websocket'],
  SCHEME_INVALID: ['RFC8441 5', 400, 'the :scheme is neither http nor https'],
  HOST_CONFLICT: ['RFC9113 8.3.1', 400, 'the Host header is not what :authority says'],
  HOP_HEADER_PRESENT: ['RFC9113 8.2.2', 400, 'there is a header of one hop, which has no place here'],
};

/** The response, checked by the client. */
const RESPONSE: FaultTable<ResponseFaultCode> = {
  RESPONSE_VERSION_UNSUPPORTED: ['4.2.2', 0, 'the 101 response is not of HTTP/1.1 or a later 1.x'],
  RESPONSE_UPGRADE_INVALID: ['4.1', 0, 'the Upgrade header of the response is not websocket'],
  RESPONSE_CONNECTION_INVALID: ['4.1', 0, 'the Connection header of the response does not name Upgrade'],
  ACCEPT_MISSING: ['4.1', 0, 'the response has no Sec-WebSocket-Accept header'],
  ACCEPT_REPEATED: ['11.3.3', 0, 'the response has more than one Sec-WebSocket-Accept header'],
  ACCEPT_MISMATCH: ['4.1', 0, 'the Sec-WebSocket-Accept is not the one of the key that was sent'],
  PROTOCOL_REPEATED: ['11.3.4', 0, 'the response has more than one subprotocol'],
  PROTOCOL_NOT_OFFERED: ['4.1', 0, 'the response has a subprotocol that was not offered'],
  EXTENSION_INVALID,
  EXTENSION_NOT_OFFERED: ['4.1', 0, 'the response has an extension that was not offered'],
  EXTENSION_REPEATED: ['9.1', 0, 'the response has an extension twice'],
  EXTENSION_CONFLICT: ['9.1', 0, 'the response has two extensions that claim the same reserved bit'],
  EXTENSION_REJECTED: ['9.1', 0, 'the response has parameters of an extension that cannot be honoured'],
  STATUS_INVALID: ['RFC9113 8.3.2', 0, 'the :status is missing, repeated or no number of three digits'],
};

/**
 * Every way a peer's handshake can be wrong, by its code: the section that says so (of RFC 6455
 * unless another is named), the HTTP status a server answers with (0 where only a client can meet
 * the fault), and a sentence for a person. `createHandshakeFault` reads it.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { HANDSHAKE_FAULTS } from '@sanssocket/handshake/rules';
 *
 * const { section, status, sentence } = HANDSHAKE_FAULTS.VERSION_UNSUPPORTED;
 * assert.deepEqual([section, status, sentence], ['4.4', 426, 'the version of the protocol is not 13']);
 * ```
 */
export const HANDSHAKE_FAULTS: Readonly<Record<HandshakeFaultCode, HandshakeFaultRule>> =
  /* @__PURE__ */ allRules();

function allRules(): Record<HandshakeFaultCode, HandshakeFaultRule> {
  const rows = Object.entries({ ...HEAD, ...REQUEST, ...CONNECT, ...RESPONSE });
  const rules = rows.map(([code, [section, status, sentence]]) => [code, { section, status, sentence }]);
  return Object.fromEntries(rules) as Record<HandshakeFaultCode, HandshakeFaultRule>;
}

/** A fault of any head (RFC 9112, RFC 6455 10.4). */
export type HeadFaultCode =
  | 'HEAD_TOO_LARGE'
  | 'TOO_MANY_HEADERS'
  | 'HEAD_TRUNCATED'
  | 'START_LINE_INVALID'
  | 'LINE_END_INVALID'
  | 'HEADER_NAME_INVALID'
  | 'HEADER_FOLDED'
  | 'HEADER_VALUE_INVALID';

/** A fault of a client's request (RFC 6455 4.2.1). */
export type RequestFaultCode =
  | 'HTTP_VERSION_UNSUPPORTED'
  | 'METHOD_NOT_GET'
  | 'TARGET_INVALID'
  | 'HOST_MISSING'
  | 'HOST_REPEATED'
  | 'HOST_INVALID'
  | 'UNEXPECTED_BODY'
  | 'UPGRADE_INVALID'
  | 'CONNECTION_INVALID'
  | 'DRAFT_UNSUPPORTED'
  | 'VERSION_MISSING'
  | 'VERSION_REPEATED'
  | 'VERSION_UNSUPPORTED'
  | 'KEY_MISSING'
  | 'KEY_REPEATED'
  | 'KEY_INVALID'
  | 'ORIGIN_REPEATED'
  | 'PROTOCOL_INVALID'
  | 'PROTOCOL_OFFERED_TWICE'
  | 'EXTENSION_INVALID';

/** A fault of a handshake over HTTP/2 or HTTP/3 alone (RFC 8441, RFC 9220). */
export type ConnectFaultCode =
  | 'CONNECT_NOT_ENABLED'
  | 'METHOD_NOT_CONNECT'
  | 'PSEUDO_HEADER_INVALID'
  | 'CONNECT_PROTOCOL_UNKNOWN'
  | 'SCHEME_INVALID'
  | 'HOST_CONFLICT'
  | 'HOP_HEADER_PRESENT';

/** A fault of a server's response (RFC 6455 4.1). */
export type ResponseFaultCode =
  | 'RESPONSE_VERSION_UNSUPPORTED'
  | 'RESPONSE_UPGRADE_INVALID'
  | 'RESPONSE_CONNECTION_INVALID'
  | 'ACCEPT_MISSING'
  | 'ACCEPT_REPEATED'
  | 'ACCEPT_MISMATCH'
  | 'PROTOCOL_REPEATED'
  | 'PROTOCOL_NOT_OFFERED'
  | 'EXTENSION_INVALID'
  | 'EXTENSION_NOT_OFFERED'
  | 'EXTENSION_REPEATED'
  | 'EXTENSION_CONFLICT'
  | 'EXTENSION_REJECTED'
  | 'STATUS_INVALID';

/** The stable, machine-readable name of a peer's fault. The README has the table. */
export type HandshakeFaultCode = HeadFaultCode | RequestFaultCode | ConnectFaultCode | ResponseFaultCode;

/** The meaning of one {@link HandshakeFaultCode}. */
export interface HandshakeFaultRule {
  /** The section of RFC 6455, or of another RFC when it is named (`'RFC9112 5.1'`). */
  readonly section: string;
  /** The HTTP status a server answers with; 0 for faults only a client meets. */
  readonly status: number;
  /** The peer's deed, in words. */
  readonly sentence: string;
}

/**
 * A fault of the peer: a value, never thrown.
 */
export interface HandshakeFault {
  readonly kind: 'fault';
  readonly code: HandshakeFaultCode;
  /** The section of RFC 6455, or of another RFC when it is named (`'RFC9112 5.1'`). */
  readonly section: string;
  /**
   * A sentence for a person about the peer's deed, with the section: for a log. Never text of the
   * peer's.
   */
  readonly message: string;
  /** The HTTP status a server answers with; `undefined` for faults only a client meets. */
  readonly status: number | undefined;
  /**
   * Where in the peer's bytes the fault shows, from the first byte received; `undefined` when it is
   * no one byte's.
   */
  readonly offset: number | undefined;
}

/**
 * Makes the value that reports a fault.
 *
 * @param code - a code of the table, for instance one a log kept
 * @param offset - byte offset in the peer's input, where it is known
 * @returns the fault as the handshake itself would report it
 * @throws TypeError (`ARGUMENT_INVALID`) for a code that is not of the table
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createHandshakeFault } from '@sanssocket/handshake/rules';
 *
 * const fault = createHandshakeFault('METHOD_NOT_GET');
 * assert.equal(fault.status, 405);
 * assert.equal(fault.message, 'the method is not GET (RFC 6455 4.2.1)');
 * ```
 */
export function createHandshakeFault(code: HandshakeFaultCode, offset?: number): HandshakeFault {
  if (typeof code !== 'string' || !Object.hasOwn(HANDSHAKE_FAULTS, code)) {
    throw usageError(TypeError, 'ARGUMENT_INVALID', `there is no fault of the code ${inWords(code)}`);
  }
  const { section, status, sentence } = HANDSHAKE_FAULTS[code];
  return faultOf(code, [section, status, sentence], offset);
}

/** A fault of a head, either role. */
export function headFault(code: HeadFaultCode, offset: number): HandshakeFault {
  return faultOf(code, HEAD[code], offset);
}

/** A fault of a request over HTTP/1.1. */
export function requestFault(code: RequestFaultCode): HandshakeFault {
  return faultOf(code, REQUEST[code], undefined);
}

/** A fault of a response over HTTP/1.1. */
export function responseFault(code: ResponseFaultCode): HandshakeFault {
  return faultOf(code, RESPONSE[code], undefined);
}

function faultOf(
  code: HandshakeFaultCode,
  [section, status, sentence]: FaultRow,
  offset: number | undefined,
): HandshakeFault {
  const source = section.startsWith('RFC') ? section.replace('RFC', 'RFC ') : `RFC 6455 ${section}`;
  const message = `${sentence} (${source})`;
  return { kind: 'fault', code, section, message, status: status || undefined, offset };
}
