/**
 * The smallest parts of a head, beneath everything else: classes of characters, lists, latin1,
 * Base64, arrays of headers, UTF-8. Each scanner is a loop over the table of classes, so none can
 * backtrack and each is linear in its input.
 */

import { inWords, isStrings, requireStrings, requireType, usageError } from './errors.js';

// --- Classes of characters, a bit each in a table of 256 entries ---

/**
 * tchar, RFC 9110 5.6.2: the characters of names, methods, subprotocols and extension parameters.
 */
export const TOKEN = 1;

/** The characters of a header value, RFC 9110 5.5: HTAB, SP, visible ASCII and 8-bit bytes. */
export const FIELD = 2;

/** Visible ASCII, 21 to 7E. */
export const VISIBLE = 4;

/** 0-9, A-F, a-f. */
export const HEX = 8;

/** 0-9. */
export const DIGIT = 16;

/** reg-name, RFC 3986 3.2.2; a percent sign still needs its two digits checked. */
export const REG_NAME = 32;

/** The Base64 alphabet, without padding. */
export const BASE64 = 64;

/** The classes of each byte, or'ed. */
export const CLASSES: Uint8Array = /* @__PURE__ */ classify();

function classify(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bits: number): void => {
    for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)]! |= bits;
  };
  for (let code = 0; code < 256; code++) {
    if (code > 0x7f) table[code] = FIELD;
    else if (code > 0x20 && code < 0x7f) table[code] = FIELD | VISIBLE;
    const letter = code | 0x20;
    if (letter >= 0x61 && letter <= 0x7a && code < 0x7f) table[code]! |= TOKEN | REG_NAME | BASE64;
  }
  mark('\t ', FIELD);
  mark('0123456789', TOKEN | REG_NAME | BASE64 | DIGIT | HEX);
  mark('abcdefABCDEF', HEX);
  mark("!#$%&'*+-.^_`|~", TOKEN);
  mark("-._~!$&'()*+,;=%", REG_NAME);
  mark('+/', BASE64);
  return table;
}

/** Whether `text` is not empty and every character of it, before `end`, is of a class in `bits`. */
export function consistsOf(text: string, bits: number, end: number = text.length): boolean {
  for (let i = 0; i < end; i++) {
    if ((CLASSES[text.charCodeAt(i)]! & bits) === 0) return false; // past the table: undefined & bits is 0
  }
  return end > 0;
}

/**
 * ASCII case-insensitive comparison (RFC 6455 2.1) of `text` from `start` to `end` with the codes
 * of text in lower case: on V8 half the time of comparing with a string. Never Unicode folding:
 * U+212A is no k.
 */
export function equalsIgnoringCase(
  text: string,
  lower: Uint8Array,
  start = 0,
  end: number = text.length,
): boolean {
  const { length } = lower;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(start + i);
    const wanted = lower[i]!;
    if (code !== wanted && (code + 0x20 !== wanted || wanted < 0x61 || wanted > 0x7a)) return false;
  }
  return true;
}

/** The codes of text in lower case, for {@link equalsIgnoringCase}. */
export function lowerCodes(text: string): Uint8Array {
  return codesOf(text.toLowerCase());
}

/** The codes of text. */
export function codesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** `text` from `start` to `end` without the spaces and tabs around it (OWS, RFC 9110 5.6.3). */
export function trimmed(text: string, start: number, end: number): string {
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** SP or HTAB. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

// --- Lists: elements between commas, over any number of lines (RFC 9110 5.6.1) ---

/**
 * Empty elements ignored in one list, over all its lines. RFC 9110 5.6.1.2: "a reasonable number of
 * empty list elements: enough to handle common mistakes by senders that merge values, but not so
 * much that they could be used as a denial-of-service mechanism". A list with more cannot be read.
 */
export const MAX_EMPTY_ELEMENTS = 32;

/**
 * The elements of a list that may span several lines, trimmed, without empty ones; `undefined` if
 * too many of those are there.
 */
export function listElements(values: readonly string[]): string[] | undefined {
  const elements: string[] = [];
  let empty = 0;
  for (const value of values) {
    for (let start = 0; start <= value.length; ) {
      const comma = value.indexOf(',', start);
      const end = comma < 0 ? value.length : comma;
      const element = trimmed(value, start, end);
      if (element !== '') elements.push(element);
      else if (++empty > MAX_EMPTY_ELEMENTS) return undefined;
      start = end + 1;
    }
  }
  return elements;
}

/**
 * Whether a list can be read and has an element, its codes given in lower case, in any letter case.
 */
export function listHas(value: string | undefined, lower: Uint8Array): boolean {
  if (value === undefined) return false;
  // Mostly there is one element: comparing the value first saves taking it apart.
  if (equalsIgnoringCase(value, lower)) return true;
  return listElements([value])?.some((element) => equalsIgnoringCase(element, lower)) === true;
}

// --- Bytes and text ---

// Heads are latin1: a byte is a character, as Node's and fetch's header strings have it.
// TextDecoder has no such encoding (its "latin1" is windows-1252), but is ten times faster than
// String.fromCharCode where the bytes are ASCII, as mostly.

// UTF-8, of which ASCII is a part. Not every engine has one.
const decoder: TextDecoder | undefined = /* @__PURE__ */ createDecoder();

function createDecoder(): TextDecoder | undefined {
  return typeof TextDecoder === 'function' ? new TextDecoder() : undefined;
}

/** Arguments of one call, well below any engine's limit. */
const SLICE = 4096;

/** Bytes as text, one character a byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = decoder?.decode(bytes);
  // Bytes past ASCII make fewer characters than bytes, or the replacement character.
  if (text?.length === bytes.length && !text.includes('\ufffd')) return text;
  text = '';
  for (let start = 0; start < bytes.length; start += SLICE) {
    text += String.fromCharCode(...bytes.subarray(start, start + SLICE));
  }
  return text;
}

/**
 * Bytes in memory of their own, which is not shared: `Uint8Array<ArrayBuffer>`, written so that
 * TypeScript before 5.7, where `Uint8Array` is not generic, understands it.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/**
 * Adds the first `count` bytes of `chunk` to the `length` that `buffer` holds, and returns the
 * buffer that holds them all: another, twice as large, where there was no room, so that copying is
 * linear in the bytes kept. It never grows past `limit` bytes, which the caller keeps to.
 */
export function append(
  buffer: OwnBytes,
  length: number,
  chunk: Uint8Array,
  count: number,
  limit: number,
): OwnBytes {
  let target = buffer;
  if (length + count > buffer.length) {
    target = new Uint8Array(Math.min(Math.max(1024, 2 * (length + count)), limit));
    target.set(buffer.subarray(0, length));
  }
  target.set(count < chunk.length ? chunk.subarray(0, count) : chunk, length);
  return target;
}

// --- Base64 ---

const PAD = 0x3d;

const ALPHABET: Uint8Array = /* @__PURE__ */ codesOf(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
);

// Kept between calls, each of which writes before it reads.
const codes: number[] = /* @__PURE__ */ Array(28).fill(PAD);

/**
 * Base64 of RFC 4648 section 4, padded, of up to 20 bytes: a handshake has 16 or 20. One call makes
 * the text of all characters, which is then flat: on V8 a third of the time of putting it together
 * from pieces.
 */
export function encodeBase64(bytes: Uint8Array): string {
  const { length } = bytes;
  let at = 0;
  for (let i = 0; i < length; i += 3) {
    // A read past the end is undefined, and 0 once shifted.
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    codes[at++] = ALPHABET[group >> 18]!;
    codes[at++] = ALPHABET[(group >> 12) & 63]!;
    codes[at++] = i + 1 < length ? ALPHABET[(group >> 6) & 63]! : PAD;
    codes[at++] = i + 2 < length ? ALPHABET[group & 63]! : PAD;
  }
  return String.fromCharCode(...codes).slice(0, at);
}

// --- Arrays of headers ---

/**
 * Headers as a flat array of names and values in turn, in the order and letter case of the wire:
 * Node's `rawHeaders`. A repeated header is simply there twice.
 */
export type RawHeaders = readonly string[];

/**
 * Headers a caller gives: pairs of name and value, so an array of pairs, a `Map` or a `Headers`
 * object.
 */
export type HeaderPairs = Iterable<readonly [name: string, value: string]>;

/**
 * Every value of one header, in order (RFC 9110 5.3).
 *
 * @param headers - a flat array of names and values
 * @param name - the header's name, in any letter case
 * @returns the values; empty if the header is absent
 * @throws TypeError (`ARGUMENT_INVALID`) for anything but an array of strings and a string
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { headerValues } from '@sanssocket/handshake/values';
 *
 * assert.deepEqual(headerValues(['Cookie', 'a=1', 'Host', 'example', 'cookie', 'b=2'], 'Cookie'), ['a=1', 'b=2']);
 * ```
 */
export function headerValues(headers: RawHeaders, name: string): string[] {
  requireStrings('headers', headers);
  requireType('the name of a header', name, 'string');
  const lower = lowerCodes(name);
  const values: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (equalsIgnoringCase(headers[i]!, lower)) values.push(headers[i + 1]!);
  }
  return values;
}

/**
 * Pairs as a flat array, for the functions over parsed heads.
 *
 * @param headers - pairs of name and value, for instance a fetch `Headers` object
 * @throws TypeError (`HEADER_INVALID`) for anything but pairs of strings: for a plain object, too
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { flattenHeaders } from '@sanssocket/handshake/values';
 *
 * assert.deepEqual(flattenHeaders(new Headers({ Host: 'example' })), ['host', 'example']);
 * ```
 */
export function flattenHeaders(headers: HeaderPairs): string[] {
  const isIterable = typeof headers === 'object' && typeof headers?.[Symbol.iterator] === 'function';
  if (!isIterable) throw noPairs(headers);
  const flat: string[] = [];
  for (const pair of headers) {
    if (!isStrings(pair) || pair.length !== 2) throw noPairs(pair);
    flat.push(pair[0]!, pair[1]!);
  }
  return flat;
}

function noPairs(got: unknown): Error {
  const wanted = 'headers are pairs of name and value, both strings';
  return usageError(
    TypeError,
    'HEADER_INVALID',
    `${wanted}: an array of pairs, a Map or Headers, not ${inWords(got)}`,
  );
}

/** Throws TypeError unless `text` is a token (RFC 9110 5.6.2). */
export function checkToken(text: string): void {
  if (typeof text !== 'string' || !consistsOf(text, TOKEN))
    throw usageError(TypeError, 'HEADER_INVALID', `not a token (RFC 9110 5.6.2): ${inWords(text)}`);
}

/**
 * Throws TypeError unless `text` may stand in a head after a name or a status (RFC 9110 5.5): no
 * CR, LF, NUL, no text past latin1.
 */
export function checkValue(text: string): void {
  if (typeof text !== 'string' || (text !== '' && !consistsOf(text, FIELD))) {
    throw usageError(
      TypeError,
      'HEADER_INVALID',
      `may not stand in a header (RFC 9110 5.5): ${inWords(text)}`,
    );
  }
}

/**
 * A text as UTF-8; a lone surrogate becomes U+FFFD. Engines without a `TextEncoder` get the same from
 * here.
 */
export function encodeUtf8(text: string): OwnBytes {
  if (typeof TextEncoder === 'function') return new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    // A surrogate stands alone here: a pair is one character.
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    let more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    // The first byte has a one for each byte of the character, if there are several.
    bytes.push((more > 0 ? (0xff80 >> more) & 0xff : 0) | (point >> (6 * more)));
    while (more-- > 0) bytes.push(0x80 | ((point >> (6 * more)) & 0x3f));
  }
  return Uint8Array.from(bytes);
}
