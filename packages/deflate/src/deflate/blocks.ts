/** What stands in front of a block's data (RFC 1951 3.2.4 to 3.2.7): a stored block's length, a compressed one's codes. */
import { type BitReader, InflateError } from './bit-reader.js';
import { BlockCodes, type HuffmanCode } from './huffman.js';

/** RFC 1951 3.2.3: BTYPE. */
export const STORED = 0;
export const FIXED = 1;
export const DYNAMIC = 2;

/** RFC 1951 3.2.5. */
export const END_OF_BLOCK = 256;
/** RFC 1951 3.2.6: two more have codes, but no meaning. */
export const DISTANCES = 30;
const LITERALS = 286;
/** RFC 1951 3.2.5: what the symbols from 257 on stand for: a base, and how many more bits. */
export const LENGTH_BASE: readonly number[] = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
];
export const LENGTH_BITS: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];

/** RFC 1951 3.2.7: the order in which the lengths of the code length code come. */
const CODE_LENGTH_ORDER: readonly number[] = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

let fixed: BlockCodes | undefined;

/** RFC 1951 3.2.6. */
export function fixedCodes(): BlockCodes {
  if (fixed === undefined) {
    fixed = new BlockCodes();
    const { literals, distances, lengths } = fixed;
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288).fill(5, 288);
    literals.make(lengths, 0, 288, false);
    distances.make(lengths, 288, 320, false);
  }
  return fixed;
}

/** RFC 1951 3.2.5: how many more bits a distance has. */
export function distanceBits(symbol: number): number {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** RFC 1951 3.2.4: the length of a stored block, which begins with a byte; its data is next. */
export function readStoredLength(reader: BitReader): number {
  const length = reader.bits(16);
  if ((length ^ reader.bits(16)) !== 0xffff) throw new InflateError('EXTENSION_DATA');
  reader.align();
  return length;
}

/**
 * RFC 1951 3.2.7: the codes that a block brings.
 *
 * @param codes - what they are made in
 */
export function readCodes(reader: BitReader, codes: BlockCodes): void {
  const literalCount = reader.bits(5) + 257;
  const distanceCount = reader.bits(5) + 1;
  const codeLengthCount = reader.bits(4) + 4;
  if (literalCount > LITERALS || distanceCount > DISTANCES) throw new InflateError('EXTENSION_DATA');
  const { literals, distances, codeLengths, lengths } = codes;
  lengths.fill(0, 0, CODE_LENGTH_ORDER.length);
  for (let i = 0; i < codeLengthCount; i++) lengths[CODE_LENGTH_ORDER[i]!] = reader.bits(3);
  make(codeLengths, lengths, 0, CODE_LENGTH_ORDER.length, false);
  const count = literalCount + distanceCount;
  for (let i = 0; i < count; ) {
    const symbol = reader.symbol(codeLengths);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) throw new InflateError('EXTENSION_DATA');
    const value = symbol === 16 ? lengths[i - 1]! : 0;
    const repeat =
      symbol === 16 ? 3 + reader.bits(2) : symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7);
    if (i + repeat > count) throw new InflateError('EXTENSION_DATA');
    lengths.fill(value, i, i + repeat);
    i += repeat;
  }
  if (lengths[END_OF_BLOCK] === 0) throw new InflateError('EXTENSION_DATA');
  make(literals, lengths, 0, literalCount, true);
  make(distances, lengths, literalCount, count, true);
}

function make(code: HuffmanCode, lengths: Uint8Array, start: number, end: number, incomplete: boolean): void {
  if (!code.make(lengths, start, end, incomplete)) throw new InflateError('EXTENSION_DATA');
}
