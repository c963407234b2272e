/**
 * The peers' faults: one table of codes, sections, statuses and sentences.
 */

import { inWords, usageError } from './errors.js';

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
export const HANDSHAKE_FAULTS: Readonly<Record<HandshakeFaultCode, HandshakeFaultRule>> = {
  // The head as a piece of HTTP, either role.
  HEAD_TOO_LARGE: rule('10.4', 431, 'the head has more bytes than the limit'),
  TOO_MANY_HEADERS: rule('10.4', 431, 'the head has more header lines than the limit'),
  HEAD_TRUNCATED: rule('4.1', 400, 'the input ended inside of the head'),
  START_LINE_INVALID: rule('RFC9112 2.1', 400, 'the first line is no request line, or no status line'),
  LINE_END_INVALID: rule('RFC9112 2.2', 400, 'a line ends with CR or LF alone'),
  HEADER_NAME_INVALID: rule('RFC9112 5.1', 400, "a header's name is empty, no token, or followed by a space"),
  HEADER_FOLDED: rule('RFC9112 5.2', 400, 'a header line begins with white space'),
  HEADER_VALUE_INVALID: rule('RFC9110 5.5', 400, 'a header has a control byte in its value'),
  // The request, checked by the server.
  HTTP_VERSION_UNSUPPORTED: rule('4.2.1', 505, 'the version is not HTTP/1.1 or a later 1.x'),
  METHOD_NOT_GET: rule('4.2.1', 405, 'the method is not GET'),
  TARGET_INVALID: rule(
    '4.2.1',
    400,
    'the request target is neither a path nor an http or https URI, or has a fragment',
  ),
  HOST_MISSING: rule('4.2.1', 400, 'there is no Host header'),
  HOST_REPEATED: rule('RFC9112 3.2', 400, 'there is more than one Host header'),
  HOST_INVALID: rule('RFC9112 3.2', 400, 'the Host header is no host with an optional port'),
  UNEXPECTED_BODY: rule('RFC9112 6.3', 400, 'the request announces a body'),
  UPGRADE_INVALID: rule('4.2.1', 400, 'the Upgrade header does not name websocket'),
  CONNECTION_INVALID: rule('4.2.1', 400, 'the Connection header does not name Upgrade'),
  DRAFT_UNSUPPORTED: rule('4.2.1', 400, 'the request is one of a draft before RFC 6455'),
  VERSION_MISSING: rule('4.2.1', 400, 'there is no Sec-WebSocket-Version header'),
  VERSION_REPEATED: rule('11.3.5', 400, 'there is more than one Sec-WebSocket-Version header'),
  VERSION_UNSUPPORTED: rule('4.4', 426, 'the version of the protocol is not 13'),
  KEY_MISSING: rule('4.2.1', 400, 'there is no Sec-WebSocket-Key header'),
  KEY_REPEATED: rule('11.3.1', 400, 'there is more than one Sec-WebSocket-Key header'),
  KEY_INVALID: rule('4.2.1', 400, 'the Sec-WebSocket-Key is not the Base64 of 16 bytes'),
  ORIGIN_REPEATED: rule('RFC6454 7.3', 400, 'there is more than one Origin header'),
  PROTOCOL_INVALID: rule('4.1', 400, 'the Sec-WebSocket-Protocol header is no list of tokens'),
  PROTOCOL_OFFERED_TWICE: rule('4.1', 400, 'a subprotocol is offered twice'),
  EXTENSION_INVALID: rule(
    '9.1',
    400,
    'the Sec-WebSocket-Extensions header is not of the form of RFC 6455 9.1',
  ),
  // The request over HTTP/2 or HTTP/3, checked by the server.
  CONNECT_NOT_ENABLED: rule('RFC8441 3', 501, 'extended CONNECT was not enabled by a setting of the server'),
  METHOD_NOT_CONNECT: rule('RFC8441 4', 405, 'the method is not CONNECT'),
  PSEUDO_HEADER_INVALID: rule(
    'RFC9113 8.3',
    400,
    'a pseudo-header is missing, repeated, unknown, or behind the other headers',
  ),
  CONNECT_PROTOCOL_UNKNOWN: rule('RFC9220 3', 501, 'the :protocol is not websocket'),
  SCHEME_INVALID: rule('RFC8441 5', 400, 'the :scheme is neither http nor https'),
  HOST_CONFLICT: rule('RFC9113 8.3.1', 400, 'the Host header is not what :authority says'),
  HOP_HEADER_PRESENT: rule('RFC9113 8.2.2', 400, 'there is a header of one hop, which has no place here'),
  // The response, checked by the client.
  RESPONSE_VERSION_UNSUPPORTED: rule('4.2.2', 0, 'the 101 response is not of HTTP/1.1 or a later 1.x'),
  RESPONSE_UPGRADE_INVALID: rule('4.1', 0, 'the Upgrade header of the response is not websocket'),
  RESPONSE_CONNECTION_INVALID: rule('4.1', 0, 'the Connection header of the response does not name Upgrade'),
  ACCEPT_MISSING: rule('4.1', 0, 'the response has no Sec-WebSocket-Accept header'),
  ACCEPT_REPEATED: rule('11.3.3', 0, 'the response has more than one Sec-WebSocket-Accept header'),
  ACCEPT_MISMATCH: rule('4.1', 0, 'the Sec-WebSocket-Accept is not the one of the key that was sent'),
  PROTOCOL_REPEATED: rule('11.3.4', 0, 'the response has more than one subprotocol'),
  PROTOCOL_NOT_OFFERED: rule('4.1', 0, 'the response has a subprotocol that was not offered'),
  EXTENSION_NOT_OFFERED: rule('4.1', 0, 'the response has an extension that was not offered'),
  EXTENSION_REPEATED: rule('9.1', 0, 'the response has an extension twice'),
  EXTENSION_CONFLICT: rule('9.1', 0, 'the response has two extensions that claim the same reserved bit'),
  EXTENSION_REJECTED: rule('9.1', 0, 'the response has parameters of an extension that cannot be honoured'),
  STATUS_INVALID: rule('RFC9113 8.3.2', 0, 'the :status is missing, repeated or no number of three digits'),
};

/** The stable, machine-readable name of a peer's fault. The README has the table. */
export type HandshakeFaultCode =
  | 'HEAD_TOO_LARGE'
  | 'TOO_MANY_HEADERS'
  | 'HEAD_TRUNCATED'
  | 'START_LINE_INVALID'
  | 'LINE_END_INVALID'
  | 'HEADER_NAME_INVALID'
  | 'HEADER_FOLDED'
  | 'HEADER_VALUE_INVALID'
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
  | 'EXTENSION_INVALID'
  | 'CONNECT_NOT_ENABLED'
  | 'METHOD_NOT_CONNECT'
  | 'PSEUDO_HEADER_INVALID'
  | 'CONNECT_PROTOCOL_UNKNOWN'
  | 'SCHEME_INVALID'
  | 'HOST_CONFLICT'
  | 'HOP_HEADER_PRESENT'
  | 'RESPONSE_VERSION_UNSUPPORTED'
  | 'RESPONSE_UPGRADE_INVALID'
  | 'RESPONSE_CONNECTION_INVALID'
  | 'ACCEPT_MISSING'
  | 'ACCEPT_REPEATED'
  | 'ACCEPT_MISMATCH'
  | 'PROTOCOL_REPEATED'
  | 'PROTOCOL_NOT_OFFERED'
  | 'EXTENSION_NOT_OFFERED'
  | 'EXTENSION_REPEATED'
  | 'EXTENSION_CONFLICT'
  | 'EXTENSION_REJECTED'
  | 'STATUS_INVALID';

/** The meaning of one {@link HandshakeFaultCode}. */
export interface HandshakeFaultRule {
  /** The section of RFC 6455, or of another RFC when it is named (`'RFC9112 5.1'`). */
  readonly section: string;
  /** The HTTP status a server answers with; 0 for faults only a client meets. */
  readonly status: number;
  /** The peer's deed, in words. */
  readonly sentence: string;
}

function rule(section: string, status: number, sentence: string): HandshakeFaultRule {
  return { section, status, sentence };
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
  const message = `${sentence} (${section.startsWith('RFC') ? section.replace('RFC', 'RFC ') : `RFC 6455 ${section}`})`;
  return { kind: 'fault', code, section, message, status: status || undefined, offset };
}
