import { type MaskKernel, maskBytes, maskWords } from './kernels.js';
import { keyFromBytes, rotateKey } from './key.js';
import { inWords, isBytes, misuse, requireBytes, requireKey } from './misuse.js';
import { createSimdKernel } from './simd.js';

/** From so many bytes on, 45 ns for a view of them are worth it: 64 B take 60 ns by bytes, 50 by words. */
const WORDS_FROM_BYTES = 64;
/** From so many bytes on, copying to SIMD memory and back is faster: 256 B take 80 ns either way. */
const SIMD_FROM_BYTES = 256;
/** The same for a whole array, of which no view is needed: 40 ns from 32 B to 256 B. */
const SIMD_FROM_WHOLE_BYTES = 48;

let longKernel: MaskKernel | undefined;

/** The kernel for longer payloads, made when the first one comes: SIMD, or words where there is none. */
function maskLong(): MaskKernel {
  longKernel ??= createSimdKernel() ?? maskWords;
  return longKernel;
}

/**
 * Masks a run of bytes into another array, or in place, with the kernel that suits its size. This is the default
 * {@link MaskKernel}, and the only one that checks its arguments.
 *
 * @param source - the bytes to mask; unchanged unless `target` is the same memory
 * @param start - index of the first byte to mask
 * @param end - index after the last
 * @param target - where the result goes; the same array for masking in place
 * @param at - index in `target` of the first result byte; in memory shared with `source` not after `start`
 * @param key - the masking key of the byte at `start`; for a later piece of a payload, `rotateKey(key, bytesBefore)`
 * @throws RangeError when a range does not lie within its array; nothing is written then
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { mask, rotateKey } from '@sanssocket/mask';
 *
 * const key = 0x3d21fa37; // 37 fa 21 3d on the wire
 * const hello = new TextEncoder().encode('Hello');
 * const masked = new Uint8Array(5);
 * mask(hello, 0, 2, masked, 0, key);
 * mask(hello, 2, 5, masked, 2, rotateKey(key, 2)); // in pieces
 * assert.deepEqual([...masked], [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
 * ```
 */
export function mask(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
): void {
  const inside =
    start >= 0 && start <= end && end <= source.length && at >= 0 && at + end - start <= target.length;
  if (!(inside && Number.isInteger(start) && Number.isInteger(end) && Number.isInteger(at))) {
    const from = `${start} to ${end} of ${source.length} bytes`;
    throw misuse(RangeError, 'RANGE_INVALID', `no range to mask: ${from}, to ${at} of ${target.length}`);
  }
  const length = end - start;
  const simdFrom = length === source.length ? SIMD_FROM_WHOLE_BYTES : SIMD_FROM_BYTES;
  if (length >= simdFrom) maskLong()(source, start, end, target, at, key);
  else if (length < WORDS_FROM_BYTES) maskBytes(source, start, end, target, at, key);
  else maskWords(source, start, end, target, at, key);
}

/**
 * Masks or unmasks bytes in place: the short form of {@link mask}.
 *
 * @param bytes - the payload, or the next piece of it; changed
 * @param key - the frame's masking key, as a number or as its four bytes
 * @param phase - how many bytes of the payload went before this piece
 * @returns `bytes`
 * @throws RangeError when a key given as bytes is not four bytes long, or `phase` is no integer
 * from 0 on; TypeError for anything but bytes, or a key that is no integer of 32 bits
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { maskInPlace } from '@sanssocket/mask';
 *
 * const payload = Uint8Array.of(0x7f, 0x9f, 0x4d, 0x51, 0x58);
 * const key = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
 * assert.equal(new TextDecoder().decode(maskInPlace(payload, key)), 'Hello');
 * ```
 */
export function maskInPlace(bytes: Uint8Array, key: number | Uint8Array, phase = 0): Uint8Array {
  requireBytes(bytes);
  if (isBytes(key) && key.length !== 4) {
    throw misuse(RangeError, 'KEY_INVALID', `a masking key has 4 bytes, not ${key.length}`);
  }
  if (!(Number.isSafeInteger(phase) && phase >= 0)) {
    throw misuse(RangeError, 'RANGE_INVALID', `no bytes can have gone before: ${inWords(phase)}`);
  }
  const number = isBytes(key) ? keyFromBytes(key) : key;
  requireKey(number);
  mask(bytes, 0, bytes.length, bytes, 0, rotateKey(number, phase));
  return bytes;
}
