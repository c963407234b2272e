/** UTF-8 to strings and back in JavaScript, for engines without a `TextDecoder` that is strict, or without a `TextEncoder`. */
import { invalidIndex, VALID } from './utf8.js';

/** Arguments of one call, well below any engine's limit. */
const SLICE_UNITS = 4096;

/**
 * Decodes a whole text, a leading byte-order mark included.
 *
 * @throws TypeError if it is not valid UTF-8, as a strict `TextDecoder`; RangeError if no string is that long
 */
export function decodeOwn(bytes: Uint8Array): string {
  if (invalidIndex(bytes, 0, bytes.length) !== VALID) throw new TypeError('not UTF-8');
  const units = new Uint16Array(Math.min(bytes.length, SLICE_UNITS));
  let text = '';
  let length = 0;
  for (let i = 0; i < bytes.length; ) {
    // The lead byte says how long the character is, and the bytes are known to be right.
    const lead = bytes[i++]!;
    if (lead < 0x80) units[length++] = lead;
    else if (lead < 0xe0) units[length++] = ((lead & 0x1f) << 6) | (bytes[i++]! & 0x3f);
    else if (lead < 0xf0)
      units[length++] = ((lead & 0xf) << 12) | ((bytes[i++]! & 0x3f) << 6) | (bytes[i++]! & 0x3f);
    else {
      const high = ((lead & 7) << 18) | ((bytes[i++]! & 0x3f) << 12);
      const point = high | ((bytes[i++]! & 0x3f) << 6) | (bytes[i++]! & 0x3f);
      units[length++] = 0xd7c0 + (point >> 10);
      units[length++] = 0xdc00 | (point & 0x3ff);
    }
    // A character is two units at most.
    if (length > units.length - 2 || i === bytes.length) {
      text += String.fromCharCode(...units.subarray(0, length));
      length = 0;
    }
  }
  return text;
}

/**
 * Writes a text as UTF-8; a lone surrogate becomes U+FFFD.
 *
 * @param target - with room for all of it
 * @returns how many bytes were written
 */
export function encodeOwn(text: string, target: Uint8Array): number {
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (isHighSurrogate(point) && isLowSurrogate(text.charCodeAt(i + 1)))
      point = 0x10000 + ((point & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
    else if ((point & 0xf800) === 0xd800) point = 0xfffd;
    if (point < 0x80) {
      target[at++] = point;
      continue;
    }
    if (point < 0x800) target[at++] = 0xc0 | (point >> 6);
    else {
      if (point < 0x10000) target[at++] = 0xe0 | (point >> 12);
      else {
        target[at++] = 0xf0 | (point >> 18);
        target[at++] = 0x80 | ((point >> 12) & 0x3f);
      }
      target[at++] = 0x80 | ((point >> 6) & 0x3f);
    }
    target[at++] = 0x80 | (point & 0x3f);
  }
  return at;
}

/** Whether a UTF-16 unit is the first half of a pair. */
export function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** Whether a UTF-16 unit is the second half of a pair. */
export function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
