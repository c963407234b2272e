/**
 * The faults of a peer, in one table (RFC 6455 7.1.7, "Fail the WebSocket Connection"); then the
 * value that reports one, and a hint for a peer that speaks HTTP.
 *
 * A peer's fault is a value: it is reported once, as the terminal event, and never thrown. A
 * caller's fault is a `TypeError`, `RangeError` or `Error` thrown before anything is written, see
 * errors.ts.
 */

import { usageError } from './errors.js';

/** The stable, machine-readable name of a fault. */
export type FaultCode =
  /** A reserved bit is set that no extension gave a meaning. */
  | 'RESERVED_BITS'
  /** The opcode is reserved. */
  | 'RESERVED_OPCODE'
  /** A control frame is fragmented. */
  | 'CONTROL_FRAGMENTED'
  /** A frame from a client is not masked. */
  | 'MASK_REQUIRED'
  /** A frame from a server is masked. */
  | 'MASK_FORBIDDEN'
  /** A control frame has more than 125 bytes of payload. */
  | 'CONTROL_TOO_LONG'
  /** A close frame has a body of one byte. */
  | 'CLOSE_BODY_TOO_SHORT'
  /** A continuation frame comes without a message to continue. */
  | 'UNEXPECTED_CONTINUATION'
  /** A new message begins inside a fragmented one. */
  | 'EXPECTED_CONTINUATION'
  /** A message has more fragments than the limit. */
  | 'TOO_MANY_FRAGMENTS'
  /** The payload length is not in its shortest form. */
  | 'LENGTH_NOT_MINIMAL'
  /** The top bit of a 64-bit payload length is set. */
  | 'LENGTH_TOP_BIT'
  /** A frame is longer than the limit. */
  | 'FRAME_TOO_LARGE'
  /** A message is longer than the limit. */
  | 'MESSAGE_TOO_LARGE'
  /** More bytes wait while reading is paused than the limit allows. */
  | 'INPUT_BUFFER_TOO_LARGE'
  /** Text is not valid UTF-8. */
  | 'INVALID_UTF8'
  /** The status code of a close frame must not be sent. */
  | 'CLOSE_CODE_INVALID'
  /** An extension could not make sense of a message. */
  | 'EXTENSION_DATA'
  /** An extension failed. */
  | 'EXTENSION_FAILED';

/** The rule that a {@link FaultCode} stands for. */
export interface FaultRule {
  /** The status code of the Close frame that answers it (RFC 6455 7.4.1). */
  readonly closeCode: number;
  /** The section of RFC 6455 whose rule was broken. */
  readonly section: string;
  /** The peer's fault in words. */
  readonly sentence: string;
}

/**
 * The table of faults, by code.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FAULTS } from '@sanssocket/codec/frames';
 *
 * assert.equal(FAULTS.INVALID_UTF8.closeCode, 1007);
 * assert.equal(FAULTS.MASK_REQUIRED.section, '5.1');
 * ```
 */
export const FAULTS: Readonly<Record<FaultCode, FaultRule>> = {
  RESERVED_BITS: rule(1002, '5.2', 'a reserved bit is set that no extension gave a meaning'),
  RESERVED_OPCODE: rule(1002, '5.2', 'the opcode is reserved'),
  CONTROL_FRAGMENTED: rule(1002, '5.5', 'a control frame is fragmented'),
  MASK_REQUIRED: rule(1002, '5.1', 'a frame from a client is not masked'),
  MASK_FORBIDDEN: rule(1002, '5.1', 'a frame from a server is masked'),
  CONTROL_TOO_LONG: rule(1002, '5.5', 'a control frame has more than 125 bytes of payload'),
  CLOSE_BODY_TOO_SHORT: rule(1002, '5.5.1', 'a Close frame has a body of one byte'),
  UNEXPECTED_CONTINUATION: rule(1002, '5.4', 'a continuation frame without a message to continue'),
  EXPECTED_CONTINUATION: rule(1002, '5.4', 'a new message inside of a fragmented one'),
  TOO_MANY_FRAGMENTS: rule(1008, '10.4', 'a message has more fragments than the limit'),
  LENGTH_NOT_MINIMAL: rule(1002, '5.2', 'the payload length is not in its shortest form'),
  LENGTH_TOP_BIT: rule(1002, '5.2', 'the top bit of a 64-bit payload length is set'),
  FRAME_TOO_LARGE: rule(1009, '10.4', 'a frame is longer than the limit'),
  MESSAGE_TOO_LARGE: rule(1009, '10.4', 'a message is longer than the limit'),
  INPUT_BUFFER_TOO_LARGE: rule(1008, '10.4', 'more bytes wait while reading is paused than the limit allows'),
  INVALID_UTF8: rule(1007, '8.1', 'a text is not valid UTF-8'),
  CLOSE_CODE_INVALID: rule(1002, '7.4.1', 'the status code of a Close frame must not be sent'),
  EXTENSION_DATA: rule(1007, '9.2', 'an extension could not make sense of a message'),
  EXTENSION_FAILED: rule(1011, '9.2', 'an extension failed'),
};

function rule(closeCode: number, section: string, sentence: string): FaultRule {
  return { closeCode, section, sentence };
}

/** A fault of the peer, as reported by the terminal event of a machine. */
export interface Fault {
  readonly code: FaultCode;
  /** The status code of the Close frame that answers it (RFC 6455 7.4.1). */
  readonly closeCode: number;
  /** The section of RFC 6455 whose rule was broken. */
  readonly section: string;
  /** The peer's fault as a sentence for a person, with the section: for a log. */
  readonly message: string;
  /** The byte that shows the fault, counted from the first byte the machine was given. */
  readonly offset: number;
}

/**
 * Makes the value that reports a fault.
 *
 * @param code - the rule that was broken
 * @param offset - the byte that shows it, counted from the first byte of the stream
 * @param hint - advice for a person, added to the message
 * @throws RangeError for a code that there is not (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createFault } from '@sanssocket/codec/frames';
 *
 * const fault = createFault('RESERVED_OPCODE', 42);
 * assert.deepEqual([fault.closeCode, fault.section, fault.offset], [1002, '5.2', 42]);
 * assert.equal(fault.message, 'the opcode is reserved (RFC 6455 5.2)');
 * ```
 */
export function createFault(code: FaultCode, offset: number, hint = ''): Fault {
  if (!Object.hasOwn(FAULTS, code))
    throw usageError(RangeError, 'OPTION_INVALID', `there is no fault '${code}'`);
  const { closeCode, section, sentence } = FAULTS[code];
  const message = `${sentence} (RFC 6455 ${section})${hint === '' ? '' : `: ${hint}`}`;
  return { code, closeCode, section, message, offset };
}

/**
 * HTTP in the place of frames is a common mistake of callers, which a fault of the first frame
 * alone does not tell.
 */
const BEGINNINGS: readonly string[] = [
  'GET ',
  'HTTP/',
  'POST ',
  'HEAD ',
  'PUT ',
  'CONNECT ',
  'OPTIONS ',
  'DELETE ',
  'PATCH ',
  'TRACE ',
  'PRI * ',
];

/**
 * A hint for a person about the first bytes of a stream that are no frame.
 *
 * @param bytes - where they stand
 * @param start - index of the first
 * @param end - index after the last that is there, two at least
 * @returns a hint; empty if they do not begin like HTTP
 */
export function httpHint(bytes: Uint8Array, start: number, end: number): string {
  const isHttp = BEGINNINGS.some((beginning) => {
    const length = Math.min(beginning.length, end - start);
    for (let i = 0; i < length; i++) if (bytes[start + i] !== beginning.charCodeAt(i)) return false;
    return true;
  });
  return isHttp
    ? 'these bytes begin like HTTP, whose head is for the handshake: a connection gets what follows it'
    : '';
}
