/** Chunks from one stream to another, as `pipeTo` does it, but to be stopped while a write hangs. */
/**
 * Moves chunks from one stream to another, as `pipeTo` does, but can be stopped while a write hangs. Internal:
 * `TransportWebSocket` has two.
 */
export declare class Pump {
    #private;
    /** @param onWritten - called when a chunk has been written, before the next is asked for */
    constructor(readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array>, onWritten?: () => void);
    /** Ends when either stream does; the end of one is then that of the other. */
    run(): Promise<void>;
    /** Cancels one stream and aborts the other. */
    stop(reason: unknown): void;
}
//# sourceMappingURL=pump.d.ts.map