import { type Opcode } from '../rules/opcodes.js';
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
 * @throws TypeError (`NOT_BYTES`) or RangeError (the rule's {@link FaultCode}) for a frame that RFC 6455 forbids: a reserved opcode, a fragmented or too long control frame,
 * a Close body of one byte, with a forbidden code or with a reason that is not UTF-8
 *
 * RFC 6455 5.2, 5.5.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeFrame, TEXT } from '@sanssocket/codec/frames';
 *
 * const payload = new TextEncoder().encode('Hello');
 * assert.deepEqual([...encodeFrame({ opcode: TEXT, payload })], [0x81, 5, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
 * ```
 */
export declare function encodeFrame(frame: FrameFields): Uint8Array;
/** @throws TypeError or RangeError for a payload that no control frame can have (RFC 6455 5.5) */
export declare function requireControlPayload(value: unknown): asserts value is Uint8Array;
//# sourceMappingURL=frame-writer.d.ts.map