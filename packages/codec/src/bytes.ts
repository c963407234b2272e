/**
 * Copies of byte ranges. `Uint8Array.prototype.slice` will not do: a host may pass Node's `Buffer`, whose `slice` is a view.
 */

/** Below this many bytes a loop costs less than the view that `set` needs (75 ns). */
const LOOP_BYTES = 48;

/** Copies `source[start]` to `source[end - 1]` to `target[at]` and on. */
export function copyInto(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  const length = end - start;
  if (length < LOOP_BYTES) for (let i = 0; i < length; i++) target[at + i] = source[start + i]!;
  else if (length === source.length) target.set(source, at);
  else target.set(new Uint8Array(source.buffer, source.byteOffset + start, length), at);
}

/** A fresh array of the bytes in a range. */
export function copyOf(source: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copyInto(source, start, end, copy, 0);
  return copy;
}

/** No bytes. */
export const EMPTY: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
