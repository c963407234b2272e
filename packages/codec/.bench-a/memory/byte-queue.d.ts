/** Bytes in a row; those before `at` have been read, those from `used` on have not been written. */
interface Segment {
    bytes: Uint8Array;
    at: number;
    used: number;
}
/** A queue of bytes that is filled and emptied in time linear in their number, in whatever pieces they come. */
export declare class ByteQueue {
    #private;
    /** How many bytes wait. */
    get bytes(): number;
    /** Puts a copy of a range behind what waits. */
    push(source: Uint8Array, start: number, end: number): void;
    /** The next bytes in a row that wait, as a segment; undefined if there are none. */
    get next(): Readonly<Segment> | undefined;
    /** Counts bytes of {@link ByteQueue.next} as read, up to this index in it. */
    readTo(index: number): void;
    /** Reads the next bytes, of which there are so many at least, into an array of its own. */
    take(bytes: number): Uint8Array;
}
export {};
//# sourceMappingURL=byte-queue.d.ts.map