/**
 * A message cut short must not pass for a whole one, and functions that take it all at once do not tell where a block ended. A
 * payload ends with the header of a stored block whose length, 0, is the four bytes that are left out (RFC 7692 7.2.1, 7.2.2). So
 * they get another length behind it, and as many bytes that nobody knows before; if the output ends with these, it was that header
 * they stood behind. Only a stored block that is too short could take all of it for its own, and then shows the length, too. The length
 * is another one each time, so that no peer can make messages that look like that.
 */
import { copyOf } from '../deflate/bytes.js';

/** How many unknown bytes at least, and how many more at most: less than a power of 2 by 1. */
const MIN_MARK_BYTES = 8;
const MORE_MARK_BYTES = 63;
/** A length takes four bytes, as it stands there twice (RFC 1951 3.2.4). */
const LENGTH_BYTES = 4;
/** An empty last block, so that the stream has an end. */
const LAST_BLOCK: readonly number[] = [1, 0, 0, 0xff, 0xff];
const MAX_TAIL_BYTES = LENGTH_BYTES + MIN_MARK_BYTES + MORE_MARK_BYTES + LAST_BLOCK.length;

/** RFC 1951 3.2.5: the longest that one symbol stands for; one takes a bit at least. */
const MAX_LENGTH = 258;

/**
 * How many bytes of output a tail can make at most, if a payload that is cut takes it for data: output that is longer than allowed by
 * more than this is too long for sure.
 */
export const MAX_TAIL_OUTPUT_BYTES: number = 8 * MAX_TAIL_BYTES * MAX_LENGTH;

/** Makes a tail to append to a payload, another one each time. */
export function markedTail(): Uint8Array {
  const random = crypto.getRandomValues(new Uint8Array(MAX_TAIL_BYTES));
  const markBytes = MIN_MARK_BYTES + (random[0]! & MORE_MARK_BYTES);
  const end = LENGTH_BYTES + markBytes;
  random.set([markBytes, 0, ~markBytes, 0xff]);
  random.set(LAST_BLOCK, end);
  return random.subarray(0, end + LAST_BLOCK.length);
}

/**
 * What was inflated of a payload with a tail.
 *
 * @param start - where the message begins in the output
 * @returns a copy; undefined if it is not sure that this is the whole message
 */
export function unmarked(output: Uint8Array, start: number, tail: Uint8Array): Uint8Array | undefined {
  const markEnd = tail.length - LAST_BLOCK.length;
  const end = output.length - (markEnd - LENGTH_BYTES);
  if (end < start || !endsWith(output, output.length, tail, LENGTH_BYTES, markEnd)) return undefined;
  if (end - start >= LENGTH_BYTES && endsWith(output, end, tail, 0, LENGTH_BYTES)) return undefined;
  return copyOf(output, start, end);
}

/** Whether the bytes before `end` are `tail[from]` to `tail[to - 1]`. */
function endsWith(output: Uint8Array, end: number, tail: Uint8Array, from: number, to: number): boolean {
  for (let i = 1; i <= to - from; i++) if (output[end - i] !== tail[to - i]) return false;
  return true;
}
