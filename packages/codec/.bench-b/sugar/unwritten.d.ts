/** What of the messages given to a connection its transport has not taken yet: `bufferedAmount` of a `WebSocket`. */
/**
 * Messages in the order of output, which is that of sending; each counts until all of its output has been written. Pongs are
 * output too, and no message: while some wait, the last messages written may count still. None does once all is written.
 */
export declare class UnwrittenMessages {
    #private;
    /** Bytes of messages, without what frames add. */
    get bytes(): number;
    /** Adds a message. */
    add(bytes: number, output: number): void;
    /**
     * Drops those that have been written.
     *
     * @param waiting - bytes of output still to be written
     */
    settle(waiting: number): void;
}
//# sourceMappingURL=unwritten.d.ts.map