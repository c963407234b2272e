/**
 * Every way a peer's handshake can be wrong, by its code: the section that says so (of RFC 6455 unless another is named),
 * and the HTTP status a server answers with (0 where only a client can meet the fault). `describeFault` reads it.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { HANDSHAKE_FAULTS } from '@sanssocket/handshake';
 *
 * assert.deepEqual(HANDSHAKE_FAULTS.VERSION_UNSUPPORTED, ['4.4', 426]);
 * ```
 */
export const HANDSHAKE_FAULTS = {
  // The head as a piece of HTTP, either role.
  HEAD_TOO_LARGE: ['10.4', 431],
  TOO_MANY_HEADERS: ['10.4', 431],
  HEAD_TRUNCATED: ['4.1', 400],
  START_LINE_INVALID: ['RFC9112 2.1', 400],
  LINE_END_INVALID: ['RFC9112 2.2', 400],
  HEADER_NAME_INVALID: ['RFC9112 5.1', 400],
  HEADER_FOLDED: ['RFC9112 5.2', 400],
  HEADER_VALUE_INVALID: ['RFC9110 5.5', 400],
  // The request, checked by the server.
  HTTP_VERSION_UNSUPPORTED: ['4.2.1', 505],
  METHOD_NOT_GET: ['4.2.1', 405],
  TARGET_INVALID: ['4.2.1', 400],
  HOST_MISSING: ['4.2.1', 400],
  HOST_REPEATED: ['RFC9112 3.2', 400],
  HOST_INVALID: ['RFC9112 3.2', 400],
  UNEXPECTED_BODY: ['RFC9112 6.3', 400],
  UPGRADE_INVALID: ['4.2.1', 400],
  CONNECTION_INVALID: ['4.2.1', 400],
  DRAFT_UNSUPPORTED: ['4.2.1', 400],
  VERSION_MISSING: ['4.2.1', 400],
  VERSION_REPEATED: ['11.3.5', 400],
  VERSION_UNSUPPORTED: ['4.4', 426],
  KEY_MISSING: ['4.2.1', 400],
  KEY_REPEATED: ['11.3.1', 400],
  KEY_INVALID: ['4.2.1', 400],
  ORIGIN_REPEATED: ['RFC6454 7.3', 400],
  PROTOCOL_INVALID: ['4.1', 400],
  PROTOCOL_OFFERED_TWICE: ['4.1', 400],
  EXTENSION_INVALID: ['9.1', 400],
  // The request over HTTP/2 or HTTP/3, checked by the server.
  CONNECT_NOT_ENABLED: ['RFC8441 3', 501],
  METHOD_NOT_CONNECT: ['RFC8441 4', 405],
  PSEUDO_HEADER_INVALID: ['RFC9113 8.3', 400],
  CONNECT_PROTOCOL_UNKNOWN: ['RFC9220 3', 501],
  SCHEME_INVALID: ['RFC8441 5', 400],
  HOST_CONFLICT: ['RFC9113 8.3.1', 400],
  HOP_HEADER_PRESENT: ['RFC9113 8.2.2', 400],
  // The response, checked by the client.
  RESPONSE_VERSION_UNSUPPORTED: ['4.2.2', 0],
  RESPONSE_UPGRADE_INVALID: ['4.1', 0],
  RESPONSE_CONNECTION_INVALID: ['4.1', 0],
  ACCEPT_MISSING: ['4.1', 0],
  ACCEPT_REPEATED: ['11.3.3', 0],
  ACCEPT_MISMATCH: ['4.1', 0],
  PROTOCOL_REPEATED: ['11.3.4', 0],
  PROTOCOL_NOT_OFFERED: ['4.1', 0],
  EXTENSION_NOT_OFFERED: ['4.1', 0],
  EXTENSION_REPEATED: ['9.1', 0],
  EXTENSION_CONFLICT: ['9.1', 0],
  EXTENSION_REFUSED: ['9.1', 0],
  STATUS_INVALID: ['RFC9113 8.3.2', 0],
} as const;

/** The stable, machine-readable name of a peer's fault. The README has the table. */
export type HandshakeFaultCode = keyof typeof HANDSHAKE_FAULTS;

/**
 * What a peer did wrong: a value, never thrown.
 */
export interface HandshakeFault {
  readonly kind: 'fault';
  readonly code: HandshakeFaultCode;
  /** The section of RFC 6455, or of another RFC when it is named (`'RFC9112 5.1'`). */
  readonly section: string;
  /** The code as words, for a log. Never text of the peer's. */
  readonly message: string;
  /** The HTTP status a server answers with; `undefined` for faults only a client meets. */
  readonly status: number | undefined;
  /** Where in the peer's bytes the fault shows, from the first byte pushed; `undefined` when it is no one byte's. */
  readonly offset: number | undefined;
}

/**
 * Describes a fault by its code.
 *
 * @param code - a code of the table, for instance one a log kept
 * @param offset - byte offset in the peer's input, where it is known
 * @returns the fault as the handshake itself would report it
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { describeFault } from '@sanssocket/handshake';
 *
 * const fault = describeFault('METHOD_NOT_GET');
 * assert.equal(fault.status, 405);
 * assert.equal(fault.section, '4.2.1');
 * ```
 */
export function describeFault(code: HandshakeFaultCode, offset?: number): HandshakeFault {
  const [section, status] = HANDSHAKE_FAULTS[code];
  const message = code.toLowerCase().replaceAll('_', ' ');
  return { kind: 'fault', code, section, message, status: status || undefined, offset };
}
