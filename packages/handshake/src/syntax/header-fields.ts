import { consistsOf, equalsIgnoringCase, FIELD, lowerCodes, TOKEN } from './characters.js';
import { inWords, misuse } from './misuse.js';
import { isStrings, requireStrings, requireType } from './options.js';

/**
 * Headers as a flat array of names and values in turn, in the order and letter case of the wire: what Node calls
 * `rawHeaders`. A repeated header is simply there twice.
 */
export type RawHeaders = readonly string[];

/**
 * Headers a caller gives: pairs of name and value, so an array of pairs, a `Map` or a `Headers` object.
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
 * @throws TypeError (`HEADER_INVALID`) for what is no pairs of strings, as a plain object
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
  return misuse(
    TypeError,
    'HEADER_INVALID',
    `${wanted}: an array of pairs, a Map or Headers, not ${inWords(got)}`,
  );
}

// The headers the handshake writes itself; a second one from the caller would contradict it.
const OWN = ['host', 'upgrade', 'connection', 'content-length', 'transfer-encoding', 'origin'];

/** A caller's headers, flat; throws TypeError for a header that is the handshake's own or not safe to write. */
export function checkedHeaders(headers: HeaderPairs | undefined): string[] {
  if (headers === undefined) return [];
  const flat = flattenHeaders(headers);
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    checkToken(name);
    checkValue(flat[i + 1]!);
    const lower = name.toLowerCase();
    if (OWN.includes(lower) || lower.startsWith('sec-websocket-')) {
      throw misuse(TypeError, 'HEADER_INVALID', `the header ${name} is written by the handshake itself`);
    }
  }
  return flat;
}

/** Throws TypeError unless `text` is a token (RFC 9110 5.6.2). */
export function checkToken(text: string): void {
  if (typeof text !== 'string' || !consistsOf(text, TOKEN))
    throw misuse(TypeError, 'HEADER_INVALID', `not a token (RFC 9110 5.6.2): ${inWords(text)}`);
}

/** Throws TypeError unless `text` may stand in a head after a name or a status (RFC 9110 5.5): no CR, LF, NUL, no text past latin1. */
export function checkValue(text: string): void {
  if (typeof text !== 'string' || (text !== '' && !consistsOf(text, FIELD))) {
    throw misuse(TypeError, 'HEADER_INVALID', `may not stand in a header (RFC 9110 5.5): ${inWords(text)}`);
  }
}
