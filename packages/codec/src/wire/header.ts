/**
 * The frame header (RFC 6455 5.2), read and written at an offset. Pure: no rule is judged here
 * (that is rules.ts), so a proxy or a fuzzer can read a header that a peer should not have sent.
 *
 * The diagram, with the names that the functions give its parts:
 *
 * ```
 * | FIN RSV1 RSV2 RSV3 opcode(4) | MASK length(7) | length(0, 16 or 64) | masking key(0 or 32) |
 *   `------- first byte -------'   `- second byte -'
 * ```
 */

import { keyFromBytes, keyToBytes } from '@sanssocket/mask';
import { inWords, requireBytes, requireRange, usageError } from './errors.js';
import { FIN, MASK } from './opcodes.js';

/** The longest header: 64 bits of length, and a masking key. */
export const MAX_HEADER_BYTES = 14;

/** The longest payload whose length stands in the second byte. */
export const MAX_SHORT_BYTES = 125;

/** A frame header, taken apart. */
export interface FrameHeader {
  /** FIN, RSV1-3 and the opcode as they stand on the wire. */
  readonly firstByte: number;
  readonly fin: boolean;
  /** The reserved bits where they stand in the first byte: any sum of `RSV1`, `RSV2` and `RSV3`. */
  readonly rsv: number;
  /** 0 to 15. */
  readonly opcode: number;
  readonly masked: boolean;
  /** The masking key as a number (see `@sanssocket/mask`), 0 when not masked. */
  readonly maskingKey: number;
  /**
   * In bytes. Exact below 2^53; a longer one is rounded down to the number below, so that it
   * compares truly.
   */
  readonly payloadLength: number;
  /** The number of bytes that extend the 7-bit length: 0, 2 or 8. */
  readonly lengthBytes: 0 | 2 | 8;
  /** Size of the header itself, 2 to 14. */
  readonly headerBytes: number;
}

/**
 * How many bytes extend the 7-bit length.
 *
 * @param second - the second byte of a frame
 * @returns 0, 2 or 8 (RFC 6455 5.2, "Payload length")
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { extendedLengthBytes } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([0x7d, 0x7e, 0xff].map(extendedLengthBytes), [0, 2, 8]);
 * ```
 */
export function extendedLengthBytes(second: number): 0 | 2 | 8 {
  const length = second & 0x7f;
  return length < 126 ? 0 : length === 126 ? 2 : 8;
}

/** The size of a header, 2 to 14, by the second byte of its frame (RFC 6455 5.2). */
export function headerBytesOf(second: number): number {
  const length = second & 0x7f;
  return (length <= MAX_SHORT_BYTES ? 2 : length === 126 ? 4 : 10) + (second < MASK ? 0 : 4);
}

/**
 * Reads the payload length of a frame whose length field is complete.
 *
 * @param bytes - where the frame stands
 * @param offset - index of its first byte
 * @returns the length in bytes, as {@link FrameHeader.payloadLength}
 *
 * The arguments are not checked, for speed: bytes that are missing read as garbage.
 *
 * RFC 6455 5.2, "Payload length": network byte order.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { readPayloadLength } from '@sanssocket/codec/frames';
 *
 * assert.equal(readPayloadLength(Uint8Array.of(0x82, 0x7e, 0x01, 0x00), 0), 256);
 * ```
 */
export function readPayloadLength(bytes: Uint8Array, offset: number): number {
  const length = bytes[offset + 1]! & 0x7f;
  if (length < 126) return length;
  if (length === 126) return (bytes[offset + 2]! << 8) | bytes[offset + 3]!;
  const high = readUint32(bytes, offset + 2);
  const low = readUint32(bytes, offset + 6);
  // From 2^53 a double has gaps of up to 2^11: clearing those bits rounds down where the sum
  // would round to the nearest, and 2^63 - 1 would pass for 2^63.
  return high * 0x1_0000_0000 + (high < 0x20_0000 ? low : low - (low & 0x7ff));
}

/** Products, not shifts: `<<` would turn lengths from 2^31 negative, which pass any limit. */
function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    bytes[offset]! * 0x100_0000 +
    ((bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!)
  );
}

/**
 * Reads one frame header, valid or not.
 *
 * @param bytes - where the frame stands
 * @param offset - index of its first byte
 * @param end - index after the last byte that may be read
 * @returns the header, or, when it is not complete, the least number of bytes that are missing:
 * call again when that many more have arrived (the answer may then be a number once or twice
 * more, as the first bytes tell how long the header is)
 * @throws RangeError when `offset` and `end` do not lie within `bytes`, TypeError for anything but
 * a Uint8Array
 *
 * RFC 6455 5.2.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { readFrameHeader, TEXT } from '@sanssocket/codec/frames';
 *
 * const bytes = Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58);
 * const header = readFrameHeader(bytes);
 * assert.ok(typeof header === 'object');
 * assert.equal(header.opcode, TEXT);
 * assert.equal(header.payloadLength, 5);
 * assert.equal(header.headerBytes, 6);
 * assert.equal(readFrameHeader(bytes, 0, 2), 4); // four more bytes needed: the masking key
 * ```
 */
export function readFrameHeader(
  bytes: Uint8Array,
  offset = 0,
  end: number = bytes?.length,
): FrameHeader | number {
  requireBytes(bytes, 'a chunk');
  requireRange(bytes, offset, end);
  const available = end - offset;
  if (available < 2) return 2 - available;
  const first = bytes[offset]!;
  const second = bytes[offset + 1]!;
  const masked = (second & MASK) !== 0;
  const headerBytes = headerBytesOf(second);
  if (available < headerBytes) return headerBytes - available;
  return {
    firstByte: first,
    fin: (first & FIN) !== 0,
    rsv: first & 0x70,
    opcode: first & 0x0f,
    masked,
    maskingKey: masked ? keyFromBytes(bytes, offset + headerBytes - 4) : 0,
    payloadLength: readPayloadLength(bytes, offset),
    lengthBytes: extendedLengthBytes(second),
    headerBytes,
  };
}

/**
 * Size of the header that a payload of this length gets.
 *
 * @param payloadLength - in bytes
 * @param masked - whether the frame carries a masking key
 * @returns 2 to 14
 *
 * RFC 6455 5.2: "the minimal number of bytes MUST be used to encode the length".
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { frameHeaderBytes } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([125, 126, 65536].map((n) => frameHeaderBytes(n, false)), [2, 4, 10]);
 * ```
 */
export function frameHeaderBytes(payloadLength: number, masked: boolean): number {
  return (payloadLength < 126 ? 2 : payloadLength < 0x1_0000 ? 4 : 10) + (masked ? 4 : 0);
}

/**
 * Writes one frame header with its length in the shortest form.
 *
 * @param target - where to write; needs room for `frameHeaderBytes(payloadLength, maskingKey !==
 * undefined)`
 * @param at - index of the first header byte
 * @param first - FIN, RSV1-3 and opcode: for example `FIN | TEXT`
 * @param payloadLength - 0 to 2^53 - 1
 * @param maskingKey - the key as an integer of 32 bits; undefined for a frame that is not masked
 * @returns the index after the header, where the payload goes
 * @throws RangeError for a length that is not an integer from 0 to 2^53 - 1 (`FRAME_INVALID`), or
 * where there is no room (`RANGE_INVALID`), TypeError for a key that is no integer of 32 bits
 * (`KEY_INVALID`); nothing is written
 *
 * RFC 6455 5.2.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { BINARY, FIN, writeFrameHeader } from '@sanssocket/codec/frames';
 *
 * const target = new Uint8Array(4);
 * assert.equal(writeFrameHeader(target, 0, FIN | BINARY, 256, undefined), 4);
 * assert.deepEqual([...target], [0x82, 0x7e, 0x01, 0x00]);
 * ```
 */
export function writeFrameHeader(
  target: Uint8Array,
  at: number,
  first: number,
  payloadLength: number,
  maskingKey: number | undefined,
): number {
  if (!(Number.isSafeInteger(payloadLength) && payloadLength >= 0)) {
    throw usageError(
      RangeError,
      'FRAME_INVALID',
      `a payload length is an integer from 0 to 2^53 - 1, not ${inWords(payloadLength)}`,
    );
  }
  const masked = maskingKey !== undefined;
  const next = at + frameHeaderBytes(payloadLength, masked);
  if (!(at >= 0 && next <= target.length)) {
    throw usageError(
      RangeError,
      'RANGE_INVALID',
      `no room for the frame header at ${at} of ${target.length} bytes`,
    );
  }
  // First, as it throws for a value that is no key.
  if (masked) keyToBytes(maskingKey, target, next - 4);
  const mask = masked ? MASK : 0;
  target[at] = first;
  if (payloadLength < 126) {
    target[at + 1] = mask | payloadLength;
  } else if (payloadLength < 0x1_0000) {
    target[at + 1] = mask | 126;
    target[at + 2] = payloadLength >>> 8;
    target[at + 3] = payloadLength;
  } else {
    target[at + 1] = mask | 127;
    writeUint32(target, at + 2, Math.floor(payloadLength / 0x1_0000_0000));
    writeUint32(target, at + 6, payloadLength);
  }
  return next;
}

/** `>>>` takes a number modulo 2^32, which is the low half. */
function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/**
 * @throws TypeError for a value that is no integer of 32 bits: as four bytes it would be 0, which
 * masks nothing, or a part of it (RFC 6455 5.3)
 */
export function requireKey(key: unknown): asserts key is number {
  if (typeof key === 'number' && ((key | 0) === key || key >>> 0 === key)) return;
  throw usageError(
    TypeError,
    'KEY_INVALID',
    `a masking key is an integer of 32 bits (keyFromBytes makes one of four bytes), not ${inWords(key)}`,
  );
}
