/**
 * The faults of an endpoint's own octets. A MUST that is broken is FAILED, anything less
 * NON-STRICT.
 */
import type { PeerFault } from '../model/result.js';

/** Stable names. */
export type FaultCode =
  | 'RESERVED_BITS'
  | 'RSV1_MISPLACED'
  | 'RESERVED_OPCODE'
  | 'CONTROL_FRAGMENTED'
  | 'CONTROL_TOO_LONG'
  | 'MASK_MISSING'
  | 'MASK_FORBIDDEN'
  | 'LENGTH_NOT_MINIMAL'
  | 'LENGTH_TOP_BIT'
  | 'LENGTH_BEYOND_SUITE'
  | 'MESSAGE_BEYOND_SUITE'
  | 'UNEXPECTED_CONTINUATION'
  | 'EXPECTED_CONTINUATION'
  | 'DATA_AFTER_CLOSE'
  | 'SECOND_CLOSE'
  | 'CLOSE_BODY_OF_ONE'
  | 'CLOSE_CODE_UNUSED'
  | 'CLOSE_CODE_FORBIDDEN'
  | 'CLOSE_CODE_UNDEFINED'
  | 'INVALID_UTF8'
  | 'REASON_NOT_UTF8'
  | 'DEFLATE_INVALID'
  | 'DEFLATE_CUT'
  | 'DEFLATE_WINDOW'
  | 'DEFLATE_TAKEOVER';

/** Section, verdict, and the sentence a maintainer is told. */
const FAULTS: Readonly<Record<FaultCode, readonly [section: string, PeerFault['verdict'], message: string]>> =
  {
    RESERVED_BITS: ['5.2', 'FAILED', 'a reserved bit is set that no negotiated extension gives a meaning'],
    RSV1_MISPLACED: ['RFC7692 6', 'FAILED', 'RSV1 is set on a frame that does not begin a message'],
    RESERVED_OPCODE: ['5.2', 'FAILED', 'the opcode is a reserved one'],
    CONTROL_FRAGMENTED: ['5.5', 'FAILED', 'a control frame is fragmented (FIN is 0)'],
    CONTROL_TOO_LONG: ['5.5', 'FAILED', 'a control frame has more than 125 octets of payload'],
    MASK_MISSING: ['5.1', 'FAILED', 'a client sent a frame that is not masked'],
    MASK_FORBIDDEN: ['5.1', 'FAILED', 'a server sent a frame that is masked'],
    LENGTH_NOT_MINIMAL: ['5.2', 'FAILED', 'the payload length is not encoded in as few octets as it can be'],
    LENGTH_TOP_BIT: ['5.2', 'FAILED', 'the most significant bit of a 64-bit payload length is set'],
    LENGTH_BEYOND_SUITE: ['10.4', 'FAILED', 'a frame is longer than anything that was sent to be echoed'],
    MESSAGE_BEYOND_SUITE: [
      '10.4',
      'FAILED',
      'a message becomes longer than anything that was sent to be echoed',
    ],
    UNEXPECTED_CONTINUATION: ['5.4', 'FAILED', 'a continuation frame, but no message was begun'],
    EXPECTED_CONTINUATION: ['5.4', 'FAILED', 'a new data frame inside a fragmented message'],
    DATA_AFTER_CLOSE: ['5.5.1', 'FAILED', 'a data frame follows a Close frame'],
    SECOND_CLOSE: ['5.5.1', 'NON-STRICT', 'a second Close frame follows the first'],
    CLOSE_BODY_OF_ONE: ['5.5.1', 'FAILED', 'a Close body of one octet, which holds no status code'],
    CLOSE_CODE_UNUSED: ['7.4.2', 'FAILED', 'a Close frame with a status code below 1000'],
    CLOSE_CODE_FORBIDDEN: [
      '7.4.1',
      'FAILED',
      'a Close frame with 1005, 1006 or 1015, which must not be sent',
    ],
    // 5.5.1: "a status code with value /code/ defined in Section 7.4". 1004 is reserved there, 1016
    // to 2999 wait for a definition, and above 4999 there is no range.
    CLOSE_CODE_UNDEFINED: ['5.5.1', 'FAILED', 'a Close frame with a status code that 7.4 does not define'],
    INVALID_UTF8: ['8.1', 'FAILED', 'a text message is not valid UTF-8'],
    REASON_NOT_UTF8: ['5.5.1', 'FAILED', 'the reason of a Close frame is not valid UTF-8'],
    DEFLATE_INVALID: ['RFC7692 7.2.2', 'FAILED', 'the payload of a compressed message cannot be inflated'],
    DEFLATE_CUT: ['RFC7692 7.2.1', 'FAILED', 'the payload of a compressed message ends inside a block'],
    DEFLATE_WINDOW: ['RFC7692 7.1.2', 'FAILED', 'a compressed message refers to more than the agreed window'],
    DEFLATE_TAKEOVER: [
      'RFC7692 7.1.1',
      'FAILED',
      'a compressed message refers to an earlier one, though no takeover of the context was agreed',
    ],
  };

/**
 * Describes one.
 *
 * @param code - which
 * @param offset - of the first wrong octet, counted from the end of the endpoint's handshake
 */
export function faultAt(code: FaultCode, offset: number): PeerFault {
  const [section, verdict, message] = FAULTS[code];
  return { code, section, message, verdict, offset };
}

/**
 * Judges a status code that an endpoint sent.
 *
 * @returns its fault, if it has one
 *
 * RFC 6455 7.4. 1012 to 1014 are registered with IANA.
 */
export function closeCodeFault(code: number): FaultCode | undefined {
  if (code < 1000) return 'CLOSE_CODE_UNUSED';
  if (code === 1005 || code === 1006 || code === 1015) return 'CLOSE_CODE_FORBIDDEN';
  const isDefined = (code <= 1014 && code !== 1004) || (code >= 3000 && code <= 4999);
  return isDefined ? undefined : 'CLOSE_CODE_UNDEFINED';
}
