/**
 * Where fresh masking keys come from (RFC 6455 5.3: a new key for each frame, from a strong source of entropy, not
 * predictable from earlier ones; 10.3 says what an attacker does with one that is).
 */
import { inWords, misuse } from './misuse.js';

/**
 * A function that returns a fresh masking key each time it is called: an integer of 32 bits, signed
 * or not.
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import type { MaskingKeySource } from '@sanssocket/mask';
 *
 * const zero: MaskingKeySource = () => 0; // for reproducible tests; never on a network
 * assert.equal(zero(), 0);
 * ```
 */
export type MaskingKeySource = () => number;

/** Keys drawn at once: one call of the CSPRNG costs about 1 us, so 256 keys bring it below 5 ns a frame. */
const KEYS_PER_BLOCK = 256;

/**
 * Makes a source of masking keys that draws blocks of random bytes and hands out each four bytes once.
 *
 * The block is the source's own: `fill` writes it before it returns and keeps no reference, as keys that are still to be used
 * stand in it.
 *
 * @param fill - fills an array with random bytes; by default the runtime's `crypto.getRandomValues`. If it throws, so does the
 * call for a key, and the next one tries again
 * @returns a source; each key is wiped from the block as it is handed out
 * @throws TypeError when no `fill` is given and the runtime has no `crypto.getRandomValues`: there
 * is no weaker fallback. And when `fill` is no function
 *
 * RFC 6455 5.3, 10.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createMaskingKeySource } from '@sanssocket/mask';
 *
 * const next = createMaskingKeySource();
 * assert.notEqual(`${next()} ${next()}`, `${next()} ${next()}`);
 * ```
 */
export function createMaskingKeySource(
  fill: (bytes: Uint8Array) => void = fillFromRuntime(),
): MaskingKeySource {
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
    // 5.3: a key is for one frame. Whatever `fill` leaves unfilled later is zeros, which show, never a key used before.
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
        'the option `maskingKeys`, for instance createMaskingKeySource(fill) with a source of random bytes',
    );
  }
  return (bytes) => {
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
  };
}

let shared: MaskingKeySource | undefined;

/**
 * Returns a fresh masking key from the runtime's CSPRNG, from one block shared by all callers (1 KiB a realm, not a
 * connection).
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
  shared ??= createMaskingKeySource();
  return shared();
}
