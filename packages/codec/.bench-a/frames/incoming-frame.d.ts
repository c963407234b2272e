/** A frame whose header has been read, but not its end. */
export declare class Frame {
    /**
     * One object is kept of each class whose objects come and go. V8 forgets what objects look like when a garbage collection
     * finds none of them, and throws away the optimised code that knew it: fragments of 64 bytes then take four times as long.
     */
    static readonly kept: Frame;
    /** FIN, RSV1-3 and opcode. */
    readonly first: number;
    readonly payloadLength: number;
    readonly masked: boolean;
    /** The masking key, turned to the next payload byte; 0 when not masked. */
    key: number;
    /** Payload bytes that have not come. */
    remaining: number;
    constructor(first: number, payloadLength: number, masked: boolean, key: number);
}
//# sourceMappingURL=incoming-frame.d.ts.map