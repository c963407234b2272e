/** Chunks from one stream to another, as `pipeTo` does it, but to be stopped while a write hangs. */
/**
 * Moves chunks from one stream to another, as `pipeTo` does, but can be stopped while a write hangs. Internal:
 * `TransportWebSocket` has two.
 */
export class Pump {
    #reader;
    #writer;
    #onWritten;
    /** @param onWritten - called when a chunk has been written, before the next is asked for */
    constructor(readable, writable, onWritten) {
        this.#reader = readable.getReader();
        this.#writer = writable.getWriter();
        this.#onWritten = onWritten;
    }
    /** Ends when either stream does; the end of one is then that of the other. */
    async run() {
        try {
            for (let next = await this.#reader.read(); !next.done; next = await this.#reader.read()) {
                await this.#writer.write(next.value);
                this.#onWritten?.();
            }
            await this.#writer.close();
        }
        catch (error) {
            this.stop(error);
        }
    }
    /** Cancels one stream and aborts the other. */
    stop(reason) {
        const ignore = () => { };
        this.#reader.cancel(reason).catch(ignore);
        this.#writer.abort(reason).catch(ignore);
    }
}
//# sourceMappingURL=pump.js.map