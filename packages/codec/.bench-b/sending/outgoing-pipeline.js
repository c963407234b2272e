/**
 * Outgoing messages on their way through the extensions (RFC 6455 section 9), in order: while an asynchronous one is at
 * work, messages, and a Close behind them, wait in line. Pings and pongs do not come here and may overtake them.
 *
 * Extensions get pieces of the pipeline's own, never a caller's bytes: one that takes its time reads them after `send` has returned.
 */
import { isPromise, } from '../agreed/extension.js';
import { PieceLine } from './piece-line.js';
/** The line of one connection; a connection without extensions has none. */
export class OutgoingPipeline {
    #chain;
    #target;
    #events;
    /** What waits behind the piece an extension is at work on; null while none is. */
    #line = null;
    #bytes = 0;
    /** The body of the Close that is in line, behind all pieces. */
    #closeBody = null;
    constructor(chain, target, events) {
        this.#chain = chain;
        this.#target = target;
        this.#events = events;
    }
    /** Called when the Close that is in line has been written. */
    onClosed = null;
    /** Payload bytes in line, before encoding. */
    get bytes() {
        return this.#bytes;
    }
    /** As `ExtensionChain.preparedScope`. */
    get scope() {
        return this.#chain.preparedScope;
    }
    /** Whether an extension is at work, and what is sent has to wait. */
    get busy() {
        return this.#line !== null;
    }
    /** Whether a Close is in line. */
    get closing() {
        return this.#closeBody !== null;
    }
    /**
     * Sends a piece. What an extension, or the source of keys, throws at once passes through, and nothing was sent. If another
     * extension has encoded the piece by then, the connection fails.
     *
     * @param piece - stays what it is: extensions may take their time
     */
    send(piece, position) {
        if (this.#line !== null) {
            this.#line.push(piece, position);
            this.#bytes += piece.length;
            return;
        }
        const key = this.#target.key();
        const encoded = this.#encode(piece, position);
        if (isPromise(encoded)) {
            this.#line = new PieceLine();
            this.#bytes += piece.length;
            this.#await(encoded, piece, position, key);
        }
        else {
            this.#target.writePiece(encoded, position, key);
        }
    }
    #encode(piece, position) {
        try {
            return this.#chain.encode(piece, position);
        }
        catch (error) {
            if (this.#chain.halfEncoded)
                this.#events.abort();
            throw error;
        }
    }
    /** Sends a Close behind what is in line. */
    close(body) {
        if (this.#line === null)
            this.#target.writeClose(body);
        else
            this.#closeBody = body;
    }
    /** Drops what is in line. */
    abort() {
        this.#line = null;
        this.#bytes = 0;
        this.#closeBody = null;
        this.onClosed = null;
    }
    #await(encoded, piece, position, key) {
        encoded.then((result) => {
            this.#goOn(() => {
                this.#bytes -= piece.length;
                this.#target.writePiece(result, position, key);
            });
        }, (error) => {
            this.#goOn(() => {
                throw error;
            });
        });
    }
    /** Writes the piece that an extension has finished with, and goes on with what is in line. */
    #goOn(write) {
        if (this.#line === null)
            return; // aborted meanwhile
        this.#events.outside(() => {
            let onClosed = null;
            try {
                write();
                onClosed = this.#work();
            }
            catch (error) {
                this.#events.failed(error);
            }
            onClosed?.();
        });
    }
    /**
     * Goes on with what is in line until an extension takes its time again.
     *
     * @returns what to call once the Close that was in line has been written; null if it has not
     */
    #work() {
        for (let job = this.#line.take(); job !== undefined; job = this.#line.take()) {
            const { payload, position } = job;
            const key = this.#target.key();
            const encoded = this.#chain.encode(payload, position);
            if (isPromise(encoded)) {
                this.#await(encoded, payload, position, key);
                return null;
            }
            this.#bytes -= payload.length;
            this.#target.writePiece(encoded, position, key);
            // An extension has ended the connection while it encoded.
            if (this.#line === null)
                return null;
        }
        const { onClosed } = this;
        const closeBody = this.#closeBody;
        this.abort();
        if (closeBody === null)
            return null;
        this.#target.writeClose(closeBody);
        return onClosed;
    }
}
//# sourceMappingURL=outgoing-pipeline.js.map