/**
 * Copies of byte ranges: the only functions that copy. `slice` will not do, as a host may pass Node's `Buffer`, whose `slice` is
 * a view; `tools/lint-bytes.mjs` finds such calls.
 */
/** Below this many bytes a loop costs less than the view that `set` needs (75 ns in V8). */
const LOOP_BYTES = 96;
/** The same for a whole array: 22 bytes take 10 ns, where the loop takes 35. */
const WHOLE_BYTES = 8;
/** Copies `source[start]` to `source[end - 1]` to `target[at]` and on. */
export function copyInto(source, start, end, target, at) {
    const length = end - start;
    // A whole array needs no view to be copied by.
    if (length === source.length && length >= WHOLE_BYTES)
        target.set(source, at);
    else if (length < LOOP_BYTES)
        copyBytes(source, start, end, target, at);
    else
        target.set(new Uint8Array(source.buffer, source.byteOffset + start, length), at);
}
/** Four reads before the first write: no write has to be waited for. */
function copyBytes(source, start, end, target, at) {
    let i = start;
    let o = at;
    for (const last = end - 3; i < last; i += 4, o += 4) {
        const a = source[i];
        const b = source[i + 1];
        const c = source[i + 2];
        const d = source[i + 3];
        target[o] = a;
        target[o + 1] = b;
        target[o + 2] = c;
        target[o + 3] = d;
    }
    for (; i < end; i++, o++)
        target[o] = source[i];
}
/** A fresh array of the bytes in a range. */
export function copyOf(source, start, end) {
    const copy = new Uint8Array(end - start);
    copyInto(source, start, end, copy, 0);
    return copy;
}
/** No bytes, for reading: never handed out, as whoever gets an array may transfer its memory away. */
export const EMPTY = /* @__PURE__ */ new Uint8Array(0);
//# sourceMappingURL=bytes.js.map