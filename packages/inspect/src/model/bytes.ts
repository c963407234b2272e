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

/** Bytes as text of which each character is one byte. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return bufferOf(bytes).toString('latin1', start, end);
}

export function hexOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return bufferOf(bytes).toString('hex', start, end);
}

/** Bytes of hexadecimal digits, with or without separators; undefined for other text. */
export function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/[\s:,;_-]|0x|\\x/gi, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** The index of a text of ASCII characters, from `from` on; -1 if it is not there. */
export function indexOf(bytes: Uint8Array, text: string, from = 0): number {
  return bufferOf(bytes).indexOf(text, from, 'latin1');
}

/** A view with Node's methods. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
