/**
 * `Sec-WebSocket-Key` and `-Accept`: SHA-1 (FIPS 180-4) over the one input of a handshake, then keys.
 * The input is 24 characters of key and 36 of GUID. Sixty bytes are always two blocks, of which only
 * the first six words ever change: the second block is a constant, expanded once. SHA-1 is broken as a
 * signature; here it only shows that the server read the key (RFC 6455 10.8).
 */

import { inWords, requireOption, usageError } from './errors.js';
import { BASE64, consistsOf, encodeBase64, type OwnBytes } from './syntax.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const KEY_WORDS = 6;

// Kept between calls: no allocation but the digest, and nothing of a caller's that matters (the key
// is public).
const firstBlock: Int32Array = /* @__PURE__ */ firstBlockTemplate();

const secondBlock: Int32Array = /* @__PURE__ */ secondBlockSchedule();

const roundConstants: Int32Array = /* @__PURE__ */ new Int32Array(80)
  .fill(0x5a827999, 0, 20)
  .fill(0x6ed9eba1, 20, 40)
  .fill(0x8f1bbcdc, 40, 60)
  .fill(0xca62c1d6, 60);

const state: Int32Array = /* @__PURE__ */ new Int32Array(5);

const digest: Uint8Array = /* @__PURE__ */ new Uint8Array(20);

/**
 * The 20 bytes SHA-1 gives for `key` followed by RFC 6455's GUID, good until the next call; `key`
 * is exactly 24 ASCII characters.
 */
function sha1OfKey(key: string): Uint8Array {
  putWords(firstBlock, 0, key);
  expand(firstBlock);
  // FIPS 180-4 5.3.1.
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0;
  compress(firstBlock);
  compress(secondBlock);
  for (let i = 0; i < 20; i++) digest[i] = state[i >> 2]! >>> (24 - ((i & 3) << 3));
  return digest;
}

function firstBlockTemplate(): Int32Array {
  const words = new Int32Array(80);
  putWords(words, KEY_WORDS, GUID);
  words[15] = 0x80000000; // the one bit after the message
  return words;
}

function secondBlockSchedule(): Int32Array {
  const words = new Int32Array(80);
  words[15] = 60 * 8; // the message's length in bits
  expand(words);
  return words;
}

function putWords(words: Int32Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i += 4) {
    words[at++] =
      (text.charCodeAt(i) << 24) |
      (text.charCodeAt(i + 1) << 16) |
      (text.charCodeAt(i + 2) << 8) |
      text.charCodeAt(i + 3);
  }
}

/** Message schedule, FIPS 180-4 6.1.2 step 1. */
function expand(w: Int32Array): void {
  for (let i = 16; i < 80; i++) {
    const word = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (word << 1) | (word >>> 31);
  }
}

/**
 * One block into `state`, FIPS 180-4 6.1.2 steps 2 to 4. One loop that asks which function a round
 * has, and sums cut to 32 bits in two halves: 165 ns on V8, where four loops took 260 ns and five
 * rounds a turn, by hand, 450 ns.
 */
function compress(w: Int32Array): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i++) {
    const f = i < 20 ? d ^ (b & (c ^ d)) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (d & (b | c)) : b ^ c ^ d;
    const left = (((a << 5) | (a >>> 27)) + f) | 0;
    const right = (e + w[i]! + roundConstants[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = (left + right) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
}

// --- Keys ---

/**
 * Fills the array it is given with random bytes; `crypto.getRandomValues` bound to `crypto` is one.
 */
export type RandomSource = (bytes: OwnBytes) => unknown;

/**
 * Whether `key` can be the Base64 of 16 bytes: 22 characters of the alphabet and `==` (RFC 6455
 * 4.1). The spare bits of the last character may be anything, as for most decoders.
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
  return typeof key === 'string' && key.length === 24 && key.endsWith('==') && consistsOf(key, BASE64, 22);
}

/**
 * The value of `Sec-WebSocket-Accept` for a key: Base64 of the SHA-1 of key and GUID (RFC 6455
 * 4.2.2, step 5.4). Synchronous, and no slower than `createHash` of `node:crypto`.
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
  requireKey(key);
  return acceptValue(key);
}

/** {@link acceptKey} of a key that has been checked. */
export function acceptValue(key: string): string {
  return encodeBase64(sha1OfKey(key));
}

/**
 * A fresh value for `Sec-WebSocket-Key`: the Base64 of 16 random bytes (RFC 6455 4.1, request item
 * 7).
 *
 * @param random - the source of randomness, `crypto.getRandomValues` unless given
 * @returns 24 characters of Base64
 * @throws TypeError (`NO_RANDOM`) when none is given and the runtime has no
 * `crypto.getRandomValues`
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
    throw usageError(
      TypeError,
      'NO_RANDOM',
      'this runtime has no crypto.getRandomValues: give the option `random`, a function that fills an array with random bytes',
    );
  }
  crypto.getRandomValues(bytes);
}

/** @throws TypeError (`KEY_INVALID`) for anything but a key */
export function requireKey(key: string): void {
  if (isKey(key)) return;
  const wanted = 'a Sec-WebSocket-Key is the Base64 of 16 bytes';
  throw usageError(TypeError, 'KEY_INVALID', `${wanted}, not ${inWords(key)}`);
}
