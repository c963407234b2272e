/** Bytes that are put together, found and written as text. */

export const EMPTY: Uint8Array = new Uint8Array(0);

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A copy with memory of its own, also of a `Buffer`. */
export function copyOf(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Characters that one call makes of bytes: arguments of a call are bounded. */
const CALL_BYTES = 8192;

/** Bytes as text of which each character is one byte. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  for (let at = start; at < end; at += CALL_BYTES) {
    const part = bytes.subarray(at, Math.min(end, at + CALL_BYTES));
    // An array-like is taken as well as an array.
    text += String.fromCharCode.apply(undefined, part as unknown as number[]);
  }
  return text;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  for (let at = start; at < Math.min(end, bytes.length); at++) text += HEX[bytes[at]!];
  return text;
}

/** Bytes of hexadecimal digits, with or without separators; undefined for other text. */
export function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/[\s:,;_-]|0x|\\x/gi, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = digitOf(digits.charCodeAt(2 * at)) * 16 + digitOf(digits.charCodeAt(2 * at + 1));
  return bytes;
}

/** The value of a hexadecimal digit. */
function digitOf(code: number): number {
  return (code & 0x0f) + (code >= 0x41 ? 9 : 0);
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The value of each character of Base64, also of its form for URLs (RFC 4648 4, 5); 255 for others. */
const SEXTETS: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const at = BASE64.indexOf(String.fromCharCode(code).replace('-', '+').replace('_', '/'));
  return at < 0 ? 255 : at;
});

/** Bytes of Base64. Characters that are none of it are skipped, as the ends of lines are. */
export function parseBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let held = 0;
  for (let at = 0; at < text.length; at++) {
    const sextet = SEXTETS[text.charCodeAt(at)] ?? 255;
    if (sextet === 255) continue;
    held = ((held << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = held >> bits;
  }
  return bytes.subarray(0, length);
}

/** The index of a text of ASCII characters, from `from` on; -1 if it is not there. */
export function indexOf(bytes: Uint8Array, text: string, from = 0): number {
  const first = text.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same++;
    if (same === text.length) return at;
  }
  return -1;
}
