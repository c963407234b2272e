/** A frame whose header has been read, but not its end. */
export class Frame {
    /**
     * One object is kept of each class whose objects come and go. V8 forgets what objects look like when a garbage collection
     * finds none of them, and throws away the optimised code that knew it: fragments of 64 bytes then take four times as long.
     */
    static kept = new Frame(0, 0, false, 0);
    /** FIN, RSV1-3 and opcode. */
    first;
    payloadLength;
    masked;
    /** The masking key, turned to the next payload byte; 0 when not masked. */
    key;
    /** Payload bytes that have not come. */
    remaining;
    constructor(first, payloadLength, masked, key) {
        this.first = first;
        this.payloadLength = payloadLength;
        this.masked = masked;
        this.key = key;
        this.remaining = payloadLength;
    }
}
//# sourceMappingURL=incoming-frame.js.map