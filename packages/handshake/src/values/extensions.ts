import { CLASSES, consistsOf, isBlank, TOKEN } from '../syntax/characters.js';
import { checkToken } from '../syntax/header-fields.js';
import { MAX_EMPTY_ELEMENTS } from '../syntax/list.js';
import { inWords, misuse } from '../syntax/misuse.js';
import { requireStrings } from '../syntax/options.js';

/**
 * One parameter of an extension (RFC 6455 9.1).
 */
export interface ExtensionParameter {
  readonly name: string;
  /** `undefined` for a parameter without a value. Quoted or not on the wire makes no difference. */
  readonly value: string | undefined;
}

/**
 * One element of `Sec-WebSocket-Extensions`: an extension and its parameters, in order, repeats kept.
 */
export interface ExtensionOffer {
  readonly name: string;
  readonly parameters: readonly ExtensionParameter[];
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads `Sec-WebSocket-Extensions` by the grammar of RFC 6455 9.1, in one pass. Lines of a repeated header are one list
 * (9.1, 11.3.2). Up to 32 empty elements are ignored (RFC 9110 5.6.1.2). Malformed are a list without any other element, and
 * a quoted value that is no token once unescaped.
 *
 * @param values - the header's values, one a line
 * @returns the elements in order; `undefined` if any of it is malformed
 * @throws TypeError (`ARGUMENT_INVALID`) for anything but an array of strings
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseExtensions } from '@sanssocket/handshake/values';
 *
 * assert.deepEqual(parseExtensions(['foo; bar="1"; baz, qux']), [
 *   { name: 'foo', parameters: [{ name: 'bar', value: '1' }, { name: 'baz', value: undefined }] },
 *   { name: 'qux', parameters: [] },
 * ]);
 * assert.equal(parseExtensions(['foo; bar="1']), undefined);
 * ```
 */
export function parseExtensions(values: readonly string[]): ExtensionOffer[] | undefined {
  requireStrings('the values of a header, one a line', values);
  const offers = readExtensions(values);
  // 9.1: 1#extension, to which empty elements do not contribute. RFC 9110 5.6.1.2.
  return offers?.length === 0 && values.length > 0 ? undefined : offers;
}

/** {@link parseExtensions}, which takes a list without any element for none. */
export function readExtensions(values: readonly string[]): ExtensionOffer[] | undefined {
  const offers: ExtensionOffer[] = [];
  empty = 0;
  for (const value of values) {
    text = value;
    at = 0;
    const isRight = readOffers(offers);
    text = ''; // nothing of a head is kept
    if (!isRight) return undefined;
  }
  return offers;
}

// The line being read, how far, and the empty elements so far: for the functions below, which call nothing else. Each leaves
// `at` behind what it read and the blanks after it, and gives '' for what is no token.
let text = '';
let at = 0;
let empty = 0;

function readOffers(offers: ExtensionOffer[]): boolean {
  do {
    const name = readToken();
    if (name === '') {
      if (at < text.length && text.charCodeAt(at) !== COMMA) return false;
      if (++empty > MAX_EMPTY_ELEMENTS) return false;
      continue;
    }
    const parameters: ExtensionParameter[] = [];
    while (take(SEMICOLON)) {
      const parameter = readToken();
      if (parameter === '') return false;
      let value: string | undefined;
      if (take(EQUALS)) {
        skipBlanks();
        value = take(QUOTE) ? readQuoted() : readToken();
        if (value === '') return false;
      }
      parameters.push({ name: parameter, value });
    }
    offers.push({ name, parameters });
  } while (take(COMMA));
  return at === text.length;
}

function take(code: number): boolean {
  if (at === text.length || text.charCodeAt(at) !== code) return false;
  at++;
  return true;
}

function skipBlanks(): void {
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
}

function readToken(): string {
  skipBlanks();
  const start = at;
  // A look past the end would cost as much as all the rest.
  while (at < text.length && (CLASSES[text.charCodeAt(at)]! & TOKEN) !== 0) at++;
  const token = text.slice(start, at);
  skipBlanks();
  return token;
}

function readQuoted(): string {
  let content = '';
  while (!take(QUOTE)) {
    take(BACKSLASH);
    if (at === text.length) return '';
    content += text.charAt(at++);
  }
  skipBlanks();
  // "the value after quoted-string unescaping MUST conform to the 'token' ABNF". 9.1.
  return consistsOf(content, TOKEN) ? content : '';
}

/** @throws TypeError (`ARGUMENT_INVALID`) unless a value is a list of extensions and their parameters */
export function requireOffers(what: string, value: readonly ExtensionOffer[]): void {
  if (Array.isArray(value) && value.every(isOffer)) return;
  const got = Array.isArray(value) ? 'one with something else in it' : inWords(value);
  const wanted = `${what}: an array of extensions, each with name and parameters, is wanted`;
  throw misuse(TypeError, 'ARGUMENT_INVALID', `${wanted}, not ${got}`);
}

function isOffer(offer: unknown): boolean {
  const { name, parameters } = Object(offer) as Partial<ExtensionOffer>;
  const isParameter = (parameter: unknown): boolean => typeof parameter === 'object' && parameter !== null;
  return typeof name === 'string' && Array.isArray(parameters) && parameters.every(isParameter);
}

/**
 * Writes a list of extensions as one header value, the inverse of {@link parseExtensions}.
 *
 * @param extensions - at least one element; names and values are tokens
 * @throws TypeError if a name or a value is not a token (`HEADER_INVALID`), or there is none (`ARGUMENT_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { formatExtensions } from '@sanssocket/handshake/values';
 *
 * const parameters = [{ name: 'bits', value: '10' }, { name: 'fast', value: undefined }];
 * assert.equal(formatExtensions([{ name: 'foo', parameters }]), 'foo; bits=10; fast');
 * ```
 */
export function formatExtensions(extensions: readonly ExtensionOffer[]): string {
  requireOffers('extensions', extensions);
  return extensions
    .map((extension) => {
      checkToken(extension.name);
      let text = extension.name;
      for (const { name, value } of extension.parameters) {
        checkToken(name);
        text += `; ${name}`;
        if (value === undefined) continue;
        checkToken(value);
        text += `=${value}`;
      }
      return text;
    })
    .join(', ');
}
