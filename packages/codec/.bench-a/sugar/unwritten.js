/** What of the messages given to a connection its transport has not taken yet: `bufferedAmount` of a `WebSocket`. */
/**
 * Messages in the order of output, which is that of sending; each counts until all of its output has been written. Pongs are
 * output too, and no message: while some wait, the last messages written may count still. None does once all is written.
 */
export class UnwrittenMessages {
    #messages = [];
    /** Index of the oldest that counts. */
    #first = 0;
    #bytes = 0;
    #output = 0;
    /** Bytes of messages, without what frames add. */
    get bytes() {
        return this.#bytes;
    }
    /** Adds a message. */
    add(bytes, output) {
        this.#messages.push({ bytes, output });
        this.#bytes += bytes;
        this.#output += output;
    }
    /**
     * Drops those that have been written.
     *
     * @param waiting - bytes of output still to be written
     */
    settle(waiting) {
        const messages = this.#messages;
        for (; this.#first < messages.length; this.#first++) {
            const { bytes, output } = messages[this.#first];
            // Those behind it account for all that waits.
            if (this.#output - output < waiting)
                break;
            this.#bytes -= bytes;
            this.#output -= output;
        }
        // Each is moved at most once for each that was dropped.
        if (this.#first > 0 && this.#first * 2 >= messages.length) {
            this.#messages = messages.slice(this.#first);
            this.#first = 0;
        }
    }
}
//# sourceMappingURL=unwritten.js.map