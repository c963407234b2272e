/** State of the validator between characters: the value to start with, and the only one a text may end in. */
export declare const UTF8_BOUNDARY = 0;
/**
 * Validates the next bytes of a text. Rejects at the first byte that cannot be right: overlong forms, surrogates and code
 * points above U+10FFFF already at their second byte.
 *
 * @param bytes - where the next bytes stand
 * @param start - index of the first
 * @param end - index after the last
 * @param state - what the call for the bytes before returned; {@link UTF8_BOUNDARY} at the start of a text
 * @returns the state after these bytes, 0 or more, to be given to the next call: {@link UTF8_BOUNDARY} if they end with a
 * whole character. When a byte cannot be right, `-1 - i` where `i` is its index: `~result` gives it back.
 *
 * RFC 6455 8.1; RFC 3629 section 4.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { UTF8_BOUNDARY, validateUtf8 } from '@sanssocket/codec/text';
 *
 * const euro = Uint8Array.of(0xe2, 0x82, 0xac);
 * const state = validateUtf8(euro, 0, 2, UTF8_BOUNDARY);
 * assert.notEqual(state, UTF8_BOUNDARY); // cut in the middle of a character
 * assert.equal(validateUtf8(euro, 2, 3, state), UTF8_BOUNDARY);
 * assert.equal(~validateUtf8(Uint8Array.of(0x41, 0xed, 0xa0), 0, 3, UTF8_BOUNDARY), 2); // a surrogate
 * ```
 */
export declare function validateUtf8(bytes: Uint8Array, start: number, end: number, state: number): number;
/** What is found where nothing is wrong with a text. */
export declare const VALID = -1;
/** What is found where a text is valid, but longer than the runtime's strings can be. */
export declare const TOO_LONG = -2;
/** The index of the byte that is wrong, or after the last one where one is missing (RFC 6455 8.1); {@link VALID} if none is. */
export declare function invalidIndex(bytes: Uint8Array, start: number, end: number): number;
/** @throws TypeError for bytes that are no text */
export declare function requireUtf8(bytes: Uint8Array, start: number, end: number): void;
/**
 * How many bytes of an unfinished character stand at the end of valid text: 0 to 3.
 *
 * @param bytes - valid text that may end inside a character
 * @param start - index of its first byte
 * @param end - index after its last
 * @returns the number of bytes to hold back so that what is left ends with a whole character; never more than `end - start`
 *
 * RFC 3629 section 3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { unfinishedUtf8Bytes } from '@sanssocket/codec/text';
 *
 * assert.equal(unfinishedUtf8Bytes(Uint8Array.of(0x61, 0xe2, 0x82), 0, 3), 2);
 * assert.equal(unfinishedUtf8Bytes(Uint8Array.of(0x61, 0xc3, 0xa9), 0, 3), 0);
 * ```
 */
export declare function unfinishedUtf8Bytes(bytes: Uint8Array, start: number, end: number): number;
//# sourceMappingURL=utf8.d.ts.map