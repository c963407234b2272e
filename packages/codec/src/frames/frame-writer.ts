/** Whole frames to bytes (RFC 6455 5.2): the checked writer. unchecked-frame.ts is the one for fuzzers. */
import { mask } from '@sanssocket/mask';
import { EMPTY } from '../memory/bytes.js';
import { isValidCloseCode } from '../rules/close-codes.js';
import { frameHeaderBytes, writeFrameHeader } from '../rules/frame-header.js';
import { frameStartFault } from '../rules/frame-rules.js';
import { CLOSE, FIN, MASK, MAX_CONTROL_PAYLOAD_BYTES, type Opcode, RSV } from '../rules/opcodes.js';
import { utf8Bytes, writeUtf8 } from '../rules/text.js';
import { UTF8_BOUNDARY, validateUtf8 } from '../rules/utf8.js';

/** A frame to be written. */
export interface FrameFields {
  readonly opcode: Opcode;
  /** True by default. */
  readonly fin?: boolean;
  /** A sum of `RSV1`, `RSV2` and `RSV3`, for the first frame of a message; 0 by default. */
  readonly rsv?: number;
  /** Empty by default. Not changed. */
  readonly payload?: Uint8Array;
  /** A client gives a fresh key for each frame (`randomMaskingKey` of `@sanssocket/mask`), a server none. */
  readonly maskingKey?: number;
}

/**
 * Writes one valid frame into a fresh array.
 *
 * @param frame - its fields
 * @returns header and payload; the payload is masked if there is a key
 * @throws TypeError or RangeError for a frame that RFC 6455 forbids: a reserved opcode, a fragmented or too long control frame,
 * a Close body of one byte, with a forbidden code or with a reason that is not UTF-8
 *
 * RFC 6455 5.2, 5.5.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeFrame, TEXT } from '@sanssocket/codec';
 *
 * const payload = new TextEncoder().encode('Hello');
 * assert.deepEqual([...encodeFrame({ opcode: TEXT, payload })], [0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
 * ```
 */
export function encodeFrame(frame: FrameFields): Uint8Array {
  const { opcode, fin = true, rsv = 0, payload = EMPTY, maskingKey } = frame;
  requireBytes(payload);
  if ((rsv & RSV) !== rsv) throw new RangeError('rsv must be a sum of RSV1, RSV2 and RSV3');
  const first = (fin ? FIN : 0) | rsv | opcode;
  const second = Math.min(payload.length, 126) | (maskingKey === undefined ? 0 : MASK);
  const fault = frameStartFault(first, second, 'either', rsv);
  if ((opcode & 0x0f) !== opcode || fault !== undefined) throw new RangeError(fault ?? 'RESERVED_OPCODE');
  if (opcode === CLOSE && payload.length >= 2) checkCloseBody(payload);
  const bytes = new Uint8Array(frameHeaderBytes(payload.length, maskingKey !== undefined) + payload.length);
  const at = writeFrameHeader(bytes, 0, first, payload.length, maskingKey);
  if (maskingKey === undefined) bytes.set(payload, at);
  else mask(payload, 0, payload.length, bytes, at, maskingKey);
  return bytes;
}

function checkCloseBody(payload: Uint8Array): void {
  if (!isValidCloseCode((payload[0]! << 8) | payload[1]!)) throw new RangeError('CLOSE_CODE_INVALID');
  if (validateUtf8(payload, 2, payload.length, UTF8_BOUNDARY) !== UTF8_BOUNDARY)
    throw new RangeError('INVALID_UTF8');
}

/**
 * Makes the body of a Close frame.
 *
 * @param code - the status code; undefined for an empty body
 * @param reason - at most 123 bytes of UTF-8; needs a code if it is not empty
 * @returns the body, empty or 2 to 125 bytes
 * @throws RangeError for a code that must not be sent or a reason that is too long, TypeError for a reason without a code
 *
 * RFC 6455 5.5.1, 7.4.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeCloseBody } from '@sanssocket/codec';
 *
 * assert.deepEqual([...encodeCloseBody(1000, 'bye')], [0x03, 0xe8, 0x62, 0x79, 0x65]);
 * assert.throws(() => encodeCloseBody(1005), RangeError);
 * ```
 */
export function encodeCloseBody(code: number | undefined, reason = ''): Uint8Array {
  if (typeof reason !== 'string') throw new TypeError('a close reason is a string');
  if (code === undefined) {
    if (reason !== '') throw new TypeError('a close reason needs a code');
    return EMPTY;
  }
  // 7.4.1, and advisory S08: 1005, 1006 and 1015 "MUST NOT be set as a status code in a Close control frame".
  if (!isValidCloseCode(code)) throw new RangeError('this close code must not be sent');
  const bytes = 2 + utf8Bytes(reason);
  if (bytes > MAX_CONTROL_PAYLOAD_BYTES) throw new RangeError('a close reason is at most 123 bytes long');
  const body = new Uint8Array(bytes);
  body[0] = code >>> 8;
  body[1] = code;
  writeUtf8(reason, body, 2);
  return body;
}

/**
 * @throws TypeError for anything but a Uint8Array: a number would be a length (advisory K12), another view has another
 * element size (K13)
 */
export function requireBytes(value: unknown): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('a payload is a Uint8Array');
}

/** @throws TypeError or RangeError for a payload that no control frame can have (RFC 6455 5.5) */
export function requireControlPayload(value: unknown): asserts value is Uint8Array {
  requireBytes(value);
  if (value.length > MAX_CONTROL_PAYLOAD_BYTES) throw new RangeError('a control frame has at most 125 bytes');
}
