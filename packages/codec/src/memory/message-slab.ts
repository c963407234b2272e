/**
 * Memory for the messages of one read. V8 keeps arrays of up to 64 bytes in its own heap, at 30 ns; a longer one of its own
 * costs 300 to 500 ns. So the messages of one chunk that are neither tiny nor large share slabs.
 *
 * - Written once, by the read that a slab was made for: a message's bytes before the sink gets them, and no others after.
 * - Seen by whoever the sink gives the messages to, for as long as they like: nothing comes back.
 * - Bounded: a message that is kept holds on to at most 8 KiB of its neighbours, which are messages of the same connection and
 *   the same read, and never to the host's chunk.
 */
import type { Allocate } from './allocate.js';

/** Up to here an array of its own is cheap. */
export const TINY_BYTES = 64;
/** From here an array of its own is what a message deserves. */
export const LARGE_BYTES = 4096;
const SLAB_BYTES = 8192;

/** Memory of which the next message of a read gets the next bytes. */
export class MessageSlab {
  readonly #buffer: ArrayBuffer;
  /** For masking by words; null where one message is all there will be. */
  readonly view: DataView | null;
  #used = 0;

  constructor(bytes: number, shared: boolean) {
    this.#buffer = new ArrayBuffer(bytes);
    this.view = shared ? new DataView(this.#buffer) : null;
  }

  get left(): number {
    return this.#buffer.byteLength - this.#used;
  }

  next(bytes: number): Uint8Array {
    const message = new Uint8Array(this.#buffer, this.#used, bytes);
    this.#used += bytes;
    return message;
  }
}

/** The slab of the read under way; null before its first message of middling length, and outside of reads. */
let current: MessageSlab | null = null;

/** A view of the memory of the message allocated last, for masking into it by words; null if it has an array of its own. */
export let messageView: DataView | null = null;

/**
 * An array for a message, every byte of which the caller then writes.
 *
 * @param bytes - its length
 * @param more - how many bytes of the chunk follow, of which the next messages may be made
 * @param allocate - where large ones come from
 */
export function allocateMessage(bytes: number, more: number, allocate: Allocate): Uint8Array {
  if (bytes <= TINY_BYTES || bytes >= LARGE_BYTES) {
    messageView = null;
    return bytes >= LARGE_BYTES ? allocate(bytes) : new Uint8Array(bytes);
  }
  if (current === null || current.left < bytes) {
    current = new MessageSlab(Math.max(bytes, Math.min(bytes + more, SLAB_BYTES)), more >= bytes);
  }
  messageView = current.view;
  return current.next(bytes);
}

/**
 * Begins a read, with slabs of its own: no two connections, and no two reads of one, ever share one.
 *
 * @returns the slab of the read that this one is inside of, as a sink may feed another connection: for {@link endSlab}
 */
export function beginSlab(): MessageSlab | null {
  const outer = current;
  current = null;
  return outer;
}

/** Ends a read: nothing of its messages is held on to. */
export function endSlab(outer: MessageSlab | null): void {
  current = outer;
  messageView = null;
}
