/**
 * `@sanssocket/handshake/values`: the values of a handshake's headers, read and written: keys,
 * extensions, subprotocols, URIs, origins.
 *
 * @packageDocumentation
 */

import { inWords, requireStrings, requireType, usageError } from './errors.js';
import { type HandshakeFault, requestFault } from './faults.js';
import {
  CLASSES,
  checkToken,
  consistsOf,
  equalsIgnoringCase,
  isBlank,
  listElements,
  lowerCodes,
  MAX_EMPTY_ELEMENTS,
  TOKEN,
} from './syntax.js';
import { splitUri, type UriParts } from './uri.js';

export type {
  ConnectFaultCode,
  HandshakeFault,
  HandshakeFaultCode,
  HeadFaultCode,
  RequestFaultCode,
  ResponseFaultCode,
} from './faults.js';
export { acceptKey, generateKey, isKey, type RandomSource } from './key.js';
export { flattenHeaders, type HeaderPairs, headerValues, type OwnBytes, type RawHeaders } from './syntax.js';
export { parseWebSocketUri, type WebSocketUri } from './uri.js';

// --- Extensions (RFC 6455 9.1) ---

/**
 * One parameter of an extension (RFC 6455 9.1).
 */
export interface ExtensionParameter {
  readonly name: string;
  /** `undefined` for a parameter without a value. Quoted or not on the wire makes no difference. */
  readonly value: string | undefined;
}

/**
 * One element of `Sec-WebSocket-Extensions`: an extension and its parameters, in order, repeats
 * kept.
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
 * Reads `Sec-WebSocket-Extensions` by the grammar of RFC 6455 9.1, in one pass. Lines of a repeated
 * header are one list (9.1, 11.3.2). Up to 32 empty elements are ignored (RFC 9110 5.6.1.2).
 * Malformed are a list without any other element, and a quoted value that is no token once
 * unescaped.
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

/**
 * {@link parseExtensions}, which takes a list without any element for none.
 *
 * @internal
 */
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

// The line being read, how far, and the empty elements so far: for the functions below, which call
// nothing else. Each leaves `at` behind the part that it read and the blanks after it, and gives ''
// for anything but a token.
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

/**
 * @throws TypeError (`ARGUMENT_INVALID`) unless a value is a list of extensions and their
 * parameters
 *
 * @internal
 */
export function requireOffers(what: string, value: readonly ExtensionOffer[]): void {
  if (Array.isArray(value) && value.every(isOffer)) return;
  const got = Array.isArray(value) ? 'one with something else in it' : inWords(value);
  const wanted = `${what}: an array of extensions, each with name and parameters, is wanted`;
  throw usageError(TypeError, 'ARGUMENT_INVALID', `${wanted}, not ${got}`);
}

function isOffer(offer: unknown): boolean {
  const { name, parameters } = Object(offer) as Partial<ExtensionOffer>;
  return typeof name === 'string' && isParameters(parameters);
}

/**
 * Whether a value can be the parameters of an extension.
 *
 * @internal
 */
export function isParameters(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null);
}

/**
 * Writes a list of extensions as one header value, the inverse of {@link parseExtensions}.
 *
 * @param extensions - at least one element; names and values are tokens
 * @throws TypeError if a name or a value is not a token (`HEADER_INVALID`), or there is none
 * (`ARGUMENT_INVALID`)
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
  return writeExtensions(extensions);
}

/**
 * {@link formatExtensions} of a list that was checked.
 *
 * @internal
 */
export function writeExtensions(extensions: readonly ExtensionOffer[]): string {
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

// --- Subprotocols ---

/**
 * Reads the client's `Sec-WebSocket-Protocol` (RFC 6455 4.1, request item 10; 11.3.4): tokens, each
 * once, over all lines. Up to 32 empty elements are ignored (RFC 9110 5.6.1.2), so a list of no
 * others asks for nothing.
 *
 * @param values - the header's values, one a line
 * @returns the subprotocols in order of preference; none without the header, and where it names
 * none; or the client's fault
 * @throws TypeError (`ARGUMENT_INVALID`) for anything but an array of strings
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseProtocols } from '@sanssocket/handshake/values';
 *
 * assert.deepEqual(parseProtocols(['chat, superchat', 'v2']), ['chat', 'superchat', 'v2']);
 * assert.deepEqual(parseProtocols([]), []);
 * ```
 */
export function parseProtocols(values: readonly string[]): string[] | HandshakeFault {
  requireStrings('the values of a header, one a line', values);
  const protocols = readProtocols(values);
  return typeof protocols === 'string' ? requestFault(protocols) : protocols;
}

/**
 * {@link parseProtocols}, a fault as its code.
 *
 * @internal
 */
export function readProtocols(
  values: readonly string[],
): string[] | 'PROTOCOL_INVALID' | 'PROTOCOL_OFFERED_TWICE' {
  const protocols = listElements(values);
  // 4.1 item 10: of token characters ...
  if (!protocols?.every((name) => consistsOf(name, TOKEN))) return 'PROTOCOL_INVALID';
  // ... "and MUST all be unique strings". For a few a search is half the time of a set.
  const { length } = protocols;
  const isUnique =
    length < 9
      ? protocols.every((name, i) => protocols.indexOf(name) === i)
      : new Set(protocols).size === length;
  return isUnique ? protocols : 'PROTOCOL_OFFERED_TWICE';
}

/**
 * The first of the client's subprotocols that the server supports (RFC 6455 4.2.2, step 5.5).
 * Compared exactly.
 *
 * @param offered - the client's list, in its order of preference
 * @param supported - the server's, in any order
 * @returns the choice; `undefined` when there is none in common
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { selectProtocol } from '@sanssocket/handshake/values';
 *
 * assert.equal(selectProtocol(['v2', 'v1'], ['v1', 'v2']), 'v2');
 * assert.equal(selectProtocol(['Chat'], ['chat']), undefined);
 * ```
 */
export function selectProtocol(offered: readonly string[], supported: readonly string[]): string | undefined {
  requireStrings('subprotocols that are offered', offered);
  requireStrings('protocols', supported);
  return offered.find((name) => supported.includes(name));
}

// --- Origins ---

const PORTS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['http', 80],
  ['ws', 80],
  ['https', 443],
  ['wss', 443],
]);

/**
 * Whether two origins are the same: scheme, host and port, each exactly (RFC 6454 5). Scheme and
 * host are compared in any letter case, a port left out is the scheme's own. Anything that is no
 * origin (`null`, a path behind it, user information, absent) equals nothing, itself included.
 *
 * @param origin - the client's, `UpgradeRequest.origin`
 * @param expected - the origin of the site, as in `https://example.com`
 * @throws TypeError (`ARGUMENT_INVALID`) for anything but strings
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isSameOrigin } from '@sanssocket/handshake';
 *
 * assert.equal(isSameOrigin('HTTPS://A:443', 'https://a'), true);
 * assert.equal(isSameOrigin('https://a.evil', 'https://a'), false);
 * assert.equal(isSameOrigin('http://a', 'https://a'), false);
 * assert.equal(isSameOrigin('null', 'null'), false);
 * ```
 */
export function isSameOrigin(origin: string | undefined, expected: string): boolean {
  if (origin != null) requireType('an origin', origin, 'string');
  requireType('the origin of a site', expected, 'string');
  const left = splitUri(origin ?? '');
  const right = splitUri(expected);
  if (left === undefined || right === undefined || left.rest !== '' || right.rest !== '') return false;
  const usual = PORTS.get(left.scheme);
  const port = ({ port }: UriParts): number | undefined => (port < 0 ? usual : port);
  return (
    left.scheme === right.scheme &&
    equalsIgnoringCase(left.host, lowerCodes(right.host)) &&
    port(left) === port(right)
  );
}
