/**
 * Output waiting for the host: chunks in order. What is small is written into one growing slab, so that everything one
 * call made necessary leaves as one chunk; what is large is queued by reference. A chunk handed out is never
 * written to again (advisory K14).
 */
import { copyInto, EMPTY } from './bytes.js';

/** The first slab of a batch; small, because most batches are one small frame. */
const MIN_SLAB_BYTES = 256;
/** A slab grows up to here; what follows goes into a further chunk. */
const MAX_SLAB_BYTES = 0x1_0000;

/** A queue of chunks. Lives only while something is queued: an idle connection has none. */
export class OutputQueue {
  /** Chunks before the slab, in order; null while there is only a slab. */
  #chunks: Uint8Array[] | null = null;
  /** Index in `#chunks` of the next to hand out. */
  #next = 0;
  #slab: Uint8Array = EMPTY;
  #used = 0;
  #bytes = 0;
  /** How many automatic pongs went into this batch. */
  pongs = 0;
  /** The payload of the newest ping that was not answered because too many answers wait. */
  heldPong: Uint8Array | null = null;

  /** How many bytes are queued. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Makes room for a run of bytes.
   *
   * @param bytes - how many will be written at most
   * @returns the slab; write from {@link OutputQueue.used} on, then call {@link OutputQueue.advance}
   */
  reserve(bytes: number): Uint8Array {
    if (this.#slab.length - this.#used < bytes) this.#makeRoom(bytes);
    return this.#slab;
  }

  /** Index in the slab of the first free byte. */
  get used(): number {
    return this.#used;
  }

  /** Counts what was written: everything in the slab before `end`. */
  advance(end: number): void {
    this.#bytes += end - this.#used;
    this.#used = end;
  }

  /** Queues a chunk by reference, behind everything written so far. */
  append(chunk: Uint8Array): void {
    this.#seal();
    this.#chunks ??= [];
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next chunk; undefined when there is none. */
  take(): Uint8Array | undefined {
    if (this.#chunks === null) this.#seal();
    const chunks = this.#chunks;
    if (chunks === null) return undefined;
    const chunk = chunks[this.#next++]!;
    if (this.#next === chunks.length) {
      this.#chunks = null;
      this.#next = 0;
    }
    this.#bytes -= chunk.length;
    return chunk;
  }

  #seal(): void {
    if (this.#used === 0) return;
    const slab = this.#slab;
    this.#chunks ??= [];
    this.#chunks.push(this.#used === slab.length ? slab : slab.subarray(0, this.#used));
    this.#slab = EMPTY;
    this.#used = 0;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#used + bytes;
    if (this.#used > 0 && needed > MAX_SLAB_BYTES) {
      this.#seal();
      this.#slab = new Uint8Array(Math.max(bytes, MAX_SLAB_BYTES));
      return;
    }
    const slab = new Uint8Array(
      Math.max(needed, MIN_SLAB_BYTES, Math.min(2 * this.#slab.length, MAX_SLAB_BYTES)),
    );
    copyInto(this.#slab, 0, this.#used, slab, 0);
    this.#slab = slab;
  }
}
