/**
 * The masking key as one number (RFC 6455 5.3).
 *
 * A key is four bytes. Throughout sanssocket it is carried as one 32-bit integer whose **low** 8 bits are the key's first
 * byte on the wire (`j = i MOD 4` selects bits `8j` to `8j + 7`), so that continuing a payload at another phase is a
 * rotation and a little-endian word of payload is masked with a single XOR. Signed and unsigned forms of the same 32 bits
 * are the same key.
 */
import { misuse, requireKey } from './misuse.js';

/**
 * Reads a masking key from four bytes.
 *
 * @param bytes - where the key stands
 * @param offset - index of its first byte
 * @returns the key as a signed 32-bit integer
 * @throws RangeError when fewer than four bytes stand at `offset`
 *
 * RFC 6455 5.2, "Masking-key".
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { keyFromBytes } from '@sanssocket/mask';
 *
 * assert.equal(keyFromBytes(Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)), 0x3d21fa37);
 * ```
 */
export function keyFromBytes(bytes: Uint8Array, offset = 0): number {
  if (!(offset >= 0 && offset + 4 <= bytes.length)) throw noKeyAt(offset, bytes);
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24);
}

/**
 * Writes a masking key as four bytes.
 *
 * @param key - the key: an integer of 32 bits, signed or not
 * @param target - where to write
 * @param offset - index of the first of the four bytes
 * @throws RangeError when there is no room for four bytes, TypeError for what is no key; nothing is
 * written then
 *
 * RFC 6455 5.2, "Masking-key".
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { keyToBytes } from '@sanssocket/mask';
 *
 * const bytes = new Uint8Array(4);
 * keyToBytes(0x3d21fa37, bytes);
 * assert.deepEqual([...bytes], [0x37, 0xfa, 0x21, 0x3d]);
 * ```
 */
export function keyToBytes(key: number, target: Uint8Array, offset = 0): void {
  if (!(offset >= 0 && offset + 4 <= target.length)) throw noKeyAt(offset, target);
  requireKey(key);
  target[offset] = key;
  target[offset + 1] = key >>> 8;
  target[offset + 2] = key >>> 16;
  target[offset + 3] = key >>> 24;
}

/**
 * Turns a key so that it applies from a later byte of the payload: the key of byte `i` is `rotateKey(key, i)`.
 *
 * @param key - the frame's masking key
 * @param phase - how many payload bytes have gone before; only its value modulo 4 matters
 * @returns the turned key as a signed 32-bit integer; pass it to a kernel for the payload's next piece
 *
 * RFC 6455 5.3: `j = i MOD 4`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { rotateKey } from '@sanssocket/mask';
 *
 * assert.equal(rotateKey(0x44332211, 1), 0x11443322);
 * assert.equal(rotateKey(0x44332211, 4), 0x44332211);
 * ```
 */
export function rotateKey(key: number, phase: number): number {
  const bits = (phase & 3) << 3;
  return (key >>> bits) | (key << (32 - bits));
}

function noKeyAt(offset: number, bytes: Uint8Array): Error {
  return misuse(
    RangeError,
    'RANGE_INVALID',
    `a masking key is 4 bytes: no room at ${offset} of ${bytes.length}`,
  );
}
