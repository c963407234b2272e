/** Text to strings and back (RFC 6455 5.6, 8.1): decoded once, encoded straight into the output. */
import { unfinishedUtf8Bytes } from './utf8.js';
// ignoreBOM keeps a byte-order mark, which is part of the text (advisory U15).
const strictDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/**
 * Up to here `String.fromCharCode` beats `TextDecoder`, which costs 95 ns with the view it needs: ASCII of 4, 16, 32 bytes
 * takes 18, 30, 60 ns.
 */
const SHORT_TEXT_BYTES = 32;
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
export function decodeUtf8(bytes, start, end) {
    return decodeText(bytes, start, end, null, false);
}
/**
 * The same.
 *
 * @param view - shows `bytes`, if there is one: it names their memory in 2 ns, where an array takes 20
 * @param ascii - whether they are known to be all ASCII
 */
export function decodeText(bytes, start, end, view, ascii) {
    if (end - start <= SHORT_TEXT_BYTES && (ascii || isAscii(bytes, start, end)))
        return asciiString(bytes, start, end);
    const buffer = view === null ? bytes.buffer : view.buffer;
    const offset = view === null ? bytes.byteOffset : view.byteOffset;
    try {
        let text = '';
        let at = start;
        while (end - at > DECODE_BYTES) {
            const next = at + DECODE_BYTES - unfinishedUtf8Bytes(bytes, at, at + DECODE_BYTES);
            text += strictDecoder.decode(new Uint8Array(buffer, offset + at, next - at));
            at = next;
        }
        return text + strictDecoder.decode(new Uint8Array(buffer, offset + at, end - at));
    }
    catch {
        return undefined;
    }
}
/** What is decoded at a time: from the cache, 64 KiB by 64 KiB, 1 MiB of mixed text takes 3 ms, at once 5. */
const DECODE_BYTES = 0x1_0000;
function isAscii(bytes, start, end) {
    let seen = 0;
    for (let i = start; i < end; i++)
        seen |= bytes[i];
    return seen < 0x80;
}
/** Sixteen characters a call, because V8 makes the string of one call at once: 30 ns, where one by one takes 160. */
function asciiString(b, start, end) {
    const { fromCharCode } = String;
    let text = '';
    let i = start;
    for (; i + 15 < end; i += 16) {
        // biome-ignore format: two rows of eight
        text += fromCharCode(b[i], b[i + 1], b[i + 2], b[i + 3], b[i + 4], b[i + 5], b[i + 6], b[i + 7], b[i + 8], b[i + 9], b[i + 10], b[i + 11], b[i + 12], b[i + 13], b[i + 14], b[i + 15]);
    }
    for (; i + 3 < end; i += 4)
        text += fromCharCode(b[i], b[i + 1], b[i + 2], b[i + 3]);
    for (; i < end; i++)
        text += fromCharCode(b[i]);
    return text;
}
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
export function utf8Bytes(text) {
    let bytes = text.length;
    for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit < 0x80)
            continue;
        if (unit < 0x800)
            bytes++;
        else {
            bytes += 2;
            // A surrogate pair is two units and four bytes.
            if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1)))
                i++;
        }
    }
    return bytes;
}
const encoder = /* @__PURE__ */ new TextEncoder();
/** Up to here a loop over the characters beats the call of TextEncoder and the view it needs. */
const SHORT_STRING_UNITS = 48;
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
export function writeUtf8(text, target, at) {
    const end = writeAscii(text, target, at);
    if (end >= 0)
        return end;
    return at + encoder.encodeInto(text, target.subarray(at)).written;
}
/**
 * Writes a short ASCII text.
 *
 * @returns the index after the last byte written; -1 if the text is not ASCII or better left to {@link writeUtf8}
 */
export function writeAscii(text, target, at) {
    const units = text.length;
    if (units > SHORT_STRING_UNITS)
        return -1;
    for (let i = 0; i < units; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f)
            return -1;
        target[at + i] = unit;
    }
    return at + units;
}
/** A string longer than this is encoded into an array of its own: room for the worst case would be three times its size. */
export const LONG_STRING_UNITS = 1024;
/** The UTF-8 of a text in a fresh array; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text) {
    return encoder.encode(text);
}
/** Whether a UTF-16 unit is the first half of a pair. */
export function isHighSurrogate(unit) {
    return (unit & 0xfc00) === 0xd800;
}
function isLowSurrogate(unit) {
    return (unit & 0xfc00) === 0xdc00;
}
//# sourceMappingURL=text.js.map