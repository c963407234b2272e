/**
 * A short frame, or a header, of which some bytes are missing: kept as it came, the only bytes a frame reader ever keeps. Fed
 * byte by byte, a frame of 16 bytes takes a third of the time it takes piece by piece.
 */
import { MAX_CONTROL_PAYLOAD_BYTES } from '../opcodes.js';

/** Frames up to this size may be kept until they are whole: a header with a masking key, and the longest 7-bit length. */
const MAX_PARTIAL_BYTES = 2 + 4 + MAX_CONTROL_PAYLOAD_BYTES;

/** Bytes of one frame. */
export class PartialFrame {
  readonly bytes: Uint8Array = new Uint8Array(MAX_PARTIAL_BYTES);
  size = 0;
  /** How many bytes have to be there before there is more to say than now. */
  needed = 0;

  /** @returns the index after the last byte taken of the chunk: all that are needed, as far as they are there */
  take(chunk: Uint8Array, start: number, end: number): number {
    const { bytes } = this;
    let at = start;
    let { size } = this;
    for (const { needed } = this; size < needed && at < end; size++, at++) bytes[size] = chunk[at]!;
    this.size = size;
    return at;
  }
}

/** Some that nobody uses, for the next ones: an array outside of V8's heap costs 300 ns. */
const spare: PartialFrame[] = [];
const MAX_SPARE = 16;

/** @param needed - how many bytes there have to be at least */
export function takePartialFrame(needed: number): PartialFrame {
  const partial = spare.pop() ?? new PartialFrame();
  partial.size = 0;
  partial.needed = needed;
  return partial;
}

/** Nobody will read its bytes any more. */
export function givePartialFrameBack(partial: PartialFrame): void {
  if (spare.length < MAX_SPARE) spare.push(partial);
}
