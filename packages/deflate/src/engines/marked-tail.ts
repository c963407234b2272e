/**
 * A message cut short must not pass for a whole one, and functions that take it all at once do not tell where a block ended. So
 * they get something behind the four bytes that are left out (RFC 7692 7.2.2): a last block of bytes that nobody knows before.
 * If the output ends with them, whatever stood in front has ended in time.
 */
import { copyOf } from '../deflate/bytes.js';

const MARK_BYTES = 8;
/** 00 00 ff ff, the header of a last stored block of eight bytes (RFC 1951 3.2.4), room for them. */
const TAIL: readonly number[] = [0, 0, 0xff, 0xff, 1, MARK_BYTES, 0, ~MARK_BYTES & 0xff, 0xff];
/** What a stored block that is too short may take for its own: the four bytes, or all that stands before the mark. */
const MISTAKEN_BYTES: readonly number[] = [4, TAIL.length];

/** RFC 1951 3.2.5: the longest that one symbol stands for; one takes a bit at least. */
const MAX_LENGTH = 258;

/**
 * How many bytes of output a tail can make at most, if a payload that is cut takes it for data: output that is longer than allowed by
 * more than this is too long for sure.
 */
export const MAX_TAIL_OUTPUT_BYTES: number = 8 * (TAIL.length + MARK_BYTES) * MAX_LENGTH;

/** Makes a tail to append to a payload, another one each time. */
export function markedTail(): Uint8Array {
  const tail = new Uint8Array(TAIL.length + MARK_BYTES);
  tail.set(TAIL);
  crypto.getRandomValues(tail.subarray(TAIL.length));
  return tail;
}

/**
 * What was inflated of a payload with a tail.
 *
 * @param start - where the message begins in the output
 * @returns a copy; undefined if it is not sure that this is the whole message
 */
export function unmarked(output: Uint8Array, start: number, tail: Uint8Array): Uint8Array | undefined {
  const end = output.length - MARK_BYTES;
  if (end < start || !endsWith(output, output.length, tail, TAIL.length, tail.length)) return undefined;
  for (const bytes of MISTAKEN_BYTES) {
    if (end - start >= bytes && endsWith(output, end, tail, 0, bytes)) return undefined;
  }
  return copyOf(output, start, end);
}

/** Whether the bytes before `end` are `tail[from]` to `tail[to - 1]`. */
function endsWith(output: Uint8Array, end: number, tail: Uint8Array, from: number, to: number): boolean {
  for (let i = 1; i <= to - from; i++) if (output[end - i] !== tail[to - i]) return false;
  return true;
}
