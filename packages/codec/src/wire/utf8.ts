/**
 * Text as UTF-8 (RFC 6455 5.6, 8.1, RFC 3629). In reading order: the validator, which takes text
 * as it comes; a codec in JavaScript for engines without a strict `TextDecoder` or without
 * `TextEncoder`; whole texts decoded in one pass; strings encoded straight into the output.
 */

import { type OwnBytes, usageError } from './errors.js';

/**
 * State of the validator between characters: the value to start with, and the only one a text may
 * end in.
 */
export const UTF8_BOUNDARY = 0;

/**
 * Validates the next bytes of a text. Rejects at the first byte that cannot be right: overlong
 * forms, surrogates and code points above U+10FFFF already at their second byte.
 *
 * @param bytes - where the next bytes stand
 * @param start - index of the first
 * @param end - index after the last
 * @param state - the value that the call for the bytes before returned; {@link UTF8_BOUNDARY} at
 * the start of a text
 * @returns the state after these bytes, 0 or more, to be given to the next call:
 * {@link UTF8_BOUNDARY} if they end with a whole character. When a byte cannot be right, `-1 - i`
 * where `i` is its index: `~result` gives it back.
 *
 * The arguments are not checked, for speed.
 *
 * RFC 6455 8.1; RFC 3629 section 4.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { UTF8_BOUNDARY, validateUtf8 } from '@sanssocket/codec/frames';
 *
 * const euro = Uint8Array.of(0xe2, 0x82, 0xac);
 * const state = validateUtf8(euro, 0, 2, UTF8_BOUNDARY);
 * assert.notEqual(state, UTF8_BOUNDARY); // cut in the middle of a character
 * assert.equal(validateUtf8(euro, 2, 3, state), UTF8_BOUNDARY);
 * assert.equal(~validateUtf8(Uint8Array.of(0x41, 0xed, 0xa0), 0, 3, UTF8_BOUNDARY), 2); // a surrogate
 * ```
 */
export function validateUtf8(bytes: Uint8Array, start: number, end: number, state: number): number {
  // A state tells which bytes may come next: bits 0-7 and 8-15 the least and greatest next byte,
  // bits 16-17 how many more bytes the character needs.
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
    const needed = expected >>> 16;
    if (end - i < needed) continue;
    // The rest of the character is there: the same checks without the state, twice as fast.
    const second = bytes[i]!;
    if (second < (expected & 0xff) || second > ((expected >>> 8) & 0xff)) return -1 - i;
    if (needed > 1 && (bytes[i + 1]! & 0xc0) !== 0x80) return -2 - i;
    if (needed > 2 && (bytes[i + 2]! & 0xc0) !== 0x80) return -3 - i;
    i += needed;
    expected = UTF8_BOUNDARY;
  }
}

/**
 * The state after the lead byte of a character (The Unicode Standard, table 3-7);
 * {@link UTF8_BOUNDARY} for a byte that leads none.
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

/** The result of a search that finds nothing wrong with a text. */
export const VALID = -1;

/** The result for a text that is valid, but longer than the runtime's strings can be. */
export const TOO_LONG = -2;

/**
 * The index of the first wrong byte, or after the last one if one is missing (RFC 6455 8.1);
 * {@link VALID} if none is.
 */
export function invalidIndex(bytes: Uint8Array, start: number, end: number): number {
  const state = validateUtf8(bytes, start, end, UTF8_BOUNDARY);
  return state === UTF8_BOUNDARY ? VALID : state < 0 ? ~state : end;
}

/** @throws TypeError for bytes that are no text */
export function requireUtf8(bytes: Uint8Array, start: number, end: number): void {
  const invalid = invalidIndex(bytes, start, end);
  if (invalid === VALID) return;
  throw usageError(
    TypeError,
    'INVALID_UTF8',
    `a text is UTF-8 (RFC 6455 8.1): wrong at byte ${invalid - start}`,
  );
}

/**
 * How many bytes of an unfinished character stand at the end of valid text: 0 to 3.
 *
 * @param bytes - valid text that may end inside a character
 * @param start - index of its first byte
 * @param end - index after its last
 * @returns the number of bytes to hold back so that the rest ends with a whole character; never
 * more than `end - start`
 *
 * RFC 3629 section 3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { unfinishedUtf8Bytes } from '@sanssocket/codec/frames';
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

// UTF-8 in JavaScript

/** Units in one call of `String.fromCharCode`, well below any engine's limit of arguments. */
const SLICE_UNITS = 4096;

/**
 * Decodes a whole text, a leading byte-order mark included.
 *
 * @throws TypeError if it is not valid UTF-8, as a strict `TextDecoder`; RangeError if no string
 * is that long
 */
export function decodeOwn(bytes: Uint8Array): string {
  if (invalidIndex(bytes, 0, bytes.length) !== VALID) throw new TypeError('not UTF-8');
  const units = new Uint16Array(Math.min(bytes.length, SLICE_UNITS));
  let text = '';
  let length = 0;
  for (let i = 0; i < bytes.length; ) {
    // The lead byte says how long the character is, and the bytes are known to be right.
    const lead = bytes[i++]!;
    if (lead < 0x80) units[length++] = lead;
    else if (lead < 0xe0) units[length++] = ((lead & 0x1f) << 6) | (bytes[i++]! & 0x3f);
    else if (lead < 0xf0)
      units[length++] = ((lead & 0xf) << 12) | ((bytes[i++]! & 0x3f) << 6) | (bytes[i++]! & 0x3f);
    else {
      const high = ((lead & 7) << 18) | ((bytes[i++]! & 0x3f) << 12);
      const point = high | ((bytes[i++]! & 0x3f) << 6) | (bytes[i++]! & 0x3f);
      units[length++] = 0xd7c0 + (point >> 10);
      units[length++] = 0xdc00 | (point & 0x3ff);
    }
    // A character is two units at most.
    if (length > units.length - 2 || i === bytes.length) {
      text += String.fromCharCode(...units.subarray(0, length));
      length = 0;
    }
  }
  return text;
}

/**
 * Writes as many whole characters of a text as there is room for, as UTF-8; a lone surrogate becomes
 * U+FFFD.
 *
 * @returns how many UTF-16 units were read, and how many bytes written
 */
export function encodeOwn(text: string, target: Uint8Array): { read: number; written: number } {
  let at = 0;
  let read = 0;
  for (let i = 0; i < text.length; read = ++i) {
    let point = text.charCodeAt(i);
    if (isHighSurrogate(point) && isLowSurrogate(text.charCodeAt(i + 1)))
      point = 0x10000 + ((point & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
    else if ((point & 0xf800) === 0xd800) point = 0xfffd;
    if (at + (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4) > target.length) break;
    if (point < 0x80) {
      target[at++] = point;
      continue;
    }
    if (point < 0x800) target[at++] = 0xc0 | (point >> 6);
    else {
      if (point < 0x10000) target[at++] = 0xe0 | (point >> 12);
      else {
        target[at++] = 0xf0 | (point >> 18);
        target[at++] = 0x80 | ((point >> 12) & 0x3f);
      }
      target[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    target[at++] = 0x80 | (point & 0x3f);
  }
  return { read, written: at };
}

/** Whether a UTF-16 unit is the first half of a pair. */
export function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** Whether a UTF-16 unit is the second half of a pair. */
function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}

// Bytes to strings

const strictDecoder: Pick<TextDecoder, 'decode'> = /* @__PURE__ */ createDecoder();

/**
 * The platform's decoder if it is strict and keeps a byte-order mark: some engines have none,
 * refuse the options or ignore them.
 */
function createDecoder(): Pick<TextDecoder, 'decode'> {
  try {
    // A byte-order mark is part of the text, and only `ignoreBOM` makes the decoder keep it.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    if (decoder.fatal && decoder.ignoreBOM) return decoder;
  } catch {}
  return { decode: decodeOwn };
}

/**
 * Up to here `String.fromCharCode` beats `TextDecoder`, which costs 95 ns with the view it needs:
 * ASCII of 4, 16, 32 bytes takes 18, 30, 60 ns.
 */
const SHORT_TEXT_BYTES = 32;

/**
 * Decodes and validates a whole text in one pass.
 *
 * @param bytes - where it stands
 * @param start - index of its first byte
 * @param end - index after its last
 * @returns the text, a leading byte-order mark included; undefined if it is not valid UTF-8
 * ({@link validateUtf8} tells where), or if it is and no string of the runtime's is that long
 *
 * The arguments are not checked, for speed.
 *
 * RFC 6455 5.6, 8.1.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { decodeUtf8 } from '@sanssocket/codec/frames';
 *
 * assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 0, 4), '\uFEFFa');
 * assert.equal(decodeUtf8(Uint8Array.of(0xff), 0, 1), undefined);
 * ```
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  return decodeText(bytes, start, end, null, false);
}

/**
 * As {@link decodeUtf8}, for bytes of which more is known.
 *
 * @param view - a view of `bytes`, if there is one: it names their memory in 2 ns, where an array
 * takes 20
 * @param ascii - whether they are known to be all ASCII
 */
export function decodeText(
  bytes: Uint8Array,
  start: number,
  end: number,
  view: DataView | null,
  ascii: boolean,
): string | undefined {
  if (end - start <= SHORT_TEXT_BYTES && (ascii || isAscii(bytes, start, end)))
    return asciiString(bytes, start, end);
  try {
    return decodeRange(bytes, start, end, view);
  } catch {
    return undefined;
  }
}

/** As {@link decodeText}, for bytes that are known to be all ASCII. */
export function asciiText(bytes: Uint8Array, start: number, end: number, view: DataView): string {
  return end - start <= SHORT_TEXT_BYTES
    ? asciiString(bytes, start, end)
    : decodeRange(bytes, start, end, view);
}

function decodeRange(bytes: Uint8Array, start: number, end: number, view: DataView | null): string {
  const buffer = view === null ? bytes.buffer : view.buffer;
  const offset = view === null ? bytes.byteOffset : view.byteOffset;
  return strictDecoder.decode(new Uint8Array(buffer, offset + start, end - start));
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let seen = 0;
  for (let i = start; i < end; i++) seen |= bytes[i]!;
  return seen < 0x80;
}

/**
 * Sixteen characters a call, because V8 makes the string of one call at once: 30 ns, where one by
 * one takes 160.
 */
function asciiString(b: Uint8Array, start: number, end: number): string {
  const { fromCharCode } = String;
  let text = '';
  let i = start;
  for (; i + 15 < end; i += 16) {
    // biome-ignore format: two rows of eight
    text += fromCharCode(
      b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!, b[i + 4]!, b[i + 5]!, b[i + 6]!, b[i + 7]!,
      b[i + 8]!, b[i + 9]!, b[i + 10]!, b[i + 11]!, b[i + 12]!, b[i + 13]!, b[i + 14]!, b[i + 15]!,
    );
  }
  for (; i + 3 < end; i += 4) text += fromCharCode(b[i]!, b[i + 1]!, b[i + 2]!, b[i + 3]!);
  for (; i < end; i++) text += fromCharCode(b[i]!);
  return text;
}

// Strings to bytes
/**
 * How many bytes a text takes in UTF-8; a lone surrogate counts as U+FFFD, 3 bytes.
 *
 * @param text - any string
 *
 * The arguments are not checked, for speed.
 *
 * RFC 6455 5.6.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { utf8Bytes } from '@sanssocket/codec/frames';
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

const encoder: Pick<TextEncoder, 'encode' | 'encodeInto'> = /* @__PURE__ */ createEncoder();

/** The platform's encoder, or ours. */
function createEncoder(): Pick<TextEncoder, 'encode' | 'encodeInto'> {
  if (typeof TextEncoder === 'function' && typeof TextEncoder.prototype.encodeInto === 'function')
    return new TextEncoder();
  return {
    encode(text = '') {
      const bytes = new Uint8Array(utf8Bytes(text));
      encodeOwn(text, bytes);
      return bytes;
    },
    encodeInto: encodeOwn,
  };
}

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
 * The arguments are not checked, for speed.
 *
 * RFC 6455 5.6.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { writeUtf8 } from '@sanssocket/codec/frames';
 *
 * const target = new Uint8Array(8);
 * assert.equal(writeUtf8('€', target, 1), 4);
 * assert.deepEqual([...target.subarray(1, 4)], [0xe2, 0x82, 0xac]);
 * ```
 */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  const end = text.length > SHORT_STRING_UNITS ? -1 : writeAscii(text, target, at);
  return end >= 0 ? end : at + encoder.encodeInto(text, target.subarray(at)).written;
}

/**
 * Writes a text as UTF-8 in as much room as ASCII takes, which most texts are.
 *
 * @param end - index after the last byte that may be written
 * @returns the index after the last byte written; -1 if there is not enough room
 */
export function writeText(text: string, target: Uint8Array, at: number, end: number): number {
  if (text.length <= SHORT_STRING_UNITS && text.length === end - at) return writeAscii(text, target, at);
  const { read, written } = encodeInto(text, target, at, end);
  return read === text.length ? at + written : -1;
}

/**
 * Writes as many whole characters of a text as there is room for.
 *
 * @returns how many UTF-16 units were read, and how many bytes written
 */
export function encodeInto(
  text: string,
  target: Uint8Array,
  at: number,
  end: number,
): { read: number; written: number } {
  return encoder.encodeInto(text, new Uint8Array(target.buffer, target.byteOffset + at, end - at));
}

/**
 * Writes a short ASCII text.
 *
 * @returns the index after the last byte written; -1 if the text is not ASCII or better left to
 * the platform's encoder
 */
function writeAscii(text: string, target: Uint8Array, at: number): number {
  const units = text.length;
  for (let i = 0; i < units; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return -1;
    target[at + i] = unit;
  }
  return at + units;
}

/**
 * Writes a short ASCII text, masked, four characters at a time: 16 take 20 ns less than to be
 * written one by one and masked where they stand.
 *
 * @param key - 0 for a text that is not masked
 * @returns false if the text is not ASCII, or better left to the platform's encoder; bytes may have
 * been written then
 */
export function writeMaskedAscii(text: string, target: DataView, at: number, key: number): boolean {
  const units = text.length;
  if (units > SHORT_STRING_UNITS) return false;
  let i = 0;
  for (const last = units - 3; i < last; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    if ((a | b | c | d) > 0x7f) return false;
    target.setInt32(at + i, (a | (b << 8) | (c << 16) | (d << 24)) ^ key, true);
  }
  for (let rest = key; i < units; i++, rest >>>= 8) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    target.setUint8(at + i, unit ^ rest);
  }
  return true;
}

/**
 * Of a text up to this long that is not ASCII the bytes are counted, so that it can be encoded where
 * it goes; a longer one is encoded into an array of its own.
 */
export const COUNTED_UNITS = 1024;

/** The UTF-8 of a text in a fresh array; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): OwnBytes {
  return encoder.encode(text);
}
