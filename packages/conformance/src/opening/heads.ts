/**
 * HTTP/1.1 heads, read as the suite needs them: a head is recorded octet for octet, then taken
 * apart.
 */
import { createHash, randomBytes } from 'node:crypto';

/** A start line and header fields, in the order they came. */
export interface Head {
  readonly startLine: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Each octet a character, the empty line included. */
  readonly text: string;
}

/** More than this is no name, and results keep it many times. */
export const NAME_LENGTH: number = 200;
/** More than this is no head. */
const MAX_HEAD_BYTES = 256 * 1024;

/** Collects a head from chunks. */
export class HeadReader {
  #text = '';

  /** The octets so far, each a character. */
  get text(): string {
    return this.#text;
  }

  /**
   * Reads a chunk.
   *
   * @returns the head and the octets behind it; `too-large`; undefined while it is not complete
   */
  read(chunk: Uint8Array): { readonly head: Head; readonly rest: Uint8Array } | 'too-large' | undefined {
    const before = this.#text.length;
    this.#text += latin1(chunk);
    const end = this.#text.indexOf('\r\n\r\n', Math.max(before - 3, 0));
    if (end < 0) return this.#text.length > MAX_HEAD_BYTES ? 'too-large' : undefined;
    const text = this.#text.substring(0, end + 4);
    const rest = chunk.subarray(end + 4 - before);
    this.#text = text;
    return { head: parseHead(text), rest };
  }
}

function parseHead(text: string): Head {
  const [startLine = '', ...lines] = text.split('\r\n').filter((line) => line !== '');
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.substring(0, colon).toLowerCase(), line.substring(colon + 1).trim()];
  });
  return { startLine, fields, text };
}

/** All values of a field, in order. */
export function valuesOf(head: Head, name: string): string[] {
  return head.fields.filter(([field]) => field === name).map(([, value]) => value);
}

/** The name that an endpoint gives itself in a field of its head, of a sensible length. */
export function nameIn(head: Head, field: 'server' | 'user-agent'): string | undefined {
  return valuesOf(head, field)[0]?.substring(0, NAME_LENGTH);
}

/**
 * All elements of a list field, in order (RFC 9110 5.6.1). Commas within quotes are not expected
 * here.
 */
export function listOf(head: Head, name: string): string[] {
  return valuesOf(head, name).flatMap((value) =>
    value
      .split(',')
      .map((element) => element.trim())
      .filter((element) => element !== ''),
  );
}

/** Octets as characters, one each. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** Characters as octets; a code above 255 loses its upper bits. */
export function octetsOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** RFC 6455 4.1: 16 random octets in Base64. */
export function freshKey(): string {
  return randomBytes(16).toString('base64');
}

/** RFC 6455 4.2.2, step 5.4. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
