/**
 * The faults of peers as ws's errors: messages and codes are those that programs written for ws look
 * at. The fault itself, with its section of the RFC and its place, is the error's `cause`.
 */

import type { Fault, FaultCode } from '@sanssocket/codec';
import type { HandshakeFault, HandshakeFaultCode } from '@sanssocket/handshake';

type FrameRow = readonly [code: string, message: string];

const SIZE: FrameRow = ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'Max payload size exceeded'];

const OPCODE: FrameRow = ['WS_ERR_INVALID_OPCODE', 'Invalid WebSocket frame: invalid opcode'];

const CONTROL: FrameRow = [
  'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'Invalid WebSocket frame: invalid payload length',
];

const TOO_MANY: FrameRow = ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 'Too many message fragments'];

/** The errors of frames (RFC 6455 5, 7.4, 8.1). */
const FRAME_ERRORS: Readonly<Record<FaultCode, FrameRow>> = {
  RESERVED_BITS: ['WS_ERR_UNEXPECTED_RSV_1', 'Invalid WebSocket frame: a reserved bit must be clear'],
  RESERVED_OPCODE: OPCODE,
  CONTROL_FRAGMENTED: ['WS_ERR_EXPECTED_FIN', 'Invalid WebSocket frame: FIN must be set'],
  MASK_REQUIRED: ['WS_ERR_EXPECTED_MASK', 'Invalid WebSocket frame: MASK must be set'],
  MASK_FORBIDDEN: ['WS_ERR_UNEXPECTED_MASK', 'Invalid WebSocket frame: MASK must be clear'],
  CONTROL_TOO_LONG: CONTROL,
  CLOSE_BODY_TOO_SHORT: CONTROL,
  UNEXPECTED_CONTINUATION: OPCODE,
  EXPECTED_CONTINUATION: OPCODE,
  TOO_MANY_FRAGMENTS: TOO_MANY,
  LENGTH_NOT_MINIMAL: [
    'WS_ERR_LENGTH_NOT_MINIMAL',
    'Invalid WebSocket frame: the payload length is not minimal',
  ],
  LENGTH_TOP_BIT: [
    'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
    'Unsupported WebSocket frame: payload length > 2^53 - 1',
  ],
  FRAME_TOO_LARGE: SIZE,
  MESSAGE_TOO_LARGE: SIZE,
  INPUT_BUFFER_TOO_LARGE: ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 'Too many bytes wait to be read'],
  INVALID_UTF8: ['WS_ERR_INVALID_UTF8', 'Invalid WebSocket frame: invalid UTF-8 sequence'],
  CLOSE_CODE_INVALID: ['WS_ERR_INVALID_CLOSE_CODE', 'Invalid WebSocket frame: invalid status code'],
  EXTENSION_DATA: ['Z_DATA_ERROR', 'Invalid compressed data'],
  EXTENSION_FAILED: ['WS_ERR_EXTENSION', 'An extension failed'],
};

/** zlib's number for broken data, which its errors have. */
const Z_DATA_ERROR = -3;

/** The error of a fault in the peer's frames. */
export function frameError(fault: Fault): Error & { readonly code: string } {
  const [code, message] = FRAME_ERRORS[fault.code];
  const Kind = fault.code === 'INVALID_UTF8' || fault.code.startsWith('EXTENSION') ? Error : RangeError;
  const error = Object.assign(new Kind(message, { cause: fault }), { code });
  return fault.code === 'EXTENSION_DATA' ? Object.assign(error, { errno: Z_DATA_ERROR }) : error;
}

/** A fault in a request, in ws's words where ws looks at the same. */
export function requestMessage({ code, message }: HandshakeFault): string {
  return REQUEST_MESSAGES.find(([prefix]) => code.startsWith(prefix))?.[1] ?? message;
}

const REQUEST_MESSAGES: readonly (readonly [prefix: string, message: string])[] = [
  ['METHOD_', 'Invalid HTTP method'],
  ['UPGRADE_', 'Invalid Upgrade header'],
  ['KEY_', 'Missing or invalid Sec-WebSocket-Key header'],
  ['DRAFT_', 'Missing or invalid Sec-WebSocket-Key header'],
  ['VERSION_', 'Missing or invalid Sec-WebSocket-Version header'],
  ['PROTOCOL_', 'Invalid Sec-WebSocket-Protocol header'],
  ['EXTENSION_', 'Invalid or unacceptable Sec-WebSocket-Extensions header'],
];

/**
 * The error of a client that gets a response with a fault.
 *
 * @param protocols - how many subprotocols were offered
 * @param extensions - how many extensions were
 */
export function responseError(fault: HandshakeFault, protocols: number, extensions: number): Error {
  return new Error(responseMessage(fault, protocols, extensions), { cause: fault });
}

function responseMessage({ code, message }: HandshakeFault, protocols: number, extensions: number): string {
  if (code.startsWith('ACCEPT_')) return 'Invalid Sec-WebSocket-Accept header';
  if (code.startsWith('PROTOCOL_')) {
    return protocols === 0
      ? 'Server sent a subprotocol but none was requested'
      : 'Server sent an invalid subprotocol';
  }
  if (code.startsWith('EXTENSION_') && extensions === 0) {
    return 'Server sent a Sec-WebSocket-Extensions header but no extension was requested';
  }
  return RESPONSE_MESSAGES[code] ?? message;
}

const RESPONSE_MESSAGES: Readonly<Partial<Record<HandshakeFaultCode, string>>> = {
  RESPONSE_UPGRADE_INVALID: 'Invalid Upgrade header',
  RESPONSE_CONNECTION_INVALID: 'Invalid Connection header',
  EXTENSION_INVALID: 'Invalid Sec-WebSocket-Extensions header',
  EXTENSION_REJECTED: 'Invalid Sec-WebSocket-Extensions header',
  EXTENSION_REPEATED: 'Invalid Sec-WebSocket-Extensions header',
  EXTENSION_NOT_OFFERED: 'Server indicated an extension that was not requested',
};
