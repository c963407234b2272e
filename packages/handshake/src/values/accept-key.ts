import { encodeBase64 } from '../syntax/base64.js';
import { BASE64, consistsOf } from '../syntax/characters.js';
import { inWords, misuse } from '../syntax/misuse.js';
import { requireOption } from '../syntax/options.js';
import type { OwnBytes } from '../syntax/own-bytes.js';
import { sha1OfKey } from './sha1.js';

/**
 * Fills the array it is given with random bytes; `crypto.getRandomValues` bound to `crypto` is one.
 */
export type RandomSource = (bytes: OwnBytes) => unknown;

/**
 * Whether `key` can be the Base64 of 16 bytes: 22 characters of the alphabet and `==` (RFC 6455 4.1). What the last
 * character's spare bits hold is not looked at, as most decoders do not either.
 *
 * @param key - the value of `Sec-WebSocket-Key`, without white space around it
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isKey } from '@sanssocket/handshake/values';
 *
 * assert.equal(isKey('dGhlIHNhbXBsZSBub25jZQ=='), true);
 * assert.equal(isKey('dGhlIHNhbXBsZSBub25jZQ'), false);
 * ```
 */
export function isKey(key: string): boolean {
  return (
    typeof key === 'string' && key.length === 24 && key.slice(22) === '==' && consistsOf(key, BASE64, 22)
  );
}

/**
 * The value of `Sec-WebSocket-Accept` for a key: Base64 of the SHA-1 of key and GUID (RFC 6455 4.2.2, step 5.4).
 * Synchronous, and no slower than `createHash` of `node:crypto`.
 *
 * @param key - the value of `Sec-WebSocket-Key`, 24 characters
 * @returns 28 characters of Base64
 * @throws TypeError if `key` is not the Base64 of 16 bytes
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { acceptKey } from '@sanssocket/handshake/values';
 *
 * assert.equal(acceptKey('dGhlIHNhbXBsZSBub25jZQ=='), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
 * ```
 */
export function acceptKey(key: string): string {
  if (!isKey(key)) throw notAKey(key);
  return acceptValue(key);
}

/** {@link acceptKey} of a key that has been checked, or is a caller's; its length is, as SHA-1 is made for no other. */
export function acceptValue(key: string): string {
  if (typeof key !== 'string' || key.length !== 24) throw notAKey(key);
  return encodeBase64(sha1OfKey(key));
}

/**
 * A fresh value for `Sec-WebSocket-Key`: the Base64 of 16 random bytes (RFC 6455 4.1, request item 7).
 *
 * @param random - the source of randomness, `crypto.getRandomValues` unless given
 * @returns 24 characters of Base64
 * @throws TypeError (`NO_RANDOM`) when none is given and the runtime has no `crypto.getRandomValues`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { generateKey, isKey } from '@sanssocket/handshake/values';
 *
 * assert.ok(isKey(generateKey()));
 * assert.equal(generateKey((bytes) => bytes.fill(0)), 'AAAAAAAAAAAAAAAAAAAAAA==');
 * ```
 */
export function generateKey(random: RandomSource = fillFromRuntime): string {
  requireOption('random', random, 'function');
  const nonce = new Uint8Array(16);
  random(nonce);
  return encodeBase64(nonce);
}

function fillFromRuntime(bytes: OwnBytes): void {
  const { crypto } = globalThis;
  if (typeof crypto?.getRandomValues !== 'function') {
    throw misuse(
      TypeError,
      'NO_RANDOM',
      'this runtime has no crypto.getRandomValues: give the option `random`, a function that fills an array with random bytes',
    );
  }
  crypto.getRandomValues(bytes);
}

function notAKey(key: unknown): Error {
  return misuse(
    TypeError,
    'KEY_INVALID',
    `a Sec-WebSocket-Key is the Base64 of 16 bytes, not ${inWords(key)}`,
  );
}
