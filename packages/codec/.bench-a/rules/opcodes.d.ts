/** An opcode RFC 6455 defines; the others are reserved. */
export type Opcode = typeof CONTINUATION | typeof TEXT | typeof BINARY | typeof CLOSE | typeof PING | typeof PONG;
/** The opcode a message starts with. */
export type MessageOpcode = typeof TEXT | typeof BINARY;
/** Opcode of every frame of a message but its first (RFC 6455 5.4). */
export declare const CONTINUATION = 0;
/** Opcode of the first frame of a text message (RFC 6455 5.6). */
export declare const TEXT = 1;
/** Opcode of the first frame of a binary message (RFC 6455 5.6). */
export declare const BINARY = 2;
/** Opcode of a Close frame (RFC 6455 5.5.1). */
export declare const CLOSE = 8;
/** Opcode of a Ping frame (RFC 6455 5.5.2). */
export declare const PING = 9;
/** Opcode of a Pong frame (RFC 6455 5.5.3). */
export declare const PONG = 10;
/** The FIN bit in a frame's first byte: the last frame of its message (RFC 6455 5.2). */
export declare const FIN = 128;
/** The RSV1 bit in a frame's first byte. */
export declare const RSV1 = 64;
/** The RSV2 bit in a frame's first byte. */
export declare const RSV2 = 32;
/** The RSV3 bit in a frame's first byte. */
export declare const RSV3 = 16;
/** The three reserved bits in a frame's first byte (RFC 6455 5.2). */
export declare const RSV: number;
/** The MASK bit in a frame's second byte (RFC 6455 5.2). */
export declare const MASK = 128;
/** The longest payload of a control frame (RFC 6455 5.5). */
export declare const MAX_CONTROL_PAYLOAD_BYTES = 125;
/**
 * Tells whether an opcode belongs to a control frame.
 *
 * @param opcode - 0 to 15
 * @returns true for 8 to 15, reserved ones included
 *
 * RFC 6455 5.5: "Control frames are identified by opcodes where the most significant bit of the opcode is 1."
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isControl, PING, TEXT } from '@sanssocket/codec/frames';
 *
 * assert.deepEqual([isControl(PING), isControl(TEXT)], [true, false]);
 * ```
 */
export declare function isControl(opcode: number): boolean;
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
export declare function isReserved(opcode: number): boolean;
/** @throws TypeError for an opcode that no message begins with */
export declare function requireMessageOpcode(opcode: unknown): asserts opcode is MessageOpcode;
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
export declare function opcodeName(opcode: number): string;
//# sourceMappingURL=opcodes.d.ts.map