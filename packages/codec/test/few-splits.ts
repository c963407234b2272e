import { splits } from '@sanssocket/test-vectors';
import { THOROUGH } from '../../../tools/thorough.js';

/** Inputs up to this length are cut in two everywhere. */
const SHORT_BYTES = 256;
/** Whole, byte by byte, and in two within the longest header and behind it. */
const ALWAYS = 2 + 16;
/** A prime step meets every place of frames of one length. */
const STEP = 13;
/** Inputs up to this length come byte by byte. */
const BYTEWISE_BYTES = 4096;
/** Bytes at both ends of a long input that come one by one, where the rest comes in chunks. */
const END_BYTES = 64;
const CHUNK_BYTES = 997;

/** One by one at both ends, as single bytes within a long payload are one path of the reader. */
function nearlyBytewise(input: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < input.length; ) {
    const nearEnd = at < END_BYTES || at >= input.length - END_BYTES;
    const size = nearEnd ? 1 : Math.min(CHUNK_BYTES, input.length - END_BYTES - at);
    chunks.push(input.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/**
 * The cuts of the vectors, fewer of long inputs: those in the first header, and every
 * thirteenth of the others. `npm run test:thorough` tries all.
 */
export function* fewSplits(
  input: Uint8Array,
  shortBytes: number = SHORT_BYTES,
): Generator<Uint8Array[], void, undefined> {
  if (THOROUGH || input.length <= shortBytes) {
    yield* splits(input);
    return;
  }
  let nth = 0;
  for (const chunks of splits(input)) {
    if (nth === 1 && input.length > BYTEWISE_BYTES) yield nearlyBytewise(input);
    else if (nth < ALWAYS || nth % STEP === 0) yield chunks;
    nth++;
  }
}
