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
export declare function encodeUncheckedFrame(frame: UncheckedFrame): Uint8Array;
//# sourceMappingURL=unchecked-frame.d.ts.map