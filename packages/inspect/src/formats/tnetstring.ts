/**
 * Tagged netstrings: `5:hello,` is five bytes, `3:101#` a number; lists and dictionaries hold others.
 */

import { copyOf } from '../model/bytes.js';

/** A value: bytes are those of `,`, a string that of `;`. */
export type Tagged =
  | Uint8Array
  | string
  | number
  | boolean
  | null
  | readonly Tagged[]
  | ReadonlyMap<string, Tagged>;

/** Deeper values are none of a flow. */
const MAX_DEPTH = 32;

/** Digits of a length. */
const MAX_DIGITS = 12;

const COLON = 0x3a;

/**
 * The length of the value that begins at a byte, and the place behind it.
 *
 * @returns undefined if the bytes end before it is told
 * @throws SyntaxError for anything else
 */
export function lengthAt(
  bytes: Uint8Array,
  at: number,
): { readonly start: number; readonly length: number } | undefined {
  let length = 0;
  for (let index = at; index < bytes.length; index++) {
    const byte = bytes[index]!;
    if (byte === COLON && index > at) return { start: index + 1, length };
    if (byte < 0x30 || byte > 0x39 || index - at >= MAX_DIGITS) throw new SyntaxError('no length');
    length = length * 10 + byte - 0x30;
  }
  return undefined;
}

/**
 * Parses one value.
 *
 * @throws SyntaxError if it is not well-formed
 */
export function parseTagged(bytes: Uint8Array): Tagged {
  const [value, end] = parse(bytes, 0, bytes.length, 0);
  if (end !== bytes.length) throw new SyntaxError('bytes behind the value');
  return value;
}

function parse(bytes: Uint8Array, at: number, limit: number, depth: number): readonly [Tagged, number] {
  const head = lengthAt(bytes, at);
  if (head === undefined || depth > MAX_DEPTH) throw new SyntaxError('no value');
  const { start } = head;
  const end = start + head.length;
  if (end >= limit) throw new SyntaxError('a value is longer than what holds it');
  return [taggedOf(bytes, start, end, depth), end + 1];
}

function taggedOf(bytes: Uint8Array, start: number, end: number, depth: number): Tagged {
  const text = (): string => new TextDecoder().decode(bytes.subarray(start, end));
  switch (String.fromCharCode(bytes[end]!)) {
    case ',':
      return copyOf(bytes, start, end);
    case ';':
      return text();
    case '#':
    case '^':
      return Number(text());
    case '!':
      return text() === 'true';
    case '~':
      return null;
    case ']':
      return listOf(bytes, start, end, depth);
    case '}': {
      const list = listOf(bytes, start, end, depth);
      if (list.length % 2 !== 0) throw new SyntaxError('a name without a value');
      const members = new Map<string, Tagged>();
      for (let at = 0; at < list.length; at += 2) {
        const name = list[at];
        if (typeof name !== 'string' && !(name instanceof Uint8Array)) throw new SyntaxError('no name');
        members.set(typeof name === 'string' ? name : new TextDecoder().decode(name), list[at + 1]!);
      }
      return members;
    }
    default:
      throw new SyntaxError('an unknown tag');
  }
}

function listOf(bytes: Uint8Array, start: number, end: number, depth: number): Tagged[] {
  const list: Tagged[] = [];
  for (let at = start; at < end; ) {
    const [value, next] = parse(bytes, at, end, depth + 1);
    list.push(value);
    at = next;
  }
  return list;
}
