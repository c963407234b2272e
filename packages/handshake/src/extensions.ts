import { CLASSES, consistsOf, isBlank, TOKEN } from './characters.js';
import { checkToken } from './header-fields.js';

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
 * (9.1, 11.3.2). An empty element, and a quoted value that is no token once unescaped, are malformed.
 *
 * @param values - the header's values, one a line
 * @returns the elements in order; `undefined` if any of it is malformed
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { parseExtensions } from '@sanssocket/handshake';
 *
 * assert.deepEqual(parseExtensions(['foo; bar="1"; baz, qux']), [
 *   { name: 'foo', parameters: [{ name: 'bar', value: '1' }, { name: 'baz', value: undefined }] },
 *   { name: 'qux', parameters: [] },
 * ]);
 * assert.equal(parseExtensions(['foo; bar="1']), undefined);
 * ```
 */
export function parseExtensions(values: readonly string[]): ExtensionOffer[] | undefined {
  const offers: ExtensionOffer[] = [];
  for (const text of values) {
    let at = 0;
    const skipBlanks = (): void => {
      while (isBlank(text.charCodeAt(at))) at++;
    };
    // Every reader leaves `at` behind what it read and the blanks after it; '' is no token.
    const readToken = (): string => {
      skipBlanks();
      const start = at;
      while ((CLASSES[text.charCodeAt(at)]! & TOKEN) !== 0) at++;
      const token = text.slice(start, at);
      skipBlanks();
      return token;
    };
    const readQuoted = (): string => {
      let content = '';
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
        if (text.charCodeAt(at) === BACKSLASH) at++;
        content += text.charAt(at);
      }
      if (at++ >= text.length) return '';
      skipBlanks();
      // "the value after quoted-string unescaping MUST conform to the 'token' ABNF". 9.1.
      return consistsOf(content, TOKEN) ? content : '';
    };
    do {
      const name = readToken();
      if (name === '') return undefined;
      const parameters: ExtensionParameter[] = [];
      while (text.charCodeAt(at) === SEMICOLON) {
        at++;
        const parameter = readToken();
        if (parameter === '') return undefined;
        let value: string | undefined;
        if (text.charCodeAt(at) === EQUALS) {
          at++;
          skipBlanks();
          value = text.charCodeAt(at) === QUOTE ? readQuoted() : readToken();
          if (value === '') return undefined;
        }
        parameters.push({ name: parameter, value });
      }
      offers.push({ name, parameters });
    } while (text.charCodeAt(at++) === COMMA);
    if (at <= text.length) return undefined;
  }
  return offers;
}

/**
 * Writes a list of extensions as one header value, the inverse of {@link parseExtensions}.
 *
 * @param extensions - at least one element; names and values are tokens
 * @throws TypeError if a name or a value is not a token
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { formatExtensions } from '@sanssocket/handshake';
 *
 * const parameters = [{ name: 'bits', value: '10' }, { name: 'fast', value: undefined }];
 * assert.equal(formatExtensions([{ name: 'foo', parameters }]), 'foo; bits=10; fast');
 * ```
 */
export function formatExtensions(extensions: readonly ExtensionOffer[]): string {
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
