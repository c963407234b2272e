/**
 * Messages that stand one after the other in a chunk, unmasked together: copied to SIMD memory once and unmasked there in
 * one call. They are read there, or copied back once if they are to stand unmasked in the chunk.
 *
 * - Written by the reader that has taken the run, until it gives it back with the chunk; nobody else can take it meanwhile (a
 *   sink may feed another connection, whose chunk is then read frame by frame).
 * - Seen by the sink, a payload at a time, until its method returns.
 * - Bounded: 192 KiB a realm. How much is unmasked ahead of the sink is bounded too, see `FrameRun.full`.
 */
import { createSimdMemory, mask, type SimdMemory } from '@sanssocket/mask';
import { copyInto } from './bytes.js';
import { declareOwn, noteLent, noteReturned, poison } from './checked.js';

/** How long a chunk has to be at least, and at most. */
const MIN_CHUNK_BYTES = 512;
const MAX_CHUNK_BYTES = 0x2_0000;
/** Shorter runs are left to whoever takes the messages: the copies and the call cost 80 ns. */
const MIN_RUN_BYTES = 256;

const MAX_FRAMES = 4096;
/**
 * How much is unmasked at first, and twice as much each time that reading did not stop meanwhile: a sink that stops at every
 * message costs a constant a message, and not the whole chunk each time.
 */
const FIRST_RUN_BYTES = 0x4000;
/** Words of a frame in the table that `SimdMemory.maskAll` reads. */
const WORDS = 4;
/** Where the table stands in SIMD memory: behind the payloads. */
const TABLE = MAX_CHUNK_BYTES;

/** The frames of a run, in their order. */
export class FrameRun {
  count = 0;
  /** Shorter payloads do not begin a run. */
  fromBytes = 0;
  /** Payloads from this length on are to stand unmasked in the chunk, and with them the whole run. */
  inPlaceFrom = 0;
  /** Whether the run's payloads are. */
  inPlace = false;
  /** Index in the chunk of the first payload's first byte, which is index 0 in `bytes`. */
  from = 0;
  /** SIMD memory: where the payloads stand unmasked if it is not in the chunk. */
  readonly bytes: Uint8Array;
  /** Shows `bytes`. */
  readonly view: DataView;
  readonly #simd: SimdMemory;
  /** Of each frame: index in `bytes` of the payload's first byte, of the byte after its last; key; whether not ASCII. */
  readonly #table: Int32Array;
  readonly #firsts: Uint8Array = new Uint8Array(MAX_FRAMES);

  constructor(simd: SimdMemory) {
    this.#simd = simd;
    this.bytes = simd.bytes;
    const { buffer, byteOffset, byteLength } = simd.bytes;
    this.view = new DataView(buffer, byteOffset, byteLength);
    this.#table = new Int32Array(buffer, byteOffset + TABLE, WORDS * MAX_FRAMES);
    declareOwn(simd.bytes);
  }

  #maxBytes = FIRST_RUN_BYTES;

  /** Whether no further frame is to be added before those there are have been passed on. */
  get full(): boolean {
    const { count } = this;
    return count === MAX_FRAMES || (count > 1 && this.endOf(count - 1) >= this.#maxBytes);
  }

  /**
   * @param first - first byte of the frame
   * @param start - index in the chunk of the payload's first byte
   * @param end - index after its last
   */
  add(first: number, start: number, end: number, key: number): void {
    const { count } = this;
    if (count === 0) {
      this.from = start;
      this.inPlace = false;
    }
    if (end - start >= this.inPlaceFrom) this.inPlace = true;
    const table = this.#table;
    const at = WORDS * count;
    table[at] = start - this.from;
    table[at + 1] = end - this.from;
    table[at + 2] = key;
    this.#firsts[count] = first;
    this.count = count + 1;
  }

  firstOf(i: number): number {
    return this.#firsts[i]!;
  }

  /** Index in `bytes` of a payload's first byte. */
  startOf(i: number): number {
    return this.#table[WORDS * i]!;
  }

  /** Index in `bytes` of the byte after a payload's last. */
  endOf(i: number): number {
    return this.#table[WORDS * i + 1]!;
  }

  keyOf(i: number): number {
    return this.#table[WORDS * i + 2]!;
  }

  /** Whether a payload that was unmasked is all ASCII. */
  isAscii(i: number): boolean {
    return this.#table[WORDS * i + 3] === 0;
  }

  /**
   * Unmasks all payloads.
   *
   * @returns false if nothing was done, because it is not worth while
   */
  unmask(chunk: Uint8Array): boolean {
    const { count, from, bytes } = this;
    if (count < 2) return false;
    const length = this.endOf(count - 1);
    if (length < MIN_RUN_BYTES) return false;
    copyInto(chunk, from, from + length, bytes, 0);
    this.#simd.maskAll(TABLE, count);
    if (this.inPlace) copyInto(bytes, 0, length, chunk, from);
    return true;
  }

  /** For the next frames of the chunk; the sink has heard of all of these. */
  clear(): void {
    if (this.count > 0) poison(this.bytes, this.endOf(this.count - 1));
    this.count = 0;
    this.#maxBytes *= 2;
  }

  /** For the next chunk. */
  giveBack(): void {
    noteReturned(this);
    this.count = 0;
    this.#maxBytes = FIRST_RUN_BYTES;
    taken = false;
  }

  /** Masks the payloads from one on again, where they stand in the chunk: nobody has been told of them. */
  restore(chunk: Uint8Array, firstFrame: number): void {
    const { from } = this;
    for (let i = firstFrame; i < this.count; i++) {
      const start = from + this.startOf(i);
      mask(chunk, start, from + this.endOf(i), chunk, start, this.keyOf(i));
    }
  }
}

/** The realm's, made when a chunk first needs it; null without SIMD, or where its words are not the host's. */
let shared: FrameRun | null | undefined;
let taken = false;

function createRun(): FrameRun | null {
  const simd = createSimdMemory(TABLE + 4 * WORDS * MAX_FRAMES);
  // WebAssembly is little-endian everywhere, an Int32Array is what the host is.
  const littleEndian = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;
  return simd !== undefined && littleEndian ? new FrameRun(simd) : null;
}

/**
 * A run for the messages of a chunk.
 *
 * @param fromBytes - shorter payloads do not begin it
 * @param inPlaceFrom - payloads from this length on are to stand unmasked in the chunk
 * @returns null while another chunk is being read (a sink may feed another connection), and without SIMD
 */
export function takeRun(chunkBytes: number, fromBytes: number, inPlaceFrom: number): FrameRun | null {
  if (taken || chunkBytes < MIN_CHUNK_BYTES || chunkBytes > MAX_CHUNK_BYTES) return null;
  if (shared === undefined) shared = createRun();
  if (shared === null) return null;
  taken = true;
  noteLent(shared);
  shared.fromBytes = fromBytes;
  shared.inPlaceFrom = inPlaceFrom;
  return shared;
}

/** The view of bytes that are lent for a call, if they are a run's. */
export function runView(bytes: Uint8Array): DataView | null {
  return shared != null && bytes === shared.bytes ? shared.view : null;
}
