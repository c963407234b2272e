/**
 * Makes the body of a Close frame.
 *
 * @param code - the status code; undefined for an empty body
 * @param reason - at most 123 bytes of UTF-8; needs a code if it is not empty
 * @returns the body, empty or 2 to 125 bytes
 * @throws RangeError for a code that must not be sent (`CLOSE_CODE_INVALID`) or a reason that is too long
 * (`CLOSE_REASON_INVALID`), TypeError for a reason without a code or that is no string (`CLOSE_REASON_INVALID`)
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
export declare function encodeCloseBody(code: number | undefined, reason?: string): Uint8Array;
/** What a Close frame says, or which rule its body breaks. */
export type CloseBody = 
/** `code` is 1005 for an empty body (RFC 6455 7.1.5). */
{
    readonly code: number;
    readonly reason: string;
}
/** `index` is that of the byte that shows it. */
 | {
    readonly fault: 'CLOSE_CODE_INVALID' | 'INVALID_UTF8';
    readonly index: number;
};
/**
 * Reads the body of a Close frame.
 *
 * @param start - index of its first byte
 * @param end - index after its last: not 1 behind `start`, which is the fault of the frame's header
 *
 * RFC 6455 7.1.5, 7.1.6.
 */
export declare function readCloseBody(bytes: Uint8Array, start: number, end: number): CloseBody;
//# sourceMappingURL=close-body.d.ts.map