/**
 * A short frame, or a header, of which bytes have not come, kept as it came: these are the only
 * bytes that a frame reader keeps. Fed byte by byte, a frame of 16 bytes takes a third of the time
 * that it takes part by part.
 *
 * - Written by its reader as bytes come, until the frame is whole.
 * - Seen by the handlers, if the frame is passed on whole, until they return.
 * - Bounded: one of at most 131 bytes a connection, for as long as a frame is cut.
 */

import { MAX_CONTROL_PAYLOAD_BYTES } from '../wire/opcodes.js';
import { copyInto } from './bytes.js';
import { declareOwn } from './ownership.js';

/** V8 keeps arrays of this length in its own heap, where they cost a tenth. */
const SHORT_BYTES = 64;

/**
 * Frames up to this size may be kept until they are whole: a header with a masking key, and the
 * longest 7-bit length.
 */
const MAX_PARTIAL_BYTES = 2 + 4 + MAX_CONTROL_PAYLOAD_BYTES;

/** Bytes of one frame. */
export class PartialFrame {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly PartialFrame[] = [/* @__PURE__ */ new PartialFrame(0)];

  bytes: Uint8Array = new Uint8Array(SHORT_BYTES);
  size = 0;
  /** The number of bytes at which the reader can go on. */
  needed: number;

  constructor(needed: number) {
    this.needed = needed;
    declareOwn(this.bytes);
  }

  /**
   * @returns the index after the last byte taken of the chunk: all that are needed, as far as they
   * have come
   */
  take(chunk: Uint8Array, start: number, end: number): number {
    if (this.needed > this.bytes.length) this.grow();
    const { bytes } = this;
    let at = start;
    let { size } = this;
    for (const { needed } = this; size < needed && at < end; size++, at++) bytes[size] = chunk[at]!;
    this.size = size;
    return at;
  }

  private grow(): void {
    const { bytes } = this;
    this.bytes = new Uint8Array(MAX_PARTIAL_BYTES);
    declareOwn(this.bytes);
    copyInto(bytes, 0, this.size, this.bytes, 0);
  }
}
