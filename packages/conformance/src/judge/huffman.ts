/** Huffman codes of DEFLATE (RFC 1951 3.2.2) as one table each: the next bits are the index, an entry is symbol and length. */

/** The longest code there can be. */
export const MAX_CODE_BITS = 15;

/** A code, ready to decode with. An entry is `symbol << 4 | bits`; 0 is no code. */
export interface HuffmanCode {
  readonly table: Uint16Array | Uint32Array;
  /** How many bits index the table. */
  readonly bits: number;
}

/**
 * Builds the table of a code.
 *
 * @param lengths - bits of each symbol's code, 0 for a symbol without one
 * @returns the code; undefined if the lengths make none: too many codes of a length, or some missing where there is more than one
 */
export function huffmanCode(lengths: Uint8Array): HuffmanCode | undefined {
  const count = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) count[length]!++;
  count[0] = 0;
  let bits = MAX_CODE_BITS;
  while (bits > 1 && count[bits] === 0) bits--;
  const next = new Uint16Array(MAX_CODE_BITS + 2);
  let left = 1;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    left = left * 2 - count[length]!;
    if (left < 0) return undefined;
    next[length + 1] = (next[length]! + count[length]!) << 1;
  }
  const codes = count.reduce((sum, number) => sum + number, 0);
  if (left > 0 && codes > 1) return undefined;
  const table = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    const entry = (symbol << 4) | length;
    for (let at = reverse(next[length]!++, length); at < table.length; at += 1 << length) table[at] = entry;
  }
  return { table, bits };
}

/** Codes are packed with their first bit lowest (RFC 1951 3.1.1). */
function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
  return reversed;
}

const fixedLengths = new Uint8Array(288);
fixedLengths.fill(8, 0, 144);
fixedLengths.fill(9, 144, 256);
fixedLengths.fill(7, 256, 280);
fixedLengths.fill(8, 280, 288);

/** RFC 1951 3.2.6: the code of literals and lengths. */
export const FIXED_LITERALS: HuffmanCode = huffmanCode(fixedLengths)!;
/** RFC 1951 3.2.6: the code of distances, of which the last two never occur. */
export const FIXED_DISTANCES: HuffmanCode = huffmanCode(new Uint8Array(32).fill(5))!;
