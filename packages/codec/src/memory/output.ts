/**
 * Output that waits for the driver, in order. Small data is written into one growing slab, so
 * that everything one call made necessary leaves as one chunk; large data is queued by reference.
 * In reading order: `OutputMemory`, one for all connections of a configuration, and
 * `OutputQueue`, one for each connection with output.
 *
 * Slabs, the memory that output is put together in:
 *
 * - Written by the connection's sender, until the bytes leave as a chunk, behind those that are
 *   there. A chunk handed out is never written to again while a holder may look at it: its memory
 *   is `OutputMemory`'s, or the caller's that queued it.
 * - Seen by the driver once the chunk is taken, and by every holder to which the driver gives it,
 *   until the driver says that nobody holds it any more (`Connection.recycleOutput`); if it never
 *   says so, for ever. Little in a large slab leaves as a copy, which is never used again.
 * - Bounded: waiting output holds at most four times its bytes and 4 KiB, output that has left at
 *   most four times its bytes, or 1 KiB where chunks are given back. Kept for the next output are
 *   one slab of each length, 85 KiB in all, and one queue; and, of all configurations, the memory of
 *   one long output (`long`). The queue itself is bounded by the driver, which looks at
 *   `bufferedAmount`.
 *
 * A slab that is used again is in the cache still, and has its view: 16 KiB sent again and again
 * take 1 us that way, where fresh memory takes 4.
 *
 * Nothing changes where something throws: an exception of the caller's allocator passes through,
 * and the call can be made again.
 */

import type { OwnBytes } from '../wire/errors.js';
import { type Allocate, allocateCleared, copyInto, EMPTY } from './bytes.js';
import { keepLong, takeLong } from './long.js';
import { noteLent, noteReturned, poison, refuseReturned } from './ownership.js';
import { Fifo } from './queue.js';

/** The bytes that a header takes beside a payload of 16 or 64 KiB. */
const HEADER_BYTES = 64;

/** A slab grows up to here, and further output goes into a further chunk. */
const MAX_SLAB_BYTES: number = 0x1_0000 + HEADER_BYTES;

/**
 * Lengths of slabs. Each is about four times the one before, so that a quarter of a slab that has
 * grown is used.
 */
const SLAB_BYTES: readonly number[] = [1024, 4096, 0x4000 + HEADER_BYTES, MAX_SLAB_BYTES];

/**
 * The longest slab that output begins with if less is certain to come: as much may wait in vain
 * on each connection.
 */
const MAX_FIRST_BYTES = 4096;

/** Up to here V8 keeps an array in its own heap, ten times as cheap as one outside. */
const TINY_BYTES = 64;

/** Memory for one chunk of output. */
export class Slab {
  readonly bytes: OwnBytes;
  #view: DataView | null = null;

  constructor(bytes: OwnBytes) {
    this.bytes = bytes;
  }

  /** Shows `bytes`. */
  get view(): DataView {
    const { bytes } = this;
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return this.#view;
  }
}

/** The slab of a queue that has none; also kept for V8, see `Frame.kept`. */
const NO_SLAB: Slab = /* @__PURE__ */ new Slab(EMPTY);

/** Memory of the slabs of many connections. */
export class OutputMemory {
  readonly #allocate: Allocate;
  /** One slab of each length that nobody uses; null where there is none. */
  readonly #spares: (Slab | null)[] = SLAB_BYTES.map(() => null);
  /**
   * How long the last chunk was: under the same load the next one need not grow, which takes 100
   * ns off each of 16 messages.
   */
  #lastBytes = 0;
  /** Whether the driver gives chunks back: nothing is kept for one that does not. */
  #reuses = false;
  /** A queue that no connection has output in. */
  #spareQueue: OutputQueue | null = null;
  #lentChunk: Uint8Array | null = null;
  #lentSlab: Slab | null = null;

  /** @param allocate - gives memory of which every byte handed out is written first */
  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  /** An empty queue, for a connection that has output. */
  takeQueue(): OutputQueue {
    const queue = this.#spareQueue;
    if (queue === null) return new OutputQueue(this);
    this.#spareQueue = null;
    noteLent(queue);
    return queue;
  }

  /** A queue that has been emptied serves for the next output, of whichever connection. */
  giveQueueBack(queue: OutputQueue): void {
    noteReturned(queue);
    const slab = queue.empty();
    if (slab !== null) this.giveSlabBack(slab);
    this.#spareQueue = queue;
  }

  /**
   * The first slab of a chunk, with room for at least `bytes`. Passes an exception of the
   * caller's allocator on.
   */
  begin(bytes: number): Slab {
    return this.#slab(Math.max(bytes, Math.min(this.#lastBytes, MAX_FIRST_BYTES)));
  }

  /**
   * A slab with room for `bytes` behind the bytes of an outgrown one; nobody has seen the old one,
   * so it is free again.
   */
  grow(slab: Slab, used: number, bytes: number): Slab {
    const grown = this.#slab(Math.max(used + bytes, Math.min(4 * slab.bytes.length, MAX_SLAB_BYTES)));
    copyInto(slab.bytes, 0, used, grown.bytes, 0);
    this.giveSlabBack(slab);
    return grown;
  }

  /**
   * The chunk that was put together in a slab, an array of its own each time: so it is known by
   * which one is given back. Passes an exception of the caller's allocator on; nothing has
   * changed then.
   *
   * @param last - whether no chunk follows in its queue: only the chunk lent last comes back
   */
  lend(slab: Slab, used: number, last: boolean): OwnBytes {
    const { bytes } = slab;
    // The shortest slab comes back soon, if it is the last chunk and chunks are given back at all: a
    // copy outside of V8's heap costs 400 ns.
    const comesBack = last && this.#reuses && bytes.length === SLAB_BYTES[0];
    if (4 * used < bytes.length && !comesBack) {
      const copy = used <= TINY_BYTES ? new Uint8Array(used) : this.#allocate(used);
      copyInto(bytes, 0, used, copy, 0);
      this.#lastBytes = used;
      this.giveSlabBack(slab);
      return copy;
    }
    const chunk = new Uint8Array(bytes.buffer, bytes.byteOffset, used);
    this.#lastBytes = used;
    if (this.#reuses) {
      this.#lentChunk = chunk;
      this.#lentSlab = slab;
    }
    return chunk;
  }

  /** The chunk lent last has been written, and nobody holds it. Of others nothing is known here. */
  reuse(chunk: Uint8Array): void {
    this.#reuses = true;
    refuseReturned(chunk);
    if (chunk !== this.#lentChunk) return;
    noteReturned(chunk);
    this.giveSlabBack(this.#lentSlab!);
    this.#lentChunk = null;
    this.#lentSlab = null;
  }

  #slab(bytes: number): Slab {
    const size = sizeOf(bytes);
    const spare = this.#spares[size];
    if (spare == null) {
      const long = this.#allocate === allocateCleared ? takeLong(bytes) : null;
      return new Slab(long ?? this.#allocate(SLAB_BYTES[size] ?? bytes));
    }
    this.#spares[size] = null;
    noteLent(spare);
    return spare;
  }

  /** A slab that nobody holds. */
  giveSlabBack(slab: Slab): void {
    noteReturned(slab);
    const { bytes } = slab;
    const size = sizeOf(bytes.length);
    if (size === SLAB_BYTES.length) {
      // Of a caller's memory only that of slabs is kept.
      if (this.#allocate === allocateCleared) keepLong(bytes);
      return;
    }
    poison(bytes, bytes.length);
    if (bytes.length === SLAB_BYTES[size]) this.#spares[size] = slab;
  }
}

/**
 * The index of the first length of slabs with room for so many bytes; as many as there are if
 * none has.
 */
function sizeOf(bytes: number): number {
  let size = 0;
  while (size < SLAB_BYTES.length && SLAB_BYTES[size]! < bytes) size++;
  return size;
}

/**
 * A queue of chunks. A connection has one only while something is queued; then it serves for another
 * one.
 */
export class OutputQueue {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly OutputQueue[] = [
    /* @__PURE__ */ new OutputQueue(/* @__PURE__ */ new OutputMemory(allocateCleared)),
  ];

  readonly #memory: OutputMemory;
  /** Chunks before the slab, in order; null while there is only a slab. */
  #chunks: Fifo<OwnBytes> | null = null;
  #slab: Slab = NO_SLAB;
  #used = 0;
  #bytes = 0;
  /** How many automatic pongs went into this batch. */
  pongs = 0;
  /** The payload of the newest ping that was not answered because too many answers wait. */
  heldPong: OwnBytes | null = null;

  constructor(memory: OutputMemory) {
    this.#memory = memory;
  }

  /** How many bytes are queued. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Makes room for a run of bytes.
   *
   * @param bytes - how many will be written at most
   * @returns the slab; write from {@link OutputQueue.used} on, then call
   * {@link OutputQueue.advance}
   */
  reserve(bytes: number): Uint8Array {
    if (this.#slab.bytes.length - this.#used < bytes) this.#makeRoom(bytes);
    return this.#slab.bytes;
  }

  /** A view of the slab. */
  get view(): DataView {
    return this.#slab.view;
  }

  /** Index in the slab of the first free byte. */
  get used(): number {
    return this.#used;
  }

  /** Counts written bytes: everything in the slab before `end`. */
  advance(end: number): void {
    this.#bytes += end - this.#used;
    this.#used = end;
  }

  /** Queues a chunk by reference, behind everything written so far. */
  append(chunk: OwnBytes): void {
    this.appendBehind(this.#used, chunk);
  }

  /**
   * As {@link OutputQueue.advance} and {@link OutputQueue.append} in one: both, or, if something
   * throws, neither.
   */
  appendBehind(end: number, chunk: OwnBytes): void {
    if (end > 0) this.#seal(end);
    this.#push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next chunk; undefined when there is none. */
  take(): OwnBytes | undefined {
    const chunks = this.#chunks;
    if (chunks === null) {
      const used = this.#used;
      if (used === 0) return undefined;
      const chunk = this.#memory.lend(this.#slab, used, true);
      this.#slab = NO_SLAB;
      this.#used = 0;
      this.#bytes = 0;
      return chunk;
    }
    // A chunk that has left is the driver's alone: the queue does not hold it while others wait.
    const chunk = chunks.shift()!;
    if (chunks.first === undefined) this.#chunks = null;
    this.#bytes -= chunk.length;
    return chunk;
  }

  /** Makes the queue one for another connection; gives the slab, if it has one that was not used. */
  empty(): Slab | null {
    const slab = this.#slab;
    this.#slab = NO_SLAB;
    this.pongs = 0;
    this.heldPong = null;
    return slab === NO_SLAB ? null : slab;
  }

  #push(chunk: OwnBytes): void {
    this.#chunks ??= new Fifo();
    this.#chunks.push(chunk);
  }

  /** Makes a chunk of the bytes in the slab before `end`. */
  #seal(end: number): void {
    this.#push(this.#memory.lend(this.#slab, end, false));
    this.#bytes += end - this.#used;
    this.#slab = NO_SLAB;
    this.#used = 0;
  }

  #makeRoom(bytes: number): void {
    const used = this.#used;
    if (used > 0 && used + bytes <= MAX_SLAB_BYTES) {
      this.#slab = this.#memory.grow(this.#slab, used, bytes);
      return;
    }
    if (used > 0) this.#seal(used);
    else if (this.#slab !== NO_SLAB) this.#memory.giveSlabBack(this.#slab);
    this.#slab = NO_SLAB;
    this.#slab = this.#memory.begin(bytes);
  }
}
