import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bytes } from './bytes.js';

beforeEach(() => vi.resetModules());
afterEach(() => vi.unstubAllGlobals());

test('heads are read without a TextDecoder', async () => {
  vi.stubGlobal('TextDecoder', undefined);
  const { decodeLatin1 } = await import('../src/syntax.js');
  const text = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(i & 0xff)).join('');
  expect(decodeLatin1(bytes(text))).toBe(text);
});

test('a body is text without a TextEncoder', async () => {
  const bodies = [
    '',
    'ascii',
    'gr\u00fc\u00dfe \u20ac \u{1f600}',
    'a\ud800b',
    '\udc00',
    '\uffff\u07ff\u0800',
  ];
  const expected = bodies.map((body) => new TextEncoder().encode(body));
  vi.stubGlobal('TextEncoder', undefined);
  const { rejectRequest } = await import('../src/index.js');
  expect(bodies.map((body) => rejectRequest({ status: 400, body }).body)).toEqual(expected);
});

test('a client without a source of randomness is told which option gives one', async () => {
  vi.stubGlobal('crypto', undefined);
  const { ClientHandshake, createRequest } = await import('../src/index.js');
  const { generateKey } = await import('../src/header-values.js');
  for (const make of [
    () => createRequest('ws://a/'),
    () => new ClientHandshake('ws://a/'),
    () => generateKey(),
  ]) {
    expect(make).toThrow(
      expect.objectContaining({ code: 'NO_RANDOM', message: expect.stringMatching(/`random`/) }),
    );
  }
  expect(createRequest('ws://a/', { random: (bytes) => bytes.fill(0) }).key).toBe('AAAAAAAAAAAAAAAAAAAAAA==');
});
