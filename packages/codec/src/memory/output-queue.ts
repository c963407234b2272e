/**
 * Output waiting for the host: chunks in order. What is small is written into one growing slab, so that everything one
 * call made necessary leaves as one chunk; what is large is queued by reference. A chunk handed out is never
 * written to again (advisory K14).
 */
import { copyInto } from './bytes.js';
import { MAX_SLAB_BYTES, OutputMemory, Slab } from './output-memory.js';

/** A slab that turns out too small grows to this at least. */
const GROWN_SLAB_BYTES = 1024;

/** A queue of chunks. Lives only while something is queued: an idle connection has none. */
export class OutputQueue {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: OutputQueue = /* @__PURE__ */ new OutputQueue(
    /* @__PURE__ */ new OutputMemory((bytes) => new Uint8Array(bytes)),
  );

  readonly #memory: OutputMemory;
  /** Chunks before the slab, in order; null while there is only a slab. */
  #chunks: Uint8Array[] | null = null;
  /** Index in `#chunks` of the next to hand out. */
  #next = 0;
  #slab: Slab = Slab.kept;
  #used = 0;
  #bytes = 0;
  /** How many automatic pongs went into this batch. */
  pongs = 0;
  /** The payload of the newest ping that was not answered because too many answers wait. */
  heldPong: Uint8Array | null = null;

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
   * @returns the slab; write from {@link OutputQueue.used} on, then call {@link OutputQueue.advance}
   */
  reserve(bytes: number): Uint8Array {
    if (this.#slab.bytes.length - this.#used < bytes) this.#makeRoom(bytes);
    return this.#slab.bytes;
  }

  /** Shows what was reserved. */
  get view(): DataView {
    return this.#slab.view;
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
    this.#chunks ??= [];
    this.#chunks.push(this.#memory.lend(this.#slab, this.#used));
    this.#slab = Slab.kept;
    this.#used = 0;
  }

  #makeRoom(bytes: number): void {
    const used = this.#used;
    if (used === 0) {
      this.#slab = this.#memory.begin(bytes);
    } else if (used + bytes > MAX_SLAB_BYTES) {
      this.#seal();
      this.#slab = this.#memory.begin(Math.max(bytes, MAX_SLAB_BYTES));
    } else {
      const { bytes: full } = this.#slab;
      const grown = Math.min(Math.max(GROWN_SLAB_BYTES, 4 * full.length), MAX_SLAB_BYTES);
      this.#slab = this.#memory.allocate(Math.max(used + bytes, grown));
      copyInto(full, 0, used, this.#slab.bytes, 0);
    }
  }
}
