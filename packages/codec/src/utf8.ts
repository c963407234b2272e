/**
 * UTF-8 of text (RFC 6455 8.1, RFC 3629): validated incrementally, decoded once, encoded straight into the output.
 */

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
 * import { UTF8_BOUNDARY, validateUtf8 } from '@sanssocket/codec';
 *
 * const euro = Uint8Array.of(0xe2, 0x82, 0xac);
 * const state = validateUtf8(euro, 0, 2, UTF8_BOUNDARY);
 * assert.notEqual(state, UTF8_BOUNDARY); // cut in the middle of a character
 * assert.equal(validateUtf8(euro, 2, 3, state), UTF8_BOUNDARY);
 * assert.equal(~validateUtf8(Uint8Array.of(0x41, 0xed, 0xa0), 0, 3, UTF8_BOUNDARY), 2); // a surrogate
 * ```
 */
export function validateUtf8(bytes: Uint8Array, start: number, end: number, state: number): number {
  // A state holds what may come next: bits 0-7 and 8-15 the least and greatest next byte, bits 16-17 how many more bytes
  // the character needs.
  let i = start;
  let expected = state;
  for (;;) {
    while (expected !== UTF8_BOUNDARY) {
      if (i === end) return expected;
      const byte = bytes[i]!;
      if (byte < (expected & 0xff) || byte > ((expected >>> 8) & 0xff)) return -1 - i;
      i++;
      // After its second byte a character needs plain continuation bytes, 80 to BF.
      const needed = (expected >>> 16) - 1;
      expected = needed === 0 ? UTF8_BOUNDARY : (needed << 16) | 0xbf80;
    }
    i = skipAscii(bytes, i, end);
    if (i === end) return UTF8_BOUNDARY;
    expected = afterLead(bytes[i]!);
    if (expected === UTF8_BOUNDARY) return -1 - i;
    i++;
  }
}

/**
 * What must follow the lead byte of a character (The Unicode Standard, table 3-7); {@link UTF8_BOUNDARY} for a byte that
 * leads none.
 */
function afterLead(lead: number): number {
  if (lead < 0xc2) return UTF8_BOUNDARY; // a continuation byte, or the overlong C0 and C1
  if (lead < 0xe0) return 0x1_bf80;
  if (lead < 0xf0) {
    if (lead === 0xe0) return 0x2_bfa0; // E0 80..9F would be overlong
    if (lead === 0xed) return 0x2_9f80; // ED A0..BF would be a surrogate
    return 0x2_bf80;
  }
  if (lead === 0xf0) return 0x3_bf90; // F0 80..8F would be overlong
  if (lead < 0xf4) return 0x3_bf80;
  if (lead === 0xf4) return 0x3_8f80; // F4 90..BF would be above U+10FFFF
  return UTF8_BOUNDARY;
}

/** Index of the first byte that is not ASCII; eight at a time, 3 times as fast as one by one. */
function skipAscii(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    const seen =
      bytes[i]! |
      bytes[i + 1]! |
      bytes[i + 2]! |
      bytes[i + 3]! |
      bytes[i + 4]! |
      bytes[i + 5]! |
      bytes[i + 6]! |
      bytes[i + 7]!;
    if (seen > 0x7f) break;
  }
  while (i < end && bytes[i]! < 0x80) i++;
  return i;
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
 * import { unfinishedUtf8Bytes } from '@sanssocket/codec';
 *
 * assert.equal(unfinishedUtf8Bytes(Uint8Array.of(0x61, 0xe2, 0x82), 0, 3), 2);
 * assert.equal(unfinishedUtf8Bytes(Uint8Array.of(0x61, 0xc3, 0xa9), 0, 3), 0);
 * ```
 */
export function unfinishedUtf8Bytes(bytes: Uint8Array, start: number, end: number): number {
  for (let length = 1; length <= 3 && end - length >= start; length++) {
    const byte = bytes[end - length]!;
    if (byte < 0x80) return 0;
    // The lead byte says how long the character is.
    if (byte >= 0xc0) return length < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? length : 0;
  }
  return 0;
}

// ignoreBOM keeps a byte-order mark, which is part of the text (advisory U15).
const strictDecoder: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Up to here a loop over the characters beats the call of TextDecoder and the view it needs. */
const SHORT_TEXT_BYTES = 24;

/**
 * Decodes and validates a whole text in one pass.
 *
 * @param bytes - where it stands
 * @param start - index of its first byte
 * @param end - index after its last
 * @returns the text, a leading byte-order mark included; undefined if it is not valid UTF-8 ({@link validateUtf8} tells where)
 *
 * RFC 6455 5.6, 8.1.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { decodeUtf8 } from '@sanssocket/codec';
 *
 * assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 0, 4), '\uFEFFa');
 * assert.equal(decodeUtf8(Uint8Array.of(0xff), 0, 1), undefined);
 * ```
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= SHORT_TEXT_BYTES) {
    let text = '';
    let i = start;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte > 0x7f) break;
      text += String.fromCharCode(byte);
    }
    if (i === end) return text;
  }
  try {
    return strictDecoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start));
  } catch {
    return undefined;
  }
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
 * import { utf8Bytes } from '@sanssocket/codec';
 *
 * assert.deepEqual(['a', 'é', '€', '😀', '\ud800'].map(utf8Bytes), [1, 2, 3, 4, 3]);
 * ```
 */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes++;
    else {
      bytes += 2;
      // A surrogate pair is two units and four bytes.
      if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) i++;
    }
  }
  return bytes;
}

const encoder: TextEncoder = /* @__PURE__ */ new TextEncoder();

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
 * import { writeUtf8 } from '@sanssocket/codec';
 *
 * const target = new Uint8Array(8);
 * assert.equal(writeUtf8('€', target, 1), 4);
 * assert.deepEqual([...target.subarray(1, 4)], [0xe2, 0x82, 0xac]);
 * ```
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  const units = text.length;
  if (units <= SHORT_STRING_UNITS) {
    let i = 0;
    for (; i < units; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) break;
      target[at + i] = unit;
    }
    if (i === units) return at + i;
  }
  return at + encoder.encodeInto(text, target.subarray(at)).written;
}

/** A string longer than this is encoded into an array of its own: room for the worst case would be three times its size. */
export const LONG_STRING_UNITS = 1024;

/** The UTF-8 of a text in a fresh array; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Whether a UTF-16 unit is the first half of a pair. */
export function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
