/** Payloads as text that is safe to show: nothing of a peer's reaches a terminal as a command. */

/**
 * Control characters, formats (bidirectional ones, zero-width ones, tags), separators of lines,
 * private use and lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\\]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** A text with all that is not safe to show escaped, as in a string of JavaScript. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escapeOf(character));
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

/** JSON in ASCII where a character is not safe to show. */
export function escapeJson(json: string): string {
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** The beginning of a text, quoted and safe, cut to a number of characters. */
export function previewText(text: string, width: number): string {
  const characters = Array.from(text.slice(0, 2 * width + 2));
  const cut = characters.length > width || text.length > 2 * width + 2;
  const shown = escapeText(characters.slice(0, width).join('')).replaceAll('"', '\\"');
  return `"${shown}"${cut ? '...' : ''}`;
}

/** The beginning of bytes as pairs of digits. */
export function previewBytes(bytes: Uint8Array, width: number): string {
  const count = Math.max(1, Math.floor(width / 3));
  const digits = Buffer.from(bytes.subarray(0, count)).toString('hex').replace(/../g, '$& ').trim();
  return bytes.length > count ? `${digits} ...` : digits;
}
