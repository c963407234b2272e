/** Bytes of one frame. */
export declare class PartialFrame {
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: PartialFrame;
    bytes: Uint8Array;
    size: number;
    /** How many bytes have to be there before there is more to say than now. */
    needed: number;
    constructor(needed: number);
    /** @returns the index after the last byte taken of the chunk: all that are needed, as far as they are there */
    take(chunk: Uint8Array, start: number, end: number): number;
    private grow;
}
//# sourceMappingURL=partial-frame.d.ts.map