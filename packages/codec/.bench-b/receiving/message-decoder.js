/** Incoming messages on their way through the extensions: one at a time, and reading waits for it (RFC 6455 section 9). */
import { isPromise } from '../agreed/extension.js';
/** The decoder of one connection; a connection without extensions has none. */
export class MessageDecoder {
    #chain;
    #onReady;
    #waiting = false;
    /** Whether the sink is called outside of any call of the host's, because an asynchronous extension has finished. */
    outside = false;
    /** Null where an application hosts the connection by itself. */
    host = null;
    /** @param onReady - an asynchronous extension has finished, and its message has been handed back: go on with it */
    constructor(chain, onReady) {
        this.#chain = chain;
        this.#onReady = onReady;
    }
    /** Whether an extension is at work on a message: what follows has to wait. */
    get waiting() {
        return this.#waiting;
    }
    /** Whether some extension has to decode a message with this first byte. */
    applies(first) {
        return this.#chain.applies(first);
    }
    /**
     * Decodes a message.
     *
     * @param handBack - gets the result, now or later
     * @returns true for later
     */
    decode(message, first, opcode, maxBytes, handBack) {
        const decoded = this.#chain.decode(message, first, opcode, maxBytes);
        if (!isPromise(decoded)) {
            handBack(decoded);
            return false;
        }
        this.#waiting = true;
        // The chain turns rejections into faults.
        decoded.then((result) => {
            this.#waiting = false;
            handBack(result);
            this.#onReady();
        });
        return true;
    }
    /** Lets the extensions release what they hold. */
    close() {
        this.#chain.close();
    }
}
//# sourceMappingURL=message-decoder.js.map