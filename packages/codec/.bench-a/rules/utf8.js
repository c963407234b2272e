/** UTF-8, validated as it comes (RFC 6455 8.1, RFC 3629). */
import { misuse } from './misuse.js';
/** State of the validator between characters: the value to start with, and the only one a text may end in. */
export const UTF8_BOUNDARY = 0;
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
export function validateUtf8(bytes, start, end, state) {
    // A state holds what may come next: bits 0-7 and 8-15 the least and greatest next byte, bits 16-17 how many more bytes
    // the character needs.
    let i = start;
    let expected = state;
    for (;;) {
        while (expected !== UTF8_BOUNDARY) {
            if (i === end)
                return expected;
            const byte = bytes[i];
            if (byte < (expected & 0xff) || byte > ((expected >>> 8) & 0xff))
                return -1 - i;
            i++;
            // After its second byte a character needs plain continuation bytes, 80 to BF.
            const needed = (expected >>> 16) - 1;
            expected = needed === 0 ? UTF8_BOUNDARY : (needed << 16) | 0xbf80;
        }
        i = skipAscii(bytes, i, end);
        if (i === end)
            return UTF8_BOUNDARY;
        expected = afterLead(bytes[i]);
        if (expected === UTF8_BOUNDARY)
            return -1 - i;
        i++;
        const needed = expected >>> 16;
        if (end - i < needed)
            continue;
        // The rest of the character is there: the same checks without the state, twice as fast.
        const second = bytes[i];
        if (second < (expected & 0xff) || second > ((expected >>> 8) & 0xff))
            return -1 - i;
        if (needed > 1 && (bytes[i + 1] & 0xc0) !== 0x80)
            return -2 - i;
        if (needed > 2 && (bytes[i + 2] & 0xc0) !== 0x80)
            return -3 - i;
        i += needed;
        expected = UTF8_BOUNDARY;
    }
}
/**
 * What must follow the lead byte of a character (The Unicode Standard, table 3-7); {@link UTF8_BOUNDARY} for a byte that
 * leads none.
 */
function afterLead(lead) {
    if (lead < 0xc2)
        return UTF8_BOUNDARY; // a continuation byte, or the overlong C0 and C1
    if (lead < 0xe0)
        return 0x1_bf80;
    if (lead < 0xf0) {
        if (lead === 0xe0)
            return 0x2_bfa0; // E0 80..9F would be overlong
        if (lead === 0xed)
            return 0x2_9f80; // ED A0..BF would be a surrogate
        return 0x2_bf80;
    }
    if (lead === 0xf0)
        return 0x3_bf90; // F0 80..8F would be overlong
    if (lead < 0xf4)
        return 0x3_bf80;
    if (lead === 0xf4)
        return 0x3_8f80; // F4 90..BF would be above U+10FFFF
    return UTF8_BOUNDARY;
}
/** Index of the first byte that is not ASCII; eight at a time, 3 times as fast as one by one. */
function skipAscii(bytes, start, end) {
    let i = start;
    for (const last = end - 7; i < last; i += 8) {
        const seen = bytes[i] |
            bytes[i + 1] |
            bytes[i + 2] |
            bytes[i + 3] |
            bytes[i + 4] |
            bytes[i + 5] |
            bytes[i + 6] |
            bytes[i + 7];
        if (seen > 0x7f)
            break;
    }
    while (i < end && bytes[i] < 0x80)
        i++;
    return i;
}
/** What is found where nothing is wrong with a text. */
export const VALID = -1;
/** What is found where a text is valid, but longer than the runtime's strings can be. */
export const TOO_LONG = -2;
/** The index of the byte that is wrong, or after the last one where one is missing (RFC 6455 8.1); {@link VALID} if none is. */
export function invalidIndex(bytes, start, end) {
    const state = validateUtf8(bytes, start, end, UTF8_BOUNDARY);
    return state === UTF8_BOUNDARY ? VALID : state < 0 ? ~state : end;
}
/** @throws TypeError for bytes that are no text */
export function requireUtf8(bytes, start, end) {
    const invalid = invalidIndex(bytes, start, end);
    if (invalid === VALID)
        return;
    throw misuse(TypeError, 'INVALID_UTF8', `a text is UTF-8 (RFC 6455 8.1): wrong at byte ${invalid - start}`);
}
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
export function unfinishedUtf8Bytes(bytes, start, end) {
    for (let length = 1; length <= 3 && end - length >= start; length++) {
        const byte = bytes[end - length];
        if (byte < 0x80)
            return 0;
        // The lead byte says how long the character is.
        if (byte >= 0xc0)
            return length < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? length : 0;
    }
    return 0;
}
//# sourceMappingURL=utf8.js.map