/**
 * Ranges of bytes. In reading order: copies, by the only functions that copy (`slice` will not
 * do, as a caller may pass Node's `Buffer`, whose `slice` is a view; `tools/lint-bytes.mjs` finds
 * such calls); slices, which lend memory to a handler; allocators of a caller's, which are
 * checked before their memory is used, and may throw.
 */

import { inWords, isBytes, isShared, type OwnBytes, requireRange, usageError } from '../wire/errors.js';

/** Below this many bytes a loop costs less than the view that `set` needs (75 ns in V8). */
const LOOP_BYTES = 96;

/** The same for a whole array: 22 bytes take 10 ns, where the loop takes 35. */
const WHOLE_BYTES = 8;

/** Copies the bytes from `source[start]` to `source[end - 1]` to `target`, from index `at` on. */
export function copyInto(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  const length = end - start;
  // A whole array needs no view to be copied by.
  if (length === source.length && length >= WHOLE_BYTES) target.set(source, at);
  else if (length < LOOP_BYTES) copyBytes(source, start, end, target, at);
  else target.set(new Uint8Array(source.buffer, source.byteOffset + start, length), at);
}

/** Four reads before the first write: no write has to be waited for. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  let i = start;
  let o = at;
  for (const last = end - 3; i < last; i += 4, o += 4) {
    const a = source[i]!;
    const b = source[i + 1]!;
    const c = source[i + 2]!;
    const d = source[i + 3]!;
    target[o] = a;
    target[o + 1] = b;
    target[o + 2] = c;
    target[o + 3] = d;
  }
  for (; i < end; i++, o++) target[o] = source[i]!;
}

/** A fresh array of the bytes in a range. */
export function copyOf(source: Uint8Array, start: number, end: number): OwnBytes {
  const copy = new Uint8Array(end - start);
  copyInto(source, start, end, copy, 0);
  return copy;
}

/**
 * No bytes, for reading: never handed out, as the owner of an array may transfer its memory away.
 */
export const EMPTY: OwnBytes = /* @__PURE__ */ new Uint8Array(0);

// Slices

/** A range of bytes: `bytes[start]` to `bytes[end - 1]`. */
export interface Slice {
  readonly bytes: Uint8Array;
  /** Index of the first byte. */
  readonly start: number;
  /** Index after the last; equal to `start` if there is none. */
  readonly end: number;
}

/**
 * Bytes that are lent until the method that got them returns: neither the slice nor its bytes are
 * to be kept or changed, and `bytes` holds others' beside them. {@link BorrowedSlice.copy} makes
 * an array to keep; `Connection.sendSlice` and `MessageWriter.write` send the bytes.
 */
export interface BorrowedSlice extends Slice {
  /** How many bytes. */
  readonly length: number;
  /** The bytes as an array of their own, to keep. */
  copy(): OwnBytes;
}

/** A slice that its owner sets anew for each payload, so that none is made for a short one. */
export class LentSlice implements BorrowedSlice {
  /** Kept for V8, see `Frame.kept`: without it a client's short messages take 95 ns in place of 13. */
  static readonly kept: readonly LentSlice[] = [/* @__PURE__ */ new LentSlice(EMPTY)];

  readonly bytes: Uint8Array;
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.end - this.start;
  }

  copy(): OwnBytes {
    return copyOf(this.bytes, this.start, this.end);
  }

  /** @returns itself, showing another range */
  of(start: number, end: number): this {
    this.start = start;
    this.end = end;
    return this;
  }
}

/**
 * @returns the range, read once
 * @throws TypeError for a value that is no range (`NOT_BYTES`), RangeError for a range that does
 * not lie within its bytes (`RANGE_INVALID`)
 */
export function requireByteRange(range: unknown): Slice {
  const { bytes, start, end } = Object(range) as Slice;
  if (!isBytes(bytes)) {
    throw usageError(
      TypeError,
      'NOT_BYTES',
      `a range is { bytes, start, end } with a Uint8Array, not ${inWords(range)}`,
    );
  }
  requireRange(bytes, start, end);
  return { bytes, start, end };
}

// Allocators

/** Gives as many bytes as asked, which need not be zero. */
export type Allocate = (bytes: number) => OwnBytes;

/** The runtime's memory, cleared. */
export const allocateCleared: Allocate = (bytes) => new Uint8Array(bytes);

/**
 * Makes a caller's allocator one that gives just as many bytes as asked, or throws.
 *
 * @returns a function that passes an exception of `allocate` on, and throws TypeError
 * (`ALLOCATION_INVALID`) if it gave less, or shared memory; of more, the first bytes are used
 */
export function checkedAllocate(allocate: (bytes: number) => Uint8Array): Allocate {
  return (bytes) => {
    const memory = allocate(bytes);
    if (!isBytes(memory) || memory.length < bytes) {
      throw usageError(
        TypeError,
        'ALLOCATION_INVALID',
        `allocate must give a Uint8Array of ${bytes} bytes, not ${isBytes(memory) ? memory.length : inWords(memory)}`,
      );
    }
    const { buffer } = memory;
    if (isShared(buffer)) {
      throw usageError(TypeError, 'ALLOCATION_INVALID', 'allocate must give memory that is not shared');
    }
    return memory.length === bytes ? (memory as OwnBytes) : new Uint8Array(buffer, memory.byteOffset, bytes);
  };
}

/**
 * Makes an allocator that always gives memory, the runtime's if the caller's throws: for bytes
 * that have been taken from the peer, or that an extension has encoded, and that would otherwise
 * be lost.
 */
export function lastingAllocate(allocate: Allocate): Allocate {
  return (bytes) => {
    try {
      return allocate(bytes);
    } catch {
      return new Uint8Array(bytes);
    }
  };
}
