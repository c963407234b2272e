/**
 * Copies of bytes. A caller's or an engine's may be Node's `Buffer`, and the `slice` of a `Buffer`
 * is a view of the same memory: so nothing here is ever copied by a method of its own array.
 */

/** No bytes. */
export const EMPTY: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

/** A fresh array of the bytes in a range, all of them by default; a plain one, from any source. */
export function copyOf(source: Uint8Array, start = 0, end: number = source.length): Uint8Array {
  return new Uint8Array(start === 0 && end === source.length ? source : source.subarray(start, end));
}

/** One fresh array of several. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
