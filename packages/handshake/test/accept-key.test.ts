import { createHash } from 'node:crypto';
import { acceptKey, generateKey, isKey } from '@sanssocket/handshake/values';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBase64 } from '../src/syntax.js';
import { ACCEPT, KEY } from './bytes.js';

const nodes = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`, 'latin1').digest('base64');

test('the example of RFC 6455 1.3', () => {
  expect(acceptKey(KEY)).toBe(ACCEPT);
});

test('agrees with node:crypto on any 16 bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
      const key = Buffer.from(nonce).toString('base64');
      expect(isKey(key)).toBe(true);
      expect(acceptKey(key)).toBe(nodes(key));
    }),
    { numRuns: 2000 },
  );
});

test('agrees with node:crypto on any key by the grammar, whatever its spare bits', () => {
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...alphabet), { minLength: 22, maxLength: 22 }),
      (characters) => acceptKey(`${characters.join('')}==`) === nodes(`${characters.join('')}==`),
    ),
    { numRuns: 2000 },
  );
});

test('calls do not disturb each other', () => {
  const other = acceptKey('AAAAAAAAAAAAAAAAAAAAAA==');
  expect(acceptKey(KEY)).toBe(ACCEPT);
  expect(acceptKey('AAAAAAAAAAAAAAAAAAAAAA==')).toBe(other);
});

test.each(['', 'x', KEY.slice(1), `${KEY} `, KEY.replace('==', '=A'), KEY.replace('d', '-'), 'é'.repeat(24)])(
  'no hash of %j, which is no key',
  (key) => {
    expect(isKey(key)).toBe(false);
    expect(() => acceptKey(key)).toThrow(TypeError);
  },
);

test('Base64 agrees with Buffer at every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
      expect(encodeBase64(input)).toBe(Buffer.from(input).toString('base64'));
    }),
  );
});

test('a key is 16 bytes of the source given, or of the CSPRNG', () => {
  const key = generateKey((target) => {
    expect(target.length).toBe(16);
    target.set(Buffer.from('the sample nonce'));
  });
  expect(key).toBe(KEY);
  const keys = Array.from({ length: 100 }, () => generateKey());
  expect(keys.every(isKey)).toBe(true);
  expect(new Set(keys).size).toBe(100);
});
