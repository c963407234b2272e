/**
 * Huffman codes of DEFLATE (RFC 1951 3.2.2). Short codes are found in a table that the next bits
 * index, the few long ones bit by bit: building a table for 15 bits took longer than reading the
 * block.
 */

/** Codes up to this many bits are in the table. */
export const TABLE_BITS = 10;
const MAX_CODE_BITS = 15;

/** A code, ready to decode with. */
export interface HuffmanCode {
  /** By the next `TABLE_BITS` bits: `symbol << 4 | bits`; 0 for a longer code or none. */
  readonly table: Uint16Array;
  /** How many codes there are of each length. */
  readonly counts: Uint16Array;
  /** All symbols in the order of their codes. */
  readonly symbols: Uint16Array;
}

/**
 * Builds a code.
 *
 * @param lengths - bits of each symbol's code, 0 for a symbol without one
 * @returns the code; undefined if the lengths make none: too many codes of a length, or some
 * missing where there is more than one
 */
export function huffmanCode(lengths: Uint8Array): HuffmanCode | undefined {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) counts[length]!++;
  const codes = lengths.length - counts[0]!;
  counts[0] = 0;
  let left = 1;
  const next = new Uint16Array(MAX_CODE_BITS + 2);
  const place = new Uint16Array(MAX_CODE_BITS + 2);
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) return undefined;
    next[length + 1] = (next[length]! + counts[length]!) << 1;
    place[length + 1] = place[length]! + counts[length]!;
  }
  if (left > 0 && codes > 1) return undefined;
  const table = new Uint16Array(1 << TABLE_BITS);
  const symbols = new Uint16Array(codes);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length === 0) continue;
    symbols[place[length]!++] = symbol;
    const code = next[length]!++;
    if (length > TABLE_BITS) continue;
    const entry = (symbol << 4) | length;
    for (let at = reverse(code, length); at < table.length; at += 1 << length) table[at] = entry;
  }
  return { table, counts, symbols };
}

/**
 * Finds a code that is not in the table.
 *
 * @param bits - the next bits, the first one lowest
 * @returns an entry as in the table; 0 if there is no such code
 */
export function longCode({ counts, symbols }: HuffmanCode, bits: number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    code |= (bits >> (length - 1)) & 1;
    const count = counts[length]!;
    if (code - first < count) return (symbols[index + code - first]! << 4) | length;
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return 0;
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
