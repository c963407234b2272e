/**
 * Memory that output is put together in, one for all connections of a configuration.
 *
 * - A slab is written by the connection it was begun for, until its bytes leave as a chunk.
 * - A chunk is seen by the host, and by whoever it gives the chunk to, until the host says that nobody holds it any more
 *   (`Connection.reuseOutput`); if it never says so, for ever. Little in a large slab leaves as a copy, which is never used again.
 * - Bounded: what waits holds at most four times its bytes and 4 KiB; what has left, at most four times its bytes. Kept for the
 *   next output are one slab of each length, 85 KiB in all.
 *
 * A slab that is used again is in the cache still, and has its view: 16 KiB sent again and again take 1 us that way, where fresh
 * memory takes 4.
 */
import type { Allocate } from './allocate.js';
/** A slab grows up to here, and what follows goes into a further chunk. */
export declare const MAX_SLAB_BYTES: number;
/** Memory for one chunk of output. */
export declare class Slab {
    #private;
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: Slab;
    readonly bytes: Uint8Array;
    constructor(bytes: Uint8Array);
    /** Shows `bytes`. */
    get view(): DataView;
}
/** Where the slabs of many connections come from. */
export declare class OutputMemory {
    #private;
    /** @param allocate - gives memory of which every byte handed out is written first */
    constructor(allocate: Allocate);
    /** The first slab of a chunk, with room for at least `bytes`. Throws what the host's allocator throws. */
    begin(bytes: number): Slab;
    /** A slab with room for `bytes`, and what a slab that is outgrown holds; nobody has seen that one, so it is free again. */
    grow(slab: Slab, used: number, bytes: number): Slab;
    /**
     * The chunk that was put together in a slab, an array of its own each time: so it is known by which one is given back. Throws
     * what the host's allocator throws; nothing has changed then.
     */
    lend(slab: Slab, used: number): Uint8Array;
    /** The chunk lent last has been written, and nobody holds it. Of others nothing is known here. */
    reuse(chunk: Uint8Array): void;
}
//# sourceMappingURL=output-memory.d.ts.map