import type { Segment } from './types.js';

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function parseHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  let length = 0;
  let high = -1;
  for (let i = 0; i < hex.length; i++) {
    if (hex[i] === ' ') continue;
    const value = digit(hex.charCodeAt(i));
    if (value < 0) throw new SyntaxError(`not a hexadecimal digit at ${i} of "${hex.slice(0, 40)}"`);
    if (high < 0) high = value;
    else {
      bytes[length++] = (high << 4) | value;
      high = -1;
    }
  }
  if (high >= 0) throw new SyntaxError(`odd number of hexadecimal digits in "${hex.slice(0, 40)}"`);
  return bytes.subarray(0, length);
}

/**
 * Expands a list of segments to the bytes it stands for, in a fresh array.
 *
 * @param segments - hexadecimal strings and repeats, see {@link Segment}.
 * @throws SyntaxError for anything but hexadecimal digits and spaces, and for half a byte.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { expandSegments } from '@sanssocket/test-vectors';
 *
 * const bytes = expandSegments(['8105 48', { repeat: '6c', times: 2 }]);
 * assert.deepEqual([...bytes], [0x81, 0x05, 0x48, 0x6c, 0x6c]);
 * ```
 */
export function expandSegments(segments: readonly Segment[]): Uint8Array {
  const parts = segments.map((segment) =>
    typeof segment === 'string'
      ? { bytes: parseHex(segment), times: 1 }
      : { bytes: parseHex(segment.repeat), times: segment.times },
  );
  const whole = new Uint8Array(parts.reduce((sum, { bytes, times }) => sum + bytes.length * times, 0));
  let at = 0;
  for (const { bytes, times } of parts) {
    for (let i = 0; i < times; i++, at += bytes.length) whole.set(bytes, at);
  }
  return whole;
}

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Lower-case hexadecimal digits of at most `limit` bytes, and how many bytes there are if that is
 * not all.
 */
export function toHex(bytes: Uint8Array, limit: number): string {
  let hex = '';
  for (const byte of bytes.subarray(0, limit)) hex += PAIRS[byte];
  return bytes.length > limit ? `${hex}... (${bytes.length} bytes)` : hex;
}
