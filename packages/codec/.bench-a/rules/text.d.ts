/** Text to strings and back (RFC 6455 5.6, 8.1): decoded once, encoded straight into the output. */
/**
 * Decodes and validates a whole text in one pass.
 *
 * @param bytes - where it stands
 * @param start - index of its first byte
 * @param end - index after its last
 * @returns the text, a leading byte-order mark included; undefined if it is not valid UTF-8 ({@link validateUtf8} tells where), or if
 * it is and no string of the runtime's is that long
 *
 * RFC 6455 5.6, 8.1.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { decodeUtf8 } from '@sanssocket/codec/text';
 *
 * assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 0, 4), '\uFEFFa');
 * assert.equal(decodeUtf8(Uint8Array.of(0xff), 0, 1), undefined);
 * ```
 */
export declare function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined;
/**
 * The same.
 *
 * @param view - shows `bytes`, if there is one: it names their memory in 2 ns, where an array takes 20
 * @param ascii - whether they are known to be all ASCII
 */
export declare function decodeText(bytes: Uint8Array, start: number, end: number, view: DataView | null, ascii: boolean): string | undefined;
/**
 * How many bytes a text takes in UTF-8; a lone surrogate counts as U+FFFD, 3 bytes.
 *
 * @param text - any string
 *
 * RFC 6455 5.6.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { utf8Bytes } from '@sanssocket/codec/text';
 *
 * assert.deepEqual(['a', 'é', '€', '😀', '\ud800'].map(utf8Bytes), [1, 2, 3, 4, 3]);
 * ```
 */
export declare function utf8Bytes(text: string): number;
/**
 * Writes a text as UTF-8. A lone surrogate becomes U+FFFD, as in every browser's `WebSocket.send`.
 *
 * @param text - any string
 * @param target - where to write; needs room for 3 bytes a UTF-16 unit (or `utf8Bytes(text)`)
 * @param at - index of the first byte to write
 * @returns the index after the last byte written
 *
 * RFC 6455 5.6.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { writeUtf8 } from '@sanssocket/codec/text';
 *
 * const target = new Uint8Array(8);
 * assert.equal(writeUtf8('€', target, 1), 4);
 * assert.deepEqual([...target.subarray(1, 4)], [0xe2, 0x82, 0xac]);
 * ```
 */
export declare function writeUtf8(text: string, target: Uint8Array, at: number): number;
/**
 * Writes a short ASCII text.
 *
 * @returns the index after the last byte written; -1 if the text is not ASCII or better left to {@link writeUtf8}
 */
export declare function writeAscii(text: string, target: Uint8Array, at: number): number;
/** A string longer than this is encoded into an array of its own: room for the worst case would be three times its size. */
export declare const LONG_STRING_UNITS = 1024;
/** The UTF-8 of a text in a fresh array; a lone surrogate becomes U+FFFD. */
export declare function encodeUtf8(text: string): Uint8Array;
/** Whether a UTF-16 unit is the first half of a pair. */
export declare function isHighSurrogate(unit: number): boolean;
//# sourceMappingURL=text.d.ts.map