/**
 * The bytes of an unfinished message.
 *
 * Bytes are copied once, to their place in a segment, and unmasked on the way; and once more when
 * it is certain how long the message is, and half of it is there, into the array that will be the
 * message. Segments double in size up to 64 KiB, so short slices merge.
 *
 * - Written by the message's reader, until the message is whole. A slice that is held where it
 *   stands is written by nobody: its memory has been given away by the caller (`transferInput`),
 *   and is unmasked on its way out of it.
 * - Seen by the handler once the message is whole: as one array, which is then the handler's; or,
 *   of text, by the decoder, and the segments are let go.
 * - Bounded by the limits of a message: the memory held is at most twice the bytes that came, or
 *   64 KiB more. Nothing is allocated from a declared length, which a peer can announce without
 *   ever sending it.
 */

import { type MaskFunction, maskView, rotateKey } from '@sanssocket/mask';
import type { OwnBytes } from '../wire/errors.js';
import { type Allocate, copyInto, copyOf, EMPTY } from './bytes.js';
import { LARGE_BYTES } from './message-slab.js';
import { MAX_SEGMENT_BYTES, MIN_SEGMENT_BYTES } from './queue.js';
import { lentView, VIEW_TO_BYTES } from './scratch.js';

const SMALL_REST_BYTES = 8192;

/**
 * A segment this long gets a view for short slices that a scan has unmasked: fragments of 64
 * bytes take 30 ns less.
 */
const VIEW_FROM_BYTES = 1024;

/** Bytes before the tail. */
interface Segment {
  readonly bytes: Uint8Array;
  /** How many of its bytes are written. */
  readonly used: number;
  /** The kernel that unmasks a slice held as it came, by `key`; null for a segment of our own. */
  readonly mask: MaskFunction | null;
  readonly key: number;
}

/** Collects slices and gives them back as one array. */
export class MessageBuffer {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly MessageBuffer[] = [/* @__PURE__ */ new MessageBuffer(() => EMPTY)];

  readonly #allocate: Allocate;
  /** Null while the tail is all. */
  #full: Segment[] | null = null;
  /** The segment last written to. */
  tail: OwnBytes = EMPTY;
  #tailView: DataView | null = null;
  /** How much of {@link MessageBuffer.tail} is written. */
  tailBytes = 0;
  #bytes = 0;
  /** How many bytes stand in segments of our own. */
  #ownBytes = 0;
  /** Whether the tail is the message itself: the rest goes to its final place. */
  #gathered = false;

  /** @param allocate - gives memory of which only written bytes are ever handed out */
  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  /** How many bytes are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Copies a slice in, unmasking it.
   *
   * @param atMost - how many bytes will come in all, this slice included, if that is certain: the
   * last segment is then no larger than needed, and often the message itself
   * @returns the number of bytes that went into the tail: where a slice does not fit, call again
   * with the rest. The bytes just written are the last ones of {@link MessageBuffer.tail}
   */
  append(
    source: Uint8Array,
    start: number,
    end: number,
    mask: MaskFunction,
    key: number,
    atMost: number,
  ): number {
    if (this.tailBytes === this.tail.length) this.#addSegment(end - start, atMost);
    const tail = this.tail;
    const used = this.tailBytes;
    const length = Math.min(end - start, tail.length - used);
    const view =
      key === 0 && tail.length >= VIEW_FROM_BYTES && length <= VIEW_TO_BYTES ? lentView(source) : null;
    if (view !== null) {
      this.#tailView ??= new DataView(tail.buffer, tail.byteOffset, tail.length);
      maskView(view, start, start + length, this.#tailView, used, 0);
    } else if (key !== 0) mask(source, start, start + length, tail, used, key);
    else copyInto(source, start, start + length, tail, used);
    this.tailBytes = used + length;
    this.#bytes += length;
    this.#ownBytes += length;
    return length;
  }

  /** As {@link MessageBuffer.append}, until the whole slice is in. */
  appendAll(
    source: Uint8Array,
    start: number,
    end: number,
    mask: MaskFunction,
    key: number,
    atMost: number,
  ): void {
    let at = start;
    let left = atMost;
    while (at < end) {
      const length = this.append(source, at, end, mask, rotateKey(key, at - start), left);
      at += length;
      left -= length;
    }
  }

  /**
   * Holds a slice where it stands, masked as it is, until the message is whole: one copy less,
   * and 1 MiB in three quarters of the time. For slices that are at least half of their memory,
   * which has been given away, while {@link MessageBuffer.holds}.
   */
  hold(bytes: Uint8Array, start: number, end: number, mask: MaskFunction, key: number): void {
    this.#closeTail();
    const used = end - start;
    this.#full ??= [];
    this.#full.push({ bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + start, used), used, mask, key });
    this.#bytes += used;
  }

  /** Whether a slice may be held; if not, it is better copied to its final place. */
  get holds(): boolean {
    return !this.#gathered;
  }

  /**
   * All bytes as one array of exactly their length, the caller's to keep. The buffer must not be
   * used after.
   */
  toBytes(): OwnBytes {
    // Not `EMPTY`, which is shared: the owner of a message may transfer its memory away.
    if (this.#bytes === 0) return new Uint8Array(0);
    if (this.#full === null && this.tailBytes === this.tail.length) return this.tail;
    const bytes = this.#make(this.#bytes);
    this.#copyTo(bytes);
    this.release();
    return bytes;
  }

  /**
   * Moves all bytes out, to the beginning of `target`; the buffer is empty then, and can be used
   * again.
   */
  drain(target: Uint8Array): void {
    this.#copyTo(target);
    this.release();
    this.#bytes = 0;
    this.#ownBytes = 0;
    this.#gathered = false;
  }

  #copyTo(target: Uint8Array): void {
    let at = 0;
    for (const { bytes, used, mask, key } of this.#full ?? []) {
      if (mask === null || key === 0) copyInto(bytes, 0, used, target, at);
      else mask(bytes, 0, used, target, at, key);
      at += used;
    }
    copyInto(this.tail, 0, this.tailBytes, target, at);
  }

  /** Lets the bytes go. */
  release(): void {
    this.#full = null;
    this.tail = EMPTY;
    this.#tailView = null;
    this.tailBytes = 0;
  }

  #addSegment(arriving: number, atMost: number): void {
    const held = this.#bytes;
    // If less is to come than has come, or little, the message itself is made at once: the rest
    // goes to its final place.
    if (atMost - arriving <= Math.max(held + arriving, SMALL_REST_BYTES)) {
      const message = this.#make(held + atMost);
      if (held > 0) {
        this.#copyTo(message);
        this.release();
      }
      this.tail = message;
      this.tailBytes = held;
      this.#gathered = true;
      return;
    }
    this.#closeTail();
    const doubled = Math.min(Math.max(this.#ownBytes, MIN_SEGMENT_BYTES), MAX_SEGMENT_BYTES);
    this.tail = this.#make(Math.max(arriving, doubled));
  }

  #closeTail(): void {
    const used = this.tailBytes;
    if (used === 0) return;
    const tail = this.tail;
    // Many slices held elsewhere must not leave a nearly empty segment each.
    const bytes = 2 * used < tail.length ? copyOf(tail, 0, used) : tail;
    this.#full ??= [];
    this.#full.push({ bytes, used, mask: null, key: 0 });
    this.tail = EMPTY;
    this.#tailView = null;
    this.tailBytes = 0;
  }

  #make(bytes: number): OwnBytes {
    return bytes < LARGE_BYTES ? new Uint8Array(bytes) : this.#allocate(bytes);
  }
}
