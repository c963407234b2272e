/**
 * XOR kernels in JavaScript (RFC 6455 5.3): bytes for short payloads, 32-bit words for the rest.
 *
 * A kernel checks none of its arguments, for speed. `mask` checks the ranges, picks a kernel by
 * size, and serves most callers; `maskInPlace` is its short form. Figures: Node 20, one core of a
 * shared 2-core machine, nanoseconds a call.
 */

import { inWords, isBytes, keyFromBytes, misuse, requireBytes, requireKey, rotateKey } from './key.js';
import { createSimdKernel } from './simd.js';

/**
 * A function that masks a run of bytes: `target[at + i] = source[start + i] XOR key byte (i MOD 4)`
 * for every `i` below `end - start`. Masking and unmasking are the same operation.
 *
 * It must work for any alignment of either view. `source` and `target` may be the same array with
 * `at === start` (in place), or overlap with `at` before `start`. It must not read or write outside
 * the given ranges and must not keep a reference to either array. Give your own (native, SIMD)
 * wherever an option takes a `MaskFunction`.
 *
 * RFC 6455 5.3.
 *
 * @param source - the bytes to mask
 * @param start - index of the first byte to mask
 * @param end - index after the last
 * @param target - where the result goes
 * @param at - index in `target` of the first result byte
 * @param key - the masking key of the byte at `start`, see `rotateKey`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type MaskFunction, maskBytes } from '@sanssocket/mask';
 *
 * let calls = 0;
 * const counting: MaskFunction = (source, start, end, target, at, key) => {
 *   calls++;
 *   maskBytes(source, start, end, target, at, key);
 * };
 * const bytes = Uint8Array.of(1, 2, 3);
 * counting(bytes, 0, 3, bytes, 0, 0);
 * assert.equal(calls, 1);
 * ```
 */
export type MaskFunction = (
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
) => void;

/**
 * The kernel for short payloads: one byte at a time, four to a turn. No view is created, so a
 * 16-byte payload costs 14 ns where every kernel that needs a view pays about 75 ns for it.
 *
 * Arguments as in {@link MaskFunction}, not checked, for speed. RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { maskBytes } from '@sanssocket/mask';
 *
 * const hello = Uint8Array.of(0x7f, 0x9f, 0x4d, 0x51, 0x58);
 * maskBytes(hello, 0, 5, hello, 0, 0x3d21fa37);
 * assert.equal(new TextDecoder().decode(hello), 'Hello');
 * ```
 */
export function maskBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
): void {
  const k0 = key & 0xff;
  const k1 = (key >>> 8) & 0xff;
  const k2 = (key >>> 16) & 0xff;
  const k3 = key >>> 24;
  let i = start;
  let o = at;
  for (const last = end - 3; i < last; i += 4, o += 4) {
    target[o] = source[i]! ^ k0;
    target[o + 1] = source[i + 1]! ^ k1;
    target[o + 2] = source[i + 2]! ^ k2;
    target[o + 3] = source[i + 3]! ^ k3;
  }
  if (i < end) target[o] = source[i]! ^ k0;
  if (i + 1 < end) target[o + 1] = source[i + 1]! ^ k1;
  if (i + 2 < end) target[o + 2] = source[i + 2]! ^ k2;
}

/** Whether a 32-bit view shows a key's first byte in its low 8 bits. */
const LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * The kernel for longer payloads: 32-bit words, eight to a turn (8 GB/s, against 1.2 GB/s for
 * bytes). Where source and target are aligned alike (always so in place) the words are read through
 * an `Int32Array`; otherwise through a `DataView`, which is indifferent to alignment and half as
 * fast.
 *
 * Arguments as in {@link MaskFunction}, not checked, for speed. RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { maskWords } from '@sanssocket/mask';
 *
 * const payload = new Uint8Array(100).fill(0xaa);
 * const masked = new Uint8Array(100);
 * maskWords(payload, 0, 100, masked, 0, 0x3d21fa37);
 * assert.equal(masked[0], 0xaa ^ 0x37);
 * assert.equal(payload[0], 0xaa);
 * ```
 */
export function maskWords(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
): void {
  // Too short to hold an aligned word for certain.
  if (end - start < 8) {
    maskBytes(source, start, end, target, at, key);
    return;
  }
  const misalignment = (source.byteOffset + start) & 3;
  const sameAlignment = misalignment === ((target.byteOffset + at) & 3);
  const head = sameAlignment ? -misalignment & 3 : 0;
  let i = start;
  let o = at;
  let turned = key;
  for (const last = start + head; i < last; i++, o++) {
    target[o] = source[i]! ^ turned;
    turned = (turned >>> 8) | (turned << 24);
  }
  const words = (end - i) >>> 2;
  if (sameAlignment) {
    const s = new Int32Array(source.buffer, source.byteOffset + i, words);
    const t = source === target && i === o ? s : new Int32Array(target.buffer, target.byteOffset + o, words);
    xorWords(s, t, words, hostKey(turned, LITTLE_ENDIAN));
  } else {
    const s = new DataView(source.buffer, source.byteOffset + i, words << 2);
    maskView(s, 0, words << 2, new DataView(target.buffer, target.byteOffset + o, words << 2), 0, turned);
  }
  i += words << 2;
  o += words << 2;
  for (; i < end; i++, o++, turned >>>= 8) target[o] = source[i]! ^ turned;
}

/**
 * The key as a word of the host's own byte order.
 *
 * @internal exported for the test of hosts with the other byte order
 */
export function hostKey(key: number, littleEndian: boolean): number {
  return littleEndian
    ? key
    : ((key & 0xff) << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24);
}

/**
 * Eight reads before the first write: twice as fast as one by one, because no write has to be
 * waited for.
 */
function xorWords(source: Int32Array, target: Int32Array, words: number, key: number): void {
  let i = 0;
  for (const last = words - 7; i < last; i += 8) {
    const a = source[i]! ^ key;
    const b = source[i + 1]! ^ key;
    const c = source[i + 2]! ^ key;
    const d = source[i + 3]! ^ key;
    const e = source[i + 4]! ^ key;
    const f = source[i + 5]! ^ key;
    const g = source[i + 6]! ^ key;
    const h = source[i + 7]! ^ key;
    target[i] = a;
    target[i + 1] = b;
    target[i + 2] = c;
    target[i + 3] = d;
    target[i + 4] = e;
    target[i + 5] = f;
    target[i + 6] = g;
    target[i + 7] = h;
  }
  for (; i < words; i++) target[i] = source[i]! ^ key;
}

/**
 * The kernel for many short payloads in one chunk: 32-bit words through views that the caller makes
 * once for the chunk. 16 bytes cost 5 ns, where {@link maskBytes} needs 14; up to about 1 KiB no
 * other kernel is faster.
 *
 * @param source - a view of the bytes to mask
 * @param start - offset in it of the first byte
 * @param end - offset after the last
 * @param target - a view of where the result goes; the same one for masking in place
 * @param at - offset in `target` of the first result byte
 * @param key - the masking key of the byte at `start`
 * @throws RangeError when a range does not lie within its view; part of it may have been written
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { maskView } from '@sanssocket/mask';
 *
 * const hello = Uint8Array.of(0x7f, 0x9f, 0x4d, 0x51, 0x58);
 * const view = new DataView(hello.buffer);
 * maskView(view, 0, 5, view, 0, 0x3d21fa37);
 * assert.equal(new TextDecoder().decode(hello), 'Hello');
 * ```
 */
export function maskView(
  source: DataView,
  start: number,
  end: number,
  target: DataView,
  at: number,
  key: number,
): void {
  let i = start;
  let o = at;
  // Four reads before the first write: 1.5 times as fast as one by one, because no write has to be
  // waited for.
  for (const last = end - 15; i < last; i += 16, o += 16) {
    const a = source.getInt32(i, true) ^ key;
    const b = source.getInt32(i + 4, true) ^ key;
    const c = source.getInt32(i + 8, true) ^ key;
    const d = source.getInt32(i + 12, true) ^ key;
    target.setInt32(o, a, true);
    target.setInt32(o + 4, b, true);
    target.setInt32(o + 8, c, true);
    target.setInt32(o + 12, d, true);
  }
  for (const last = end - 3; i < last; i += 4, o += 4)
    target.setInt32(o, source.getInt32(i, true) ^ key, true);
  for (let rest = key; i < end; i++, o++, rest >>>= 8) target.setUint8(o, source.getUint8(i) ^ rest);
}

// --- The choice of a kernel ---

/**
 * From so many bytes on, 45 ns for a view of them are worth it: 64 B take 60 ns by bytes, 50 by
 * words.
 */
const WORDS_FROM_BYTES = 64;

/**
 * From so many bytes on, copying to SIMD memory and back is faster: 256 B take 80 ns either way.
 */
const SIMD_FROM_BYTES = 256;

/** The same for a whole array, of which no view is needed: 40 ns from 32 B to 256 B. */
const SIMD_FROM_WHOLE_BYTES = 48;

let longKernel: MaskFunction | undefined;

/**
 * The kernel for longer payloads, made when the first one comes: SIMD, or words where there is
 * none.
 */
function maskLong(): MaskFunction {
  longKernel ??= createSimdKernel() ?? maskWords;
  return longKernel;
}

/**
 * Masks a run of bytes into another array, or in place, with the kernel that suits its size. This
 * is the default {@link MaskFunction}, and the only one that checks its ranges; the types of its
 * arguments are not checked, for speed.
 *
 * @param source - the bytes to mask; unchanged unless `target` is the same memory
 * @param start - index of the first byte to mask
 * @param end - index after the last
 * @param target - where the result goes; the same array for masking in place
 * @param at - index in `target` of the first result byte; in memory shared with `source` not after
 * `start`
 * @param key - the masking key of the byte at `start`; for a later piece of a payload,
 * `rotateKey(key, bytesBefore)`
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
