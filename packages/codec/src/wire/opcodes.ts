/**
 * Opcodes (RFC 6455 5.2, 11.8), and the bits that stand beside them in a frame's first two bytes.
 */

import { inWords, usageError } from './errors.js';

/** An opcode RFC 6455 defines; the others are reserved. */
export type Opcode =
  | typeof CONTINUATION
  | typeof TEXT
  | typeof BINARY
  | typeof CLOSE
  | typeof PING
  | typeof PONG;

/** The opcode a message starts with. */
export type MessageOpcode = typeof TEXT | typeof BINARY;

/** Opcode of every frame of a message but its first (RFC 6455 5.4). */
export const CONTINUATION = 0x0;

/** Opcode of the first frame of a text message (RFC 6455 5.6). */
export const TEXT = 0x1;

/** Opcode of the first frame of a binary message (RFC 6455 5.6). */
export const BINARY = 0x2;

/** Opcode of a Close frame (RFC 6455 5.5.1). */
export const CLOSE = 0x8;

/** Opcode of a Ping frame (RFC 6455 5.5.2). */
export const PING = 0x9;

/** Opcode of a Pong frame (RFC 6455 5.5.3). */
export const PONG = 0xa;

/** The FIN bit in a frame's first byte: the last frame of its message (RFC 6455 5.2). */
export const FIN = 0x80;

/** The RSV1 bit in a frame's first byte. */
export const RSV1 = 0x40;

/** The RSV2 bit in a frame's first byte. */
export const RSV2 = 0x20;

/** The RSV3 bit in a frame's first byte. */
export const RSV3 = 0x10;

/** The three reserved bits in a frame's first byte (RFC 6455 5.2). */
export const RSV: number = RSV1 | RSV2 | RSV3;

/** The MASK bit in a frame's second byte (RFC 6455 5.2). */
export const MASK = 0x80;

/** The longest payload of a control frame (RFC 6455 5.5). */
export const MAX_CONTROL_PAYLOAD_BYTES = 125;

/**
 * Tells whether an opcode belongs to a control frame.
 *
 * @param opcode - 0 to 15
 * @returns true for 8 to 15, reserved ones included
 *
 * RFC 6455 5.5: "Control frames are identified by opcodes where the most significant bit of the
 * opcode is 1."
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isControl, PING, TEXT } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([isControl(PING), isControl(TEXT)], [true, false]);
 * ```
 */
export function isControl(opcode: number): boolean {
  return (opcode & 0x8) !== 0;
}

/**
 * Tells whether an opcode is reserved for further frames (3 to 7 and 11 to 15).
 *
 * @param opcode - 0 to 15
 *
 * RFC 6455 5.2, 11.8.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isReserved } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([isReserved(0x3), isReserved(0xa), isReserved(0xb)], [true, false, true]);
 * ```
 */
export function isReserved(opcode: number): boolean {
  // One bit per opcode: 0, 1, 2 and 8, 9, 10 are defined.
  return ((0x0707 >>> opcode) & 1) === 0;
}

/** @throws TypeError for an opcode that no message begins with */
export function requireMessageOpcode(opcode: unknown): asserts opcode is MessageOpcode {
  if (opcode === TEXT || opcode === BINARY) return;
  throw usageError(TypeError, 'FRAME_INVALID', `a message is TEXT (1) or BINARY (2), not ${inWords(opcode)}`);
}

const NAMES: readonly (string | undefined)[] = [
  'continuation',
  'text',
  'binary',
  undefined,
  undefined,
  undefined,
  undefined,
  undefined,
  'close',
  'ping',
  'pong',
];

/**
 * An opcode in words, for a log or an inspector.
 *
 * @param opcode - 0 to 15
 * @returns `'text'`, `'ping'` and so on; `'reserved 3'` for one that RFC 6455 does not define
 *
 * RFC 6455 5.2, 11.8.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { opcodeName } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([opcodeName(0x1), opcodeName(0xb)], ['text', 'reserved 11']);
 * ```
 */
export function opcodeName(opcode: number): string {
  return NAMES[opcode] ?? `reserved ${opcode}`;
}
