/**
 * Makes a finished stream look like a flushed one: the same blocks, none of them the last, and an
 * empty stored block behind them. For compressors that cannot flush. A finished stream is a legal
 * message, too (RFC 7692 7.2.3.4), but many peers have one inflater a connection, which has reached
 * its end then, and take every later message for an empty one.
 */

import { BitReader, type BlockCodes, InflateError } from './huffman.js';
import {
  codesScratch,
  DYNAMIC,
  distanceBits,
  END_OF_BLOCK,
  FIXED,
  fixedCodes,
  LENGTH_BITS,
  readCodes,
  readStoredLength,
  STORED,
} from './inflate.js';

/** RFC 1951 3.2.3: BFINAL and BTYPE. */
const HEADER_BITS = 3;

/**
 * RFC 1951 3.2.6: the code of the end of a block in a fixed block, which has nothing else if it is
 * empty.
 */
const EMPTY_FIXED_BITS = HEADER_BITS + 7;

/**
 * RFC 1951 3.2.4: the length of an empty stored block, twice; the last four bytes of a flush (RFC
 * 7692 7.2.1).
 */
const EMPTY_LENGTH: readonly number[] = [0, 0, 0xff, 0xff];

/**
 * Makes it. Each bit is read once, and none is kept.
 *
 * @param stream - one stream from its beginning to the block with BFINAL
 * @returns an array of its own; at most five bytes longer, and like zlib's after a `Z_SYNC_FLUSH`
 * of the same data
 * @throws Error if it is not such a stream
 */
export function unfinished(stream: Uint8Array): Uint8Array {
  const { header, type, end } = lastBlock(stream);
  // A compressor that had nothing more to say when it was told to finish ends with an empty block,
  // which a flush does not have.
  const keptBits = type === FIXED && end - header === EMPTY_FIXED_BITS ? header : end;
  const headerEnd = Math.ceil((keptBits + HEADER_BITS) / 8);
  const flushed = new Uint8Array(headerEnd + EMPTY_LENGTH.length);
  flushed.set(stream.subarray(0, Math.ceil(keptBits / 8)));
  flushed.set(EMPTY_LENGTH, headerEnd);
  // The block before lies in the same byte: the bits behind it become zeros, the header of an empty
  // stored block.
  if ((keptBits & 7) !== 0) flushed[keptBits >> 3]! &= (1 << (keptBits & 7)) - 1;
  if (keptBits === end) flushed[header >> 3]! &= ~(1 << (header & 7));
  return flushed;
}

/** Where a stream's last block stands. */
interface LastBlock {
  /** The bit at which it begins, and the one behind it. */
  readonly header: number;
  readonly end: number;
  readonly type: number;
}

function lastBlock(stream: Uint8Array): LastBlock {
  const codes = codesScratch.borrow();
  try {
    return passOverBlocks(new BitReader(stream), codes);
  } catch (error) {
    if (error instanceof InflateError)
      throw new Error('what a compressor gave is not one whole DEFLATE stream');
    throw error;
  } finally {
    codesScratch.giveBack(codes);
  }
}

function passOverBlocks(reader: BitReader, codes: BlockCodes): LastBlock {
  for (;;) {
    const header = reader.bit;
    const last = reader.bits(1);
    const type = reader.bits(2);
    if (type === STORED) {
      reader.align();
      const length = readStoredLength(reader);
      if (reader.bytes(length).length < length) throw new InflateError('EXTENSION_DATA');
    } else if (type === FIXED) passOver(reader, fixedCodes());
    else if (type === DYNAMIC) {
      readCodes(reader, codes);
      passOver(reader, codes);
    } else throw new InflateError('EXTENSION_DATA');
    if (last === 0) continue;
    const end = reader.bit;
    reader.align();
    if (!reader.atEnd) throw new InflateError('EXTENSION_DATA');
    return { header, end, type };
  }
}

/** RFC 1951 3.2.3: reads symbols up to the end of the block. */
function passOver(reader: BitReader, { literals, distances }: BlockCodes): void {
  for (;;) {
    const symbol = reader.symbol(literals);
    if (symbol < END_OF_BLOCK) continue;
    if (symbol === END_OF_BLOCK) return;
    const lengthBits = LENGTH_BITS[symbol - END_OF_BLOCK - 1];
    if (lengthBits === undefined) throw new InflateError('EXTENSION_DATA');
    reader.bits(lengthBits);
    reader.bits(distanceBits(reader.symbol(distances)));
  }
}
