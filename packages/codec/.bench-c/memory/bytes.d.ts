/**
 * Copies of byte ranges: the only functions that copy. `slice` will not do, as a host may pass Node's `Buffer`, whose `slice` is
 * a view; `tools/lint-bytes.mjs` finds such calls.
 */
/** Copies `source[start]` to `source[end - 1]` to `target[at]` and on. */
export declare function copyInto(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void;
/** A fresh array of the bytes in a range. */
export declare function copyOf(source: Uint8Array, start: number, end: number): Uint8Array;
/** No bytes, for reading: never handed out, as whoever gets an array may transfer its memory away. */
export declare const EMPTY: Uint8Array;
//# sourceMappingURL=bytes.d.ts.map