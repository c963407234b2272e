/**
 * The Close frame: its status codes (RFC 6455 7.4, and the IANA registry it set up), then its
 * body, a status code and a reason (5.5.1), written and read.
 */

import { inWords, type OwnBytes, usageError } from './errors.js';
import { MAX_CONTROL_PAYLOAD_BYTES } from './opcodes.js';
import { decodeUtf8, invalidIndex, utf8Bytes, writeUtf8 } from './utf8.js';

/** The purpose of the connection has been fulfilled. */
export const NORMAL_CLOSURE = 1000;

/** The endpoint is going away. */
export const GOING_AWAY = 1001;

/** The peer broke the protocol. */
export const PROTOCOL_ERROR = 1002;

/** Reported where a Close frame had no code; never on the wire. */
export const NO_STATUS_RECEIVED = 1005;

/** Reported where the connection ended without a Close frame; never on the wire. */
export const ABNORMAL_CLOSURE = 1006;

/** A policy was broken that has no code of its own. */
export const POLICY_VIOLATION = 1008;

/** This side met a condition that it did not expect. */
export const INTERNAL_ERROR = 1011;

/**
 * Tells whether a Close frame may carry a status code: 1000-1003 and 1007-1011 (RFC 6455 7.4.1),
 * 1012-1014 (IANA registry), and 3000-4999 (7.4.2). 1004 has no meaning yet, 1005, 1006 and 1015
 * are for reports only, the rest is reserved.
 *
 * @param code - any number
 *
 * RFC 6455 7.4.1, 7.4.2. The same set holds for sending and for receiving.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isValidCloseCode } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([1000, 1005, 1014, 2999, 4999].map(isValidCloseCode), [true, false, true, false, true]);
 * ```
 */
export function isValidCloseCode(code: number): boolean {
  return (
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999))
  );
}

// The body

/**
 * Makes the body of a Close frame.
 *
 * @param code - the status code; undefined for an empty body
 * @param reason - at most 123 bytes of UTF-8; needs a code if it is not empty
 * @returns the body, empty or 2 to 125 bytes
 * @throws RangeError for a code that must not be sent (`CLOSE_CODE_INVALID`) or a reason that is
 * too long (`CLOSE_REASON_INVALID`), TypeError for a reason without a code or that is no string
 * (`CLOSE_REASON_INVALID`)
 *
 * RFC 6455 5.5.1, 7.4.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeCloseBody } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([...encodeCloseBody(1000, 'bye')], [0x03, 0xe8, 0x62, 0x79, 0x65]);
 * assert.throws(() => encodeCloseBody(1005), { code: 'CLOSE_CODE_INVALID' });
 * ```
 */
export function encodeCloseBody(code: number | undefined, reason = ''): OwnBytes {
  if (typeof reason !== 'string')
    throw usageError(
      TypeError,
      'CLOSE_REASON_INVALID',
      `the reason of a Close is a string, not ${inWords(reason)}`,
    );
  if (code === undefined) {
    if (reason !== '')
      throw usageError(
        TypeError,
        'CLOSE_REASON_INVALID',
        'the reason of a Close needs a status code before it (RFC 6455 5.5.1)',
      );
    return new Uint8Array(0);
  }
  // 7.4.1: 1005, 1006 and 1015 "MUST NOT be set as a status code in a Close control frame".
  if (!isValidCloseCode(code))
    throw usageError(
      RangeError,
      'CLOSE_CODE_INVALID',
      `${inWords(code)} is no status code to send: use 1000 to 1003, 1007 to 1014 or 3000 to 4999 (RFC 6455 7.4)`,
    );
  const bytes = 2 + utf8Bytes(reason);
  if (bytes > MAX_CONTROL_PAYLOAD_BYTES)
    throw usageError(
      RangeError,
      'CLOSE_REASON_INVALID',
      `the reason of a Close has at most 123 bytes, not ${bytes - 2} (RFC 6455 5.5)`,
    );
  const body = new Uint8Array(bytes);
  body[0] = code >>> 8;
  body[1] = code;
  writeUtf8(reason, body, 2);
  return body;
}

/** The words of a Close frame, or the rule that its body breaks. */
export type CloseBody =
  /** `code` is 1005 for an empty body (RFC 6455 7.1.5). */
  | { readonly code: number; readonly reason: string }
  /** `index` is that of the byte that shows the fault. */
  | { readonly fault: 'CLOSE_CODE_INVALID' | 'INVALID_UTF8'; readonly index: number };

/**
 * Reads the body of a Close frame.
 *
 * @param start - index of its first byte
 * @param end - index after its last; a body of one byte is the fault of the frame's header, and
 * does not come here
 *
 * RFC 6455 7.1.5, 7.1.6.
 */
export function readCloseBody(bytes: Uint8Array, start: number, end: number): CloseBody {
  if (start === end) return { code: NO_STATUS_RECEIVED, reason: '' };
  const code = (bytes[start]! << 8) | bytes[start + 1]!;
  if (!isValidCloseCode(code)) return { fault: 'CLOSE_CODE_INVALID', index: start };
  const reason = decodeUtf8(bytes, start + 2, end);
  if (reason === undefined) return { fault: 'INVALID_UTF8', index: invalidIndex(bytes, start + 2, end) };
  return { code, reason };
}
