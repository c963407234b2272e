import { OutputMemory } from './output-memory.js';
/** A queue of chunks. Lives only while something is queued: an idle connection has none. */
export declare class OutputQueue {
    #private;
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: OutputQueue;
    /** How many automatic pongs went into this batch. */
    pongs: number;
    /** The payload of the newest ping that was not answered because too many answers wait. */
    heldPong: Uint8Array | null;
    constructor(memory: OutputMemory);
    /** How many bytes are queued. */
    get bytes(): number;
    /**
     * Makes room for a run of bytes.
     *
     * @param bytes - how many will be written at most
     * @returns the slab; write from {@link OutputQueue.used} on, then call {@link OutputQueue.advance}
     */
    reserve(bytes: number): Uint8Array;
    /** Shows what was reserved. */
    get view(): DataView;
    /** Index in the slab of the first free byte. */
    get used(): number;
    /** Counts what was written: everything in the slab before `end`. */
    advance(end: number): void;
    /** Queues a chunk by reference, behind everything written so far. */
    append(chunk: Uint8Array): void;
    /** As {@link OutputQueue.advance} and {@link OutputQueue.append} in one: both, or, if something throws, neither. */
    appendBehind(end: number, chunk: Uint8Array): void;
    /** The next chunk; undefined when there is none. */
    take(): Uint8Array | undefined;
}
//# sourceMappingURL=output-queue.d.ts.map