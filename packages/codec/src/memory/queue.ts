/**
 * Bytes that wait in order: input while reading is paused, data in line for an extension.
 *
 * - Written by `push`, until the byte is read; the queue holds copies, never a caller's memory.
 * - Seen by the reader that empties it, which may lend slices of it.
 * - Bounded by the writer (for input, `ConnectionOptions.maxInputBufferBytes`); the memory held
 *   is at most twice the bytes that wait, and 4 KiB, as small chunks are put together and read
 *   bytes are let go.
 */

import { copyInto, copyOf } from './bytes.js';

/**
 * Bounds of a segment that grows with the bytes held; a longer chunk gets one of its own length.
 */
export const MIN_SEGMENT_BYTES = 64;

export const MAX_SEGMENT_BYTES = 0x1_0000;

/** A longer segment is not kept for less than half of its bytes. */
const MAX_SPARSE_BYTES = 4096;

/** Bytes in a row; those before `at` have been read, those from `used` on have not been written. */
interface Segment {
  bytes: Uint8Array;
  at: number;
  used: number;
}

/** So many empty places at most are left before the first item, or as many as there are items. */
const EMPTY_PLACES = 32;

/**
 * First in, first out, in time linear in the items: places that are empty are given up when they
 * are half of all.
 */
export class Fifo<T> {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly Fifo<unknown>[] = [/* @__PURE__ */ new Fifo()];

  readonly #items: (T | undefined)[] = [];
  /** Index of the first item that has not been taken. */
  #next = 0;

  push(item: T): void {
    this.#items.push(item);
  }

  /** The item that has waited longest. */
  get first(): T | undefined {
    return this.#items[this.#next];
  }

  /** The item that came last. */
  get last(): T | undefined {
    return this.#items.at(-1);
  }

  /** Takes the item that has waited longest. */
  shift(): T | undefined {
    const items = this.#items;
    const item = items[this.#next];
    items[this.#next++] = undefined;
    // A queue of a few items is emptied before that: eight take 90 ns less.
    if (this.#next >= EMPTY_PLACES && 2 * this.#next >= items.length) {
      items.splice(0, this.#next);
      this.#next = 0;
    }
    return item;
  }
}

/**
 * A queue of bytes that is filled and emptied in time linear in their number, however they are
 * cut.
 */
export class ByteQueue {
  readonly #segments: Fifo<Segment> = new Fifo();
  #bytes = 0;

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Puts a copy of a range behind the bytes that wait. */
  push(source: Uint8Array, start: number, end: number): void {
    let from = start;
    const { last } = this.#segments;
    if (last !== undefined) {
      const fits = Math.min(end - from, last.bytes.length - last.used);
      copyInto(source, from, from + fits, last.bytes, last.used);
      last.used += fits;
      from += fits;
    }
    if (from < end) {
      // As long as all that waits, so that one-byte chunks make few segments, and little room is
      // left over.
      const doubled = Math.min(this.#bytes, MAX_SEGMENT_BYTES);
      const length = Math.max(end - from, doubled, MIN_SEGMENT_BYTES);
      const bytes = length === end - from ? copyOf(source, from, end) : new Uint8Array(length);
      if (length > end - from) copyInto(source, from, end, bytes, 0);
      this.#segments.push({ bytes, at: 0, used: end - from });
    }
    this.#bytes += end - start;
  }

  /** The next bytes in a row that wait, as a segment; undefined if there are none. */
  get next(): Readonly<Segment> | undefined {
    return this.#segments.first;
  }

  /** Counts bytes of {@link ByteQueue.next} as read, up to this index in it. */
  readTo(index: number): void {
    const segment = this.#segments.first!;
    this.#bytes -= index - segment.at;
    segment.at = index;
    // Later bytes begin a new segment.
    if (index === segment.used) this.#segments.shift();
    const rest = this.#segments.first;
    if (rest !== undefined) shrink(rest);
  }

  /** Reads the next bytes, of which there are so many at least, into an array of its own. */
  take(bytes: number): Uint8Array {
    const taken = new Uint8Array(bytes);
    for (let at = 0; at < bytes; ) {
      const segment = this.#segments.first!;
      const length = Math.min(bytes - at, segment.used - segment.at);
      copyInto(segment.bytes, segment.at, segment.at + length, taken, at);
      at += length;
      this.readTo(segment.at + length);
    }
    return taken;
  }
}

/**
 * Lets go of memory that is mostly read, or has not been written: fewer bytes are copied than
 * have been let go.
 */
function shrink(segment: Segment): void {
  const { bytes, at, used } = segment;
  if (bytes.length <= MAX_SPARSE_BYTES || 2 * (used - at) >= bytes.length) return;
  segment.bytes = copyOf(bytes, at, used);
  segment.used = used - at;
  segment.at = 0;
}
