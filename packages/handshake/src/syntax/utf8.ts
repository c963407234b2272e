/** A text as UTF-8; a lone surrogate becomes U+FFFD. Engines without a `TextEncoder` get the same from here. */
import type { OwnBytes } from './own-bytes.js';

export function encodeUtf8(text: string): OwnBytes {
  if (typeof TextEncoder === 'function') return new TextEncoder().encode(text);
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    // A surrogate stands alone here: a pair is one character.
    const point = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
    if (point < 0x80) {
      bytes.push(point);
      continue;
    }
    if (point < 0x800) bytes.push(0xc0 | (point >> 6));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f));
    bytes.push(0x80 | (point & 0x3f));
  }
  return Uint8Array.from(bytes);
}
