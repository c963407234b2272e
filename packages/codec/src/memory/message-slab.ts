/**
 * Memory for the messages of one read. V8 keeps arrays of up to 64 bytes in its own heap, at 30 ns; a longer one of its own
 * costs 300 to 500 ns. So the messages of one chunk that are neither tiny nor large share slabs: a message that is kept
 * holds on to at most 8 KiB of its neighbours, and never to the host's chunk.
 */

/** Up to here an array of its own is cheap. */
export const TINY_BYTES = 64;
/** From here an array of its own is what a message deserves. */
export const LARGE_BYTES = 4096;
const SLAB_BYTES = 8192;

let slab: ArrayBuffer | null = null;
let used = 0;

/** A view of the memory of the message allocated last, for masking into it by words; null if it has an array of its own. */
export let messageView: DataView | null = null;

/**
 * An array for a message, every byte of which the caller then writes.
 *
 * @param bytes - its length
 * @param allocate - where large ones come from
 * @param more - how many bytes of the chunk follow, of which the next messages may be made
 */
export function allocateMessage(
  bytes: number,
  more: number,
  allocate: (bytes: number) => Uint8Array,
): Uint8Array {
  if (bytes <= TINY_BYTES || bytes >= LARGE_BYTES) {
    messageView = null;
    return bytes >= LARGE_BYTES ? allocate(bytes) : new Uint8Array(bytes);
  }
  if (slab === null || slab.byteLength - used < bytes) {
    slab = new ArrayBuffer(Math.max(bytes, Math.min(bytes + more, SLAB_BYTES)));
    used = 0;
    slabView = more < bytes ? null : new DataView(slab);
  }
  messageView = slabView;
  const message = new Uint8Array(slab, used, bytes);
  used += bytes;
  return message;
}

let slabView: DataView | null = null;

/** Begins a read, with slabs of its own: no two connections, and no two reads of one, ever share one. */
export function releaseSlab(): void {
  if (slab === null) return;
  slab = null;
  slabView = null;
  messageView = null;
}
