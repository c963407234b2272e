/**
 * The checked writer of frames (RFC 6455 5.2): one valid frame to bytes, or an error. `frames.ts`
 * has the unchecked writer for fuzzers.
 */

import { mask } from '@sanssocket/mask';
import { EMPTY } from '../memory/bytes.js';
import { readCloseBody } from '../wire/close.js';
import { type OwnBytes, requireBytes, requireKnown, requireType, usageError } from '../wire/errors.js';
import { createFault, type FaultCode } from '../wire/faults.js';
import { frameHeaderBytes, writeFrameHeader } from '../wire/header.js';
import { CLOSE, FIN, MASK, MAX_CONTROL_PAYLOAD_BYTES, type Opcode, opcodeName } from '../wire/opcodes.js';
import { frameStartFault, requireRsv } from '../wire/rules.js';

const FIELDS: readonly (keyof FrameFields)[] = ['opcode', 'fin', 'rsv', 'payload', 'maskingKey'];

/** A frame to be written. */
export interface FrameFields {
  readonly opcode: Opcode;
  /** True by default. */
  readonly fin?: boolean;
  /** A sum of `RSV1`, `RSV2` and `RSV3`, for the first frame of a message; 0 by default. */
  readonly rsv?: number;
  /** Before masking; empty by default, and not changed. */
  readonly payload?: Uint8Array;
  /**
   * A fresh key for each frame of a client (`randomMaskingKey` of `@sanssocket/mask`); none for a
   * server.
   */
  readonly maskingKey?: number;
}

/**
 * Writes one valid frame into a fresh array.
 *
 * @param frame - its fields
 * @returns header and payload; the payload is masked if there is a key
 * @throws RangeError (the rule's {@link FaultCode}) for a frame that RFC 6455 forbids: a reserved
 * opcode, a fragmented or too long control frame, a Close body of one byte, with a forbidden code
 * or with a reason that is not UTF-8; TypeError or RangeError for an unknown field or one of
 * another kind (`OPTION_UNKNOWN`, `OPTION_INVALID`, `NOT_BYTES`, `KEY_INVALID`)
 *
 * RFC 6455 5.2, 5.5.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeFrame, TEXT } from '@sanssocket/codec/frames';
 *
 * const payload = new TextEncoder().encode('Hello');
 * const frame = encodeFrame({ opcode: TEXT, payload });
 * assert.deepEqual([...frame], [0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
 * ```
 */
export function encodeFrame(frame: FrameFields): OwnBytes {
  requireKnown(frame, FIELDS, 'field');
  const { opcode, fin = true, rsv = 0, payload = EMPTY, maskingKey } = frame;
  requireBytes(payload);
  requireType('fin', fin, 'boolean');
  requireRsv(rsv);
  const first = (fin ? FIN : 0) | rsv | opcode;
  const second = Math.min(payload.length, 126) | (maskingKey === undefined ? 0 : MASK);
  const fault = frameStartFault(first, second, 'either', rsv);
  if ((opcode & 0x0f) !== opcode || fault !== undefined) throw forbidden(fault ?? 'RESERVED_OPCODE', opcode);
  if (opcode === CLOSE && payload.length >= 2) checkCloseBody(payload);
  const bytes = new Uint8Array(frameHeaderBytes(payload.length, maskingKey !== undefined) + payload.length);
  const at = writeFrameHeader(bytes, 0, first, payload.length, maskingKey);
  if (maskingKey === undefined) bytes.set(payload, at);
  else mask(payload, 0, payload.length, bytes, at, maskingKey);
  return bytes;
}

function checkCloseBody(payload: Uint8Array): void {
  const body = readCloseBody(payload, 0, payload.length);
  if ('fault' in body) throw forbidden(body.fault, CLOSE);
}

/** The caller is told the same rule that a peer would name in its answer. */
function forbidden(fault: FaultCode, opcode: number): Error {
  const { message } = createFault(fault, 0);
  return usageError(RangeError, fault, `no ${opcodeName(opcode)} frame like this may be sent: ${message}`);
}

/** @throws TypeError or RangeError for a payload that no control frame can have (RFC 6455 5.5) */
export function requireControlPayload(value: unknown): asserts value is Uint8Array {
  requireBytes(value);
  if (value.length > MAX_CONTROL_PAYLOAD_BYTES) {
    throw usageError(
      RangeError,
      'CONTROL_TOO_LONG',
      `a control frame has at most 125 bytes of payload, not ${value.length} (RFC 6455 5.5)`,
    );
  }
}
