/**
 * The door for fuzzers and conformance suites: a frame writer that checks no rule of the protocol,
 * and can express every bit pattern a header can have and every disagreement between a header and
 * what follows it.
 */
import { keyToBytes, maskInPlace } from '@sanssocket/mask';
import { EMPTY } from './memory/bytes.js';
import { requireKey } from './rules/frame-header.js';
import { inWords, misuse, requireBytes } from './rules/misuse.js';
import { MASK } from './rules/opcodes.js';
import { requireInteger, requireKnown, requireType } from './rules/options.js';
import type { OwnBytes } from './rules/own-bytes.js';

export type { OwnBytes } from './rules/own-bytes.js';

/** The most that a length in 64 bits can say. */
const MAX_LENGTH = 0xffff_ffff_ffff_ffffn;

const FIELDS: readonly (keyof UncheckedFrame)[] = [
  'first',
  'payload',
  'declaredLength',
  'lengthBytes',
  'maskingKey',
  'maskBit',
  'maskPayload',
];

/** A frame as it shall appear on the wire. Whatever is left out is what a correct frame would have. */
export interface UncheckedFrame {
  /** The first byte, whole: FIN, RSV1-3 and opcode. */
  readonly first: number;
  /** Bytes after the header, before masking; empty by default. */
  readonly payload?: Uint8Array;
  /** The length that the header declares, up to 2^64 - 1; by default the payload's. */
  readonly declaredLength?: number | bigint;
  /** In how many bytes the length is extended; by default as few as can hold it. What does not fit is cut off at the top. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The masking key; none by default. */
  readonly maskingKey?: number | undefined;
  /** The MASK bit; by default whether there is a key. Setting it without a key leaves the key's four bytes out. */
  readonly maskBit?: boolean;
  /** Whether the payload is masked with the key; true by default. */
  readonly maskPayload?: boolean;
}

/**
 * Writes any frame, valid or not.
 *
 * @param frame - its parts
 * @returns header and payload as they stand; to cut a frame off, take a subarray
 * @throws TypeError or RangeError for what no frame can be made of: a part that there is not, or of
 * another kind (`OPTION_UNKNOWN`, `OPTION_INVALID`, `NOT_BYTES`, `KEY_INVALID`)
 *
 * RFC 6455 5.2 gives the layout; nothing of it is enforced.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeUncheckedFrame } from '@sanssocket/codec/unchecked';
 *
 * // An unmasked ping that claims 2^64 - 1 bytes, in the reserved form, with RSV3 set and no FIN.
 * const bytes = encodeUncheckedFrame({ first: 0x19, declaredLength: 2n ** 64n - 1n });
 * assert.deepEqual([...bytes], [0x19, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255]);
 * ```
 */
export function encodeUncheckedFrame(frame: UncheckedFrame): OwnBytes {
  requireKnown(frame, FIELDS, 'field');
  const { first, payload = EMPTY, maskingKey, maskBit = maskingKey !== undefined } = frame;
  const { declaredLength = payload.length, maskPayload = true } = frame;
  requireInteger('first', first, 0, 0xff);
  requireBytes(payload);
  const declared = requireDeclared(declaredLength);
  const { lengthBytes = declared < 126n ? 0 : declared < 65536n ? 2 : 8 } = frame;
  if (lengthBytes !== 0 && lengthBytes !== 2 && lengthBytes !== 8) {
    throw misuse(RangeError, 'OPTION_INVALID', `lengthBytes is 0, 2 or 8, not ${inWords(lengthBytes)}`);
  }
  if (maskingKey !== undefined) requireKey(maskingKey);
  requireType('maskBit', maskBit, 'boolean');
  requireType('maskPayload', maskPayload, 'boolean');
  const keyBytes = maskingKey === undefined ? 0 : 4;
  const bytes = new Uint8Array(2 + lengthBytes + keyBytes + payload.length);
  const view = new DataView(bytes.buffer);
  const length7 = lengthBytes === 0 ? Number(declared & 0x7fn) : lengthBytes === 2 ? 126 : 127;
  bytes[0] = first;
  bytes[1] = (maskBit ? MASK : 0) | length7;
  if (lengthBytes === 2) view.setUint16(2, Number(declared & 0xffffn));
  if (lengthBytes === 8) view.setBigUint64(2, declared);
  const at = 2 + lengthBytes + keyBytes;
  bytes.set(payload, at);
  if (maskingKey !== undefined) {
    keyToBytes(maskingKey, bytes, at - 4);
    if (maskPayload) maskInPlace(bytes.subarray(at), maskingKey);
  }
  return bytes;
}

/** @throws RangeError for a length that 64 bits cannot say */
function requireDeclared(length: number | bigint): bigint {
  if (typeof length === 'bigint' || Number.isInteger(length)) {
    const declared = BigInt(length);
    if (declared >= 0n && declared <= MAX_LENGTH) return declared;
  }
  const wanted = 'declaredLength is an integer from 0 to 2^64 - 1';
  throw misuse(RangeError, 'OPTION_INVALID', `${wanted}, not ${inWords(length)}`);
}
