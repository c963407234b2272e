/**
 * Input that waits because reading is paused, in order.
 *
 * - Written by `push`, until the byte is read; it holds copies, never a host's chunk.
 * - Seen by the connection's reader alone, and by whoever the reader lends spans of it to.
 * - Bounded by `ConnectionOptions.maxBacklogBytes`, which the connection checks before it calls `push`; what is held is at most
 *   twice that and 64 KiB, as small chunks are put together.
 */
import { copyInto, copyOf } from './bytes.js';

const MIN_SEGMENT_BYTES = 64;
const MAX_SEGMENT_BYTES = 0x1_0000;

/** Bytes in a row; those before `at` have been read, those from `used` on have not been written. */
interface Segment {
  readonly bytes: Uint8Array;
  at: number;
  used: number;
}

/** A queue of bytes that is filled and emptied in time linear in their number, in whatever pieces they come. */
export class Backlog {
  readonly #segments: Segment[] = [];
  /** Index of the first segment that has not been read to its end; those before are empty places. */
  #first = 0;
  #bytes = 0;
  /** Whether the host asked for the pause. */
  paused = false;
  /** Whether the end of input waits too. */
  ended = false;

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Puts a copy of a range behind what waits. */
  push(source: Uint8Array, start: number, end: number): void {
    let from = start;
    const last = this.#segments.at(-1);
    if (last !== undefined) {
      const fits = Math.min(end - from, last.bytes.length - last.used);
      copyInto(source, from, from + fits, last.bytes, last.used);
      last.used += fits;
      from += fits;
    }
    if (from < end) {
      // Twice as long as the one before, so that one-byte chunks make few segments, and little room is left over.
      const doubled = Math.min(2 * (last?.bytes.length ?? 0), MAX_SEGMENT_BYTES);
      const length = Math.max(end - from, doubled, MIN_SEGMENT_BYTES);
      const bytes = length === end - from ? copyOf(source, from, end) : new Uint8Array(length);
      if (length > end - from) copyInto(source, from, end, bytes, 0);
      this.#segments.push({ bytes, at: 0, used: end - from });
    }
    this.#bytes += end - start;
  }

  /** The next bytes in a row that wait, as a segment; undefined if there are none. */
  get next(): Readonly<Segment> | undefined {
    return this.#segments[this.#first];
  }

  /** Counts bytes of {@link Backlog.next} as read, up to this index in it. */
  readTo(index: number): void {
    const segment = this.#segments[this.#first]!;
    this.#bytes -= index - segment.at;
    segment.at = index;
    if (index < segment.used) return;
    // Read to its end: what comes later begins a new one. The places are given up when they are half of all.
    this.#segments[this.#first++] = undefined as never;
    if (2 * this.#first >= this.#segments.length) {
      this.#segments.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
