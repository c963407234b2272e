/**
 * The masking key as one number (RFC 6455 5.3).
 *
 * A key is four bytes. Throughout sanssocket it is carried as one 32-bit integer, the **low** 8
 * bits of which are the key's first byte on the wire (`j = i MOD 4` selects bits `8j` to `8j + 7`),
 * so that continuing a payload at another phase is a rotation and a little-endian word of payload
 * is masked with a single XOR. Signed and unsigned forms of the same 32 bits are the same key. In
 * order: callers' faults, keys as numbers and bytes, fresh keys.
 */

// --- Callers' faults, thrown before anything has been written ---

/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown.
 *
 * - `RANGE_INVALID`: a range does not lie within its bytes
 * - `KEY_INVALID`: a masking key is neither an integer of 32 bits nor four bytes (RFC 6455 5.2)
 * - `NOT_BYTES`: something else where a Uint8Array is wanted
 * - `MODULE_INVALID`: a WebAssembly module is another one, or something else stands in its place
 * - `NO_RANDOM`: the runtime has no source of random bytes, or the one that was given is no
 * function
 */
export type MaskUsageCode = 'RANGE_INVALID' | 'KEY_INVALID' | 'NOT_BYTES' | 'MODULE_INVALID' | 'NO_RANDOM';

/** A value in words, for the end of an error's message. */
export function inWords(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return `${value}`;
  return typeof value === 'object' ? Object.prototype.toString.call(value) : `a ${typeof value}`;
}

/** Whether a value is a Uint8Array, of any realm. */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array';
}

/** @throws TypeError for anything but a Uint8Array: the length of other views is none in bytes */
export function requireBytes(value: unknown): asserts value is Uint8Array {
  if (!isBytes(value)) throw misuse(TypeError, 'NOT_BYTES', `bytes are a Uint8Array, not ${inWords(value)}`);
}

/**
 * @throws TypeError unless a value is an integer of 32 bits, signed or not: another one would mask
 * with 0, or with a part of it
 */
export function requireKey(key: unknown): asserts key is number {
  if (typeof key === 'number' && ((key | 0) === key || key >>> 0 === key)) return;
  throw misuse(
    TypeError,
    'KEY_INVALID',
    `a masking key is an integer of 32 bits, or 4 bytes, not ${inWords(key)}`,
  );
}

/** Makes the error for a caller's fault. */
export function misuse(kind: new (message: string) => Error, code: MaskUsageCode, message: string): Error {
  return Object.assign(new kind(message), { code });
}

// --- Keys as numbers and bytes ---

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
 * @throws RangeError when there is no room for four bytes, TypeError for anything but a key;
 * nothing is written then
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
 * Turns a key so that it applies from a later byte of the payload: the key of byte `i` is
 * `rotateKey(key, i)`.
 *
 * @param key - the frame's masking key
 * @param phase - how many payload bytes have gone before; only its value modulo 4 matters
 * @returns the turned key as a signed 32-bit integer; pass it to a kernel for the payload's next
 * piece
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

// --- Fresh keys (RFC 6455 5.3: from a strong source of entropy; 10.3 has the attack on weak ones)
// ---

/**
 * A function that returns a fresh masking key each time it is called: an integer of 32 bits, signed
 * or not.
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { MaskingKeyGenerator } from '@sanssocket/mask';
 *
 * const zero: MaskingKeyGenerator = () => 0; // for reproducible tests; never on a network
 * assert.equal(zero(), 0);
 * ```
 */
export type MaskingKeyGenerator = () => number;

/**
 * Keys drawn at once: one call of the CSPRNG costs about 1 us, so 256 keys bring it below 5 ns a
 * frame.
 */
const KEYS_PER_BLOCK = 256;

/**
 * Makes a source of masking keys that draws blocks of random bytes and hands out each four bytes
 * once.
 *
 * The block is the source's own: `fill` writes it before it returns and keeps no reference, as keys
 * that are still to be used stand in it.
 *
 * @param fill - fills an array with random bytes; by default the runtime's
 * `crypto.getRandomValues`. If it throws, so does the call for a key, and the next one tries again
 * @returns a source; each key is wiped from the block as it is handed out
 * @throws TypeError when no `fill` is given and the runtime has no `crypto.getRandomValues`: there
 * is no weaker fallback. And when `fill` is no function
 *
 * RFC 6455 5.3, 10.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createMaskingKeyGenerator } from '@sanssocket/mask';
 *
 * const next = createMaskingKeyGenerator();
 * assert.notEqual(`${next()} ${next()}`, `${next()} ${next()}`);
 * ```
 */
export function createMaskingKeyGenerator(
  fill: (bytes: Uint8Array) => void = fillFromRuntime(),
): MaskingKeyGenerator {
  if (typeof fill !== 'function') {
    throw misuse(TypeError, 'NO_RANDOM', `a source of random bytes is a function, not ${inWords(fill)}`);
  }
  const keys = new Int32Array(KEYS_PER_BLOCK);
  const bytes = new Uint8Array(keys.buffer);
  let next = KEYS_PER_BLOCK;
  return () => {
    if (next === KEYS_PER_BLOCK) {
      fill(bytes);
      next = 0;
    }
    const key = keys[next]!;
    // 5.3: a key is for one frame. A part that `fill` leaves unfilled later is zeros, which show,
    // never a key used before.
    keys[next++] = 0;
    return key;
  };
}

function fillFromRuntime(): (bytes: Uint8Array) => void {
  const { crypto } = globalThis;
  if (typeof crypto?.getRandomValues !== 'function') {
    throw misuse(
      TypeError,
      'NO_RANDOM',
      'this runtime has no crypto.getRandomValues (RFC 6455 5.3 wants keys that nobody can predict): give a client ' +
        'the option `generateMaskingKey`, for instance createMaskingKeyGenerator(fill) with a source of random bytes',
    );
  }
  return (bytes) => {
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
  };
}

let shared: MaskingKeyGenerator | undefined;

/**
 * Returns a fresh masking key from the runtime's CSPRNG, from one block shared by all callers (1
 * KiB a realm, not a connection).
 *
 * @returns a signed 32-bit integer, uniform over all of them
 * @throws TypeError when the runtime has no `crypto.getRandomValues`
 *
 * RFC 6455 5.3, 10.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { randomMaskingKey } from '@sanssocket/mask';
 *
 * const keys = new Set(Array.from({ length: 1000 }, randomMaskingKey));
 * assert.ok(keys.size >= 999);
 * ```
 */
export function randomMaskingKey(): number {
  shared ??= createMaskingKeyGenerator();
  return shared();
}
