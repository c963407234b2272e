/** The faults of an endpoint in its half of the opening handshake. */
import type { Verdict } from '../model/case.js';

/** Stable names. */
export type OpeningFaultCode =
  | 'NO_CONNECTION'
  | 'NO_ANSWER'
  | 'ENDED_EARLY'
  | 'HEAD_TOO_LARGE'
  | 'STATUS_NOT_101'
  | 'STATUS_LINE_INVALID'
  | 'UPGRADE_INVALID'
  | 'CONNECTION_INVALID'
  | 'ACCEPT_INVALID'
  | 'PROTOCOL_NOT_OFFERED'
  | 'EXTENSION_NOT_OFFERED'
  | 'EXTENSION_TWICE'
  | 'DEFLATE_ANSWER_INVALID'
  | 'DEFLATE_ANSWER_UNASKED'
  | 'REQUEST_LINE_INVALID'
  | 'HOST_INVALID'
  | 'KEY_INVALID'
  | 'VERSION_INVALID'
  | 'DATA_TOO_EARLY'
  | 'TARGET_FRAGMENT'
  | 'TARGET_INVALID'
  | 'FIELD_INVALID'
  | 'ORIGIN_REPEATED'
  | 'PROTOCOLS_INVALID'
  | 'PROTOCOLS_NOT_UNIQUE'
  | 'OFFER_INVALID'
  | 'NONCE_REPEATED'
  | 'HTTP2_WITHOUT_CONNECT'
  | 'CONNECT_REFUSED';

/** One of them. */
export interface OpeningFault {
  readonly code: OpeningFaultCode;
  readonly section: string;
  readonly message: string;
  readonly verdict: Verdict;
}

const FAULTS: Readonly<
  Record<OpeningFaultCode, readonly [section: string, message: string, verdict?: Verdict]>
> = {
  NO_CONNECTION: ['4.1', 'no connection could be made'],
  NO_ANSWER: ['4.2.2', 'the opening handshake was not answered in time'],
  ENDED_EARLY: ['4.2.2', 'the connection ended before the opening handshake was complete'],
  HEAD_TOO_LARGE: ['4.1', 'the head of the handshake does not end'],
  STATUS_NOT_101: ['4.2.2', 'the server rejected a right opening handshake'],
  STATUS_LINE_INVALID: ['4.2.2', 'the response does not begin with HTTP/1.1 101'],
  UPGRADE_INVALID: ['4.2.1', 'Upgrade does not name websocket'],
  CONNECTION_INVALID: ['4.2.1', 'Connection does not name Upgrade'],
  ACCEPT_INVALID: [
    '4.2.2',
    'Sec-WebSocket-Accept is not the one that belongs to the key, or is there more than once',
  ],
  PROTOCOL_NOT_OFFERED: ['4.2.2', 'the response names a subprotocol that was not offered'],
  EXTENSION_NOT_OFFERED: ['9.1', 'the response names an extension that was not offered'],
  EXTENSION_TWICE: ['RFC7692 5', 'the response names permessage-deflate twice'],
  DEFLATE_ANSWER_INVALID: [
    'RFC7692 7.1',
    'the parameters of permessage-deflate in the response are not valid',
  ],
  DEFLATE_ANSWER_UNASKED: [
    'RFC7692 7.1',
    'the parameters of permessage-deflate in the response accept none of the offers',
  ],
  REQUEST_LINE_INVALID: ['4.1', 'the request is not a GET of HTTP/1.1 or later'],
  HOST_INVALID: ['4.1', 'the request has no Host, an empty one, or more than one'],
  KEY_INVALID: ['4.1', 'Sec-WebSocket-Key is not 16 octets in Base64, or not there exactly once'],
  VERSION_INVALID: ['4.1', 'Sec-WebSocket-Version is not 13, or not there exactly once'],
  DATA_TOO_EARLY: [
    '4.1',
    'octets came behind the request, where the client MUST wait for the response before it sends any',
  ],
  TARGET_FRAGMENT: ['3', 'the target of the request has a fragment'],
  TARGET_INVALID: ['4.1', 'the target of the request is neither a path nor an absolute http or https URI'],
  FIELD_INVALID: ['RFC9112 5', 'a line of the request is not a name, a colon and a value'],
  ORIGIN_REPEATED: ['RFC6454 7.3', 'the request has more than one Origin'],
  PROTOCOLS_INVALID: ['4.1', 'Sec-WebSocket-Protocol has an element that is not a token'],
  PROTOCOLS_NOT_UNIQUE: ['4.1', 'Sec-WebSocket-Protocol names a subprotocol twice'],
  OFFER_INVALID: ['RFC7692 7.1', 'Sec-WebSocket-Extensions has an offer that a server MUST decline'],
  NONCE_REPEATED: [
    '4.1',
    'Sec-WebSocket-Key was that of another connection: the nonce MUST be selected randomly for each connection',
  ],
  HTTP2_WITHOUT_CONNECT: [
    'RFC8441 3',
    'the server does not announce extended CONNECT over HTTP/2',
    'UNIMPLEMENTED',
  ],
  CONNECT_REFUSED: ['RFC8441 5', 'the server rejected a right extended CONNECT'],
};

/** Describes one. */
export function openingFault(code: OpeningFaultCode, detail = ''): OpeningFault {
  const [section, message, verdict = 'FAILED'] = FAULTS[code];
  return { code, section, message: detail === '' ? message : `${message}: ${detail}`, verdict };
}
