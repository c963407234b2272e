import type { ExtensionFactory, ExtensionOffer } from '@sanssocket/handshake';
import { confirmExtensions, negotiateExtensions } from '@sanssocket/handshake/rules';
import {
  formatExtensions,
  parseExtensions,
  parseProtocols,
  selectProtocol,
} from '@sanssocket/handshake/values';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { madeUp } from './vectors.js';

const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,8}$/);
const offer = fc.record({
  name: token,
  parameters: fc.array(fc.record({ name: token, value: fc.option(token, { nil: undefined }) }), {
    maxLength: 4,
  }),
});

test('what is formatted is parsed back', () => {
  fc.assert(
    fc.property(fc.array(offer, { minLength: 1, maxLength: 5 }), (offers) => {
      expect(parseExtensions([formatExtensions(offers)])).toEqual(offers);
      expect(parseExtensions(offers.map((one) => formatExtensions([one])))).toEqual(offers);
    }),
  );
});

test('quoting, escaping and white space make no difference', () => {
  const blank = fc.stringMatching(/^[ \t]{0,3}$/);
  fc.assert(
    fc.property(
      offer,
      fc.infiniteStream(blank),
      fc.infiniteStream(fc.boolean()),
      ({ name, parameters }, blanks, coins) => {
        const b = (): string => blanks.next().value;
        const value = (plain: string): string =>
          coins.next().value
            ? `"${[...plain].map((c) => (coins.next().value ? `\\${c}` : c)).join('')}"`
            : plain;
        const text = parameters.map(
          (p) => `${b()};${b()}${p.name}${p.value === undefined ? '' : `${b()}=${b()}${value(p.value)}`}`,
        );
        expect(parseExtensions([`${b()}${name}${text.join('')}${b()}`])).toEqual([{ name, parameters }]);
      },
    ),
  );
});

test('any text is parsed or refused, never thrown at', () => {
  const ugly = fc.array(
    fc.constantFrom('a', ';', ',', '=', '"', '\\', ' ', '\t', 'é', '\u0000', '\u{1F600}'),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(ugly, (parts) => {
      const offers = parseExtensions([parts.join('')]);
      if (offers !== undefined) expect(parseExtensions([formatExtensions(offers)])).toEqual(offers);
    }),
    { numRuns: 2000 },
  );
});

test('no value is formatted that could not be read back', () => {
  const bad = ['', ' ', 'a b', 'a\r\nX: y', 'é', 'a,b', 'a;b', '"'];
  for (const text of bad) {
    expect(() => formatExtensions([{ name: text, parameters: [] }])).toThrow(TypeError);
    expect(() => formatExtensions([{ name: 'x', parameters: [{ name: text, value: undefined }] }])).toThrow(
      TypeError,
    );
    expect(() => formatExtensions([{ name: 'x', parameters: [{ name: 'y', value: text }] }])).toThrow(
      TypeError,
    );
  }
});

test('inherited names reach nothing', () => {
  const offers = parseExtensions(['__proto__; __proto__=polluted; constructor=polluted'])!;
  expect(negotiateExtensions(offers, [])).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('the extension sees the offers of its name, in order, until it accepts one', () => {
  const seen: string[] = [];
  const extension: ExtensionFactory<number> = {
    name: 'x',
    rsv: 0,
    offers: () => [],
    confirm: () => undefined,
    accept(parameters) {
      seen.push(parameters.map(({ name }) => name).join());
      return parameters.length === 1 ? { response: [{ name: 'r', value: '1' }], extension: 7 } : undefined;
    },
  };
  const offers = parseExtensions(['x; a; a, y, x; b, x; c'])!;
  expect(negotiateExtensions(offers, [extension])).toEqual([
    { name: 'x', parameters: [{ name: 'r', value: '1' }], rsv: 0, extension: 7 },
  ]);
  expect(seen).toEqual(['a,a', 'b']);
});

test('an extension that claims no bit conflicts with none', () => {
  const extensions = ['a', 'b'].map((name) => ({
    ...madeUp({ name, rsv: 64, accepts: [''], offers: [''], confirms: [''] }),
    rsv: 0,
  }));
  const offers: ExtensionOffer[] = extensions.map(({ name }) => ({ name, parameters: [] }));
  expect(negotiateExtensions(offers, extensions)).toHaveLength(2);
  expect(confirmExtensions(offers, extensions)).toHaveLength(2);
});

test('subprotocols: the first of the client that the server has, compared exactly', () => {
  expect(selectProtocol(['a', 'b'], ['b', 'a'])).toBe('a');
  expect(selectProtocol(['A', 'b'], ['a'])).toBeUndefined();
  expect(selectProtocol([], ['a'])).toBeUndefined();
  expect(parseProtocols(['a,\tb ', ' c'])).toEqual(['a', 'b', 'c']);
});
