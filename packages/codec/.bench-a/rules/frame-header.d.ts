/**
 * The frame header (RFC 6455 5.2), read and written at an offset. Pure: no rule is judged here (that is frame-rules.ts),
 * so a proxy or a fuzzer can read what a peer should not have sent.
 *
 * The diagram, with what the functions call its parts:
 *
 * ```
 * | FIN RSV1 RSV2 RSV3 opcode(4) | MASK length(7) | length(0, 16 or 64) | masking key(0 or 32) |
 *   `------- first byte -------'   `- second byte -'
 * ```
 */
/** A frame header, taken apart. */
export interface FrameHeader {
    /** FIN, RSV1-3 and the opcode as they stand on the wire. */
    readonly first: number;
    readonly fin: boolean;
    /** The reserved bits where they stand in the first byte: any sum of `RSV1`, `RSV2` and `RSV3`. */
    readonly rsv: number;
    /** 0 to 15. */
    readonly opcode: number;
    readonly masked: boolean;
    /** The masking key as a number (see `@sanssocket/mask`), 0 when not masked. */
    readonly maskingKey: number;
    /** In bytes. Exact below 2^53; a longer one is rounded down to the number below, so that it compares truly. */
    readonly payloadLength: number;
    /** In how many bytes the length was extended: 0, 2 or 8. */
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
export declare function extendedLengthBytes(second: number): 0 | 2 | 8;
/**
 * Reads the payload length of a frame whose length field is complete.
 *
 * @param bytes - where the frame stands
 * @param offset - index of its first byte
 * @returns the length in bytes, as {@link FrameHeader.payloadLength}. Unchecked: what is missing reads as garbage.
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
export declare function readPayloadLength(bytes: Uint8Array, offset: number): number;
/**
 * Reads one frame header, valid or not.
 *
 * @param bytes - where the frame stands
 * @param offset - index of its first byte
 * @param end - index after the last byte that may be read
 * @returns the header, or, when it is not complete, the least number of bytes that are missing: call again when that many
 * more have arrived (it may then ask once or twice more, as the first bytes tell how long the header is)
 * @throws RangeError when `offset` and `end` do not lie within `bytes`
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
export declare function readFrameHeader(bytes: Uint8Array, offset?: number, end?: number): FrameHeader | number;
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
export declare function frameHeaderBytes(payloadLength: number, masked: boolean): number;
/**
 * Writes one frame header with its length in the shortest form.
 *
 * @param target - where to write; needs room for `frameHeaderBytes(payloadLength, maskingKey !== undefined)`
 * @param at - index of the first header byte
 * @param first - FIN, RSV1-3 and opcode: for example `FIN | TEXT`
 * @param payloadLength - 0 to 2^53 - 1
 * @param maskingKey - the key as a number; undefined for a frame that is not masked
 * @returns the index after the header, where the payload goes
 * @throws RangeError for a length that is not an integer from 0 to 2^53 - 1, or where there is no room; nothing is written
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
export declare function writeFrameHeader(target: Uint8Array, at: number, first: number, payloadLength: number, maskingKey: number | undefined): number;
/** @throws TypeError for a masking key that is no number: as four bytes it would be 0, which masks nothing (RFC 6455 5.3) */
export declare function requireKey(key: unknown): asserts key is number;
//# sourceMappingURL=frame-header.d.ts.map