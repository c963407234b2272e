/**
 * Everything a peer can do wrong, in one table (RFC 6455 7.1.7, "Fail the WebSocket Connection").
 *
 * A peer's fault is a value: it is reported once, as the terminal event, and never thrown. A caller's fault is a
 * `TypeError` or `RangeError` thrown before anything is written, and has no code here.
 */

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
  /** A continuation frame without a message to continue. */
  | 'UNEXPECTED_CONTINUATION'
  /** A new message inside a fragmented message. */
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
  | 'BACKLOG_TOO_LARGE'
  /** Text is not valid UTF-8. */
  | 'INVALID_UTF8'
  /** The status code of a close frame must not be sent. */
  | 'CLOSE_CODE_INVALID'
  /** An extension could not make sense of a message. */
  | 'EXTENSION_DATA'
  /** An extension failed. */
  | 'EXTENSION_FAILED';

/** What one {@link FaultCode} stands for. */
export interface FaultRule {
  /** The status code of the Close frame that answers it (RFC 6455 7.4.1). */
  readonly closeCode: number;
  /** The section of RFC 6455 whose rule was broken. */
  readonly section: string;
}

/**
 * The table of faults, by code.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FAULTS } from '@sanssocket/codec';
 *
 * assert.equal(FAULTS.INVALID_UTF8.closeCode, 1007);
 * assert.equal(FAULTS.MASK_REQUIRED.section, '5.1');
 * ```
 */
export const FAULTS: Readonly<Record<FaultCode, FaultRule>> = {
  RESERVED_BITS: rule(1002, '5.2'),
  RESERVED_OPCODE: rule(1002, '5.2'),
  CONTROL_FRAGMENTED: rule(1002, '5.5'),
  MASK_REQUIRED: rule(1002, '5.1'),
  MASK_FORBIDDEN: rule(1002, '5.1'),
  CONTROL_TOO_LONG: rule(1002, '5.5'),
  CLOSE_BODY_TOO_SHORT: rule(1002, '5.5.1'),
  UNEXPECTED_CONTINUATION: rule(1002, '5.4'),
  EXPECTED_CONTINUATION: rule(1002, '5.4'),
  TOO_MANY_FRAGMENTS: rule(1008, '10.4'),
  LENGTH_NOT_MINIMAL: rule(1002, '5.2'),
  LENGTH_TOP_BIT: rule(1002, '5.2'),
  FRAME_TOO_LARGE: rule(1009, '10.4'),
  MESSAGE_TOO_LARGE: rule(1009, '10.4'),
  BACKLOG_TOO_LARGE: rule(1008, '10.4'),
  INVALID_UTF8: rule(1007, '8.1'),
  CLOSE_CODE_INVALID: rule(1002, '7.4.1'),
  EXTENSION_DATA: rule(1007, '9.2'),
  EXTENSION_FAILED: rule(1011, '9.2'),
};

function rule(closeCode: number, section: string): FaultRule {
  return { closeCode, section };
}

/** A fault of the peer, as reported by the terminal event of a machine. */
export interface Fault extends FaultRule {
  readonly code: FaultCode;
  /** The code in words, with its section, for a log. */
  readonly message: string;
  /** Which byte shows the fault, counted from the first byte the machine was given. */
  readonly offset: number;
}

/**
 * Makes the value that reports a fault.
 *
 * @param code - which rule was broken
 * @param offset - the byte that shows it, counted from the first byte of the stream
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createFault } from '@sanssocket/codec';
 *
 * const fault = createFault('RESERVED_OPCODE', 42);
 * assert.deepEqual([fault.closeCode, fault.section, fault.offset], [1002, '5.2', 42]);
 * ```
 */
export function createFault(code: FaultCode, offset: number): Fault {
  const { closeCode, section } = FAULTS[code];
  const message = `${code.toLowerCase().replaceAll('_', ' ')} (RFC 6455 ${section})`;
  return { code, closeCode, section, message, offset };
}
