/**
 * Output waiting for the host: chunks in order. What is small is written into one growing slab, so that everything one
 * call made necessary leaves as one chunk; what is large is queued by reference. A chunk handed out is never
 * written to again (advisory K14).
 */
import { copyInto, EMPTY } from './bytes.js';

/** Below this many bytes V8 keeps an array in its own heap, ten times as cheap as one outside. */
const TINY_SLAB_BYTES = 64;
/** The first slab of a batch that is more than one tiny frame. */
const SMALL_SLAB_BYTES = 1024;
/** A slab grows up to here; what follows goes into a further chunk. */
const MAX_SLAB_BYTES = 0x1_0000;

/** What queues share. */
export interface OutputConfig {
  /** Gives memory of which every byte handed out is written first. */
  readonly allocate: (bytes: number) => Uint8Array;
  /**
   * How long the last chunk was that was put together. The next slab begins with as much: under the same load it need not
   * grow, and 16 messages sent in one go take 100 ns less each.
   */
  outputBytes: number;
}

/** A queue of chunks. Lives only while something is queued: an idle connection has none. */
export class OutputQueue {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: OutputQueue = /* @__PURE__ */ new OutputQueue({
    allocate: () => EMPTY,
    outputBytes: 0,
  });

  readonly #config: OutputConfig;
  /** Chunks before the slab, in order; null while there is only a slab. */
  #chunks: Uint8Array[] | null = null;
  /** Index in `#chunks` of the next to hand out. */
  #next = 0;
  #slab: Uint8Array = EMPTY;
  #view: DataView | null = null;
  #used = 0;
  #bytes = 0;
  /** How many automatic pongs went into this batch. */
  pongs = 0;
  /** The payload of the newest ping that was not answered because too many answers wait. */
  heldPong: Uint8Array | null = null;

  constructor(config: OutputConfig) {
    this.#config = config;
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
    if (this.#slab.length - this.#used < bytes) this.#makeRoom(bytes);
    return this.#slab;
  }

  /** Shows what was reserved. */
  get view(): DataView {
    const slab = this.#slab;
    this.#view ??= new DataView(slab.buffer, slab.byteOffset, slab.length);
    return this.#view;
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
    this.#config.outputBytes = this.#used;
    this.#chunks ??= [];
    this.#chunks.push(this.#used === slab.length ? slab : firstBytes(slab, this.#used));
    this.#slab = EMPTY;
    this.#view = null;
    this.#used = 0;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#used + bytes;
    if (this.#used > 0 && needed > MAX_SLAB_BYTES) {
      this.#seal();
      this.#slab = this.#config.allocate(Math.max(bytes, MAX_SLAB_BYTES));
      return;
    }
    const { allocate, outputBytes } = this.#config;
    const begun = Math.max(TINY_SLAB_BYTES, outputBytes);
    const grown = this.#used === 0 ? begun : Math.max(SMALL_SLAB_BYTES, 4 * this.#slab.length);
    const slab = allocate(Math.max(needed, Math.min(grown, MAX_SLAB_BYTES)));
    copyInto(this.#slab, 0, this.#used, slab, 0);
    this.#slab = slab;
    this.#view = null;
  }
}

/** Not `subarray`, which for Node's `Buffer` takes twice as long. */
function firstBytes(slab: Uint8Array, bytes: number): Uint8Array {
  return new Uint8Array(slab.buffer, slab.byteOffset, bytes);
}
