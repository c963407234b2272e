/** ws's `subprotocol` and `extension`: two headers as values and back (RFC 6455 9.1, 11.3.4). */

import {
  type ExtensionOffer,
  formatExtensions,
  parseExtensions,
  parseProtocols,
} from '@sanssocket/handshake/values';

/** The parameters of one offer: the values of each name, true for a name without a value. */
export type ExtensionParameters = Readonly<Record<string, readonly (string | true)[]>>;

/** The functions of ws's `extension`. */
export interface ExtensionHeader {
  /**
   * Reads `Sec-WebSocket-Extensions`.
   *
   * @returns the offers by the names of extensions
   * @throws SyntaxError for a header that is malformed
   */
  parse(header: string): Record<string, ExtensionParameters[]>;
  /** Writes it. */
  format(extensions: Readonly<Record<string, ExtensionFormat | readonly ExtensionFormat[]>>): string;
}

/** Parameters as `extension.format` takes them. */
export type ExtensionFormat = Readonly<
  Record<string, string | number | true | readonly (string | number | true)[]>
>;

/**
 * Reads and writes `Sec-WebSocket-Extensions` (RFC 6455 9.1).
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { extension } from '@sanssocket/ws';
 *
 * assert.deepEqual({ ...extension.parse('foo; bar=1')['foo']?.[0] }, { bar: ['1'] });
 * assert.equal(extension.format({ foo: [{ bar: [1], baz: true }] }), 'foo; bar=1; baz');
 * ```
 */
export const extension: ExtensionHeader = {
  parse(header) {
    const offers = parseExtensions([header]);
    if (offers === undefined) throw new SyntaxError('Invalid Sec-WebSocket-Extensions header');
    // The names are the peer's.
    const byName: Record<string, ExtensionParameters[]> = Object.create(null);
    for (const { name, parameters } of offers) {
      const values: Record<string, (string | true)[]> = Object.create(null);
      for (const { name: key, value } of parameters) {
        values[key] ??= [];
        values[key].push(value ?? true);
      }
      byName[name] ??= [];
      byName[name].push(values);
    }
    return byName;
  },
  format(extensions) {
    const offers = Object.entries(extensions).flatMap(([name, configurations]): ExtensionOffer[] =>
      [configurations].flat().map((configuration) => ({
        name,
        parameters: Object.entries(configuration).flatMap(([key, values]) =>
          [values].flat().map((value) => ({ name: key, value: value === true ? undefined : String(value) })),
        ),
      })),
    );
    return formatExtensions(offers);
  },
};

/** The function of ws's `subprotocol`. */
export interface SubprotocolHeader {
  /**
   * Reads `Sec-WebSocket-Protocol`.
   *
   * @throws SyntaxError for a header that is malformed, or names a subprotocol twice
   */
  parse(header: string): Set<string>;
}

/**
 * Reads `Sec-WebSocket-Protocol` (RFC 6455 11.3.4).
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { subprotocol } from '@sanssocket/ws';
 *
 * assert.deepEqual([...subprotocol.parse('chat, superchat')], ['chat', 'superchat']);
 * ```
 */
export const subprotocol: SubprotocolHeader = {
  parse(header) {
    const protocols = parseProtocols([header]);
    if (!Array.isArray(protocols) || protocols.length === 0) {
      throw new SyntaxError('Invalid Sec-WebSocket-Protocol header');
    }
    return new Set(protocols);
  },
};
