import { inWords, misuse } from '../rules/misuse.js';
/** Output that a connection has given and a transport has not let through. */
export class OutputBatches {
    #connection;
    #transport;
    #batchBytes;
    /** What the transport holds, or has not taken, in order; null while it has let everything through. */
    #batch = null;
    /** How many bytes of the batch are not through. */
    #left = 0;
    /** How many bytes were taken from the connection and are not through. */
    #bytes = 0;
    /** What is left of a chunk that goes in parts; null if there is none. */
    #rest = null;
    /** Whether the transport is being called. */
    #offering = false;
    /** Whether the transport is gone: what becomes of a batch is not known. */
    #dropped = false;
    /** How many bytes have been taken from the connection in all. */
    taken = 0;
    /**
     * @param batchBytes - a batch that has as much takes no further chunk; a chunk of more than four times as much goes in parts of
     * that length
     */
    constructor(connection, transport, batchBytes) {
        this.#connection = connection;
        this.#transport = transport;
        this.#batchBytes = batchBytes;
    }
    /** Whether a batch is under way. */
    get busy() {
        return this.#batch !== null || this.#offering;
    }
    /** How many bytes were taken from the connection and are not through. */
    get bytes() {
        return this.#bytes;
    }
    /** How many bytes the transport has let through in all. */
    get through() {
        return this.taken - this.#bytes;
    }
    /** How many bytes of the batch under way are not through. */
    get underWay() {
        return this.#left;
    }
    /**
     * Writes until the transport holds something back, or there is no more. Throws what the connection's `takeOutput` and the
     * transport throw.
     */
    flush() {
        while (!this.busy && !this.#dropped) {
            const batch = this.#take();
            if (batch === null)
                return;
            this.#offer(batch);
        }
    }
    /** The transport has let all of the batch through. */
    written() {
        const batch = this.#batch;
        this.#count(this.#left);
        if (batch !== null && !this.#offering)
            this.#end(batch);
    }
    /** The transport takes more: it is offered what it has not let through. */
    offerAgain() {
        if (this.#batch !== null && !this.#offering)
            this.#offer(this.#batch);
    }
    /** Forgets everything: the transport is gone. */
    drop() {
        this.#dropped = true;
        this.#batch = null;
        this.#left = 0;
        this.#bytes = 0;
        this.#rest = null;
    }
    #take() {
        let chunk = this.#next();
        if (chunk === undefined)
            return null;
        const batch = [chunk];
        let { length } = chunk;
        while (length < this.#batchBytes) {
            chunk = this.#next();
            if (chunk === undefined)
                break;
            batch.push(chunk);
            length += chunk.length;
        }
        this.#left = length;
        return batch;
    }
    /** The next chunk, or part of one. */
    #next() {
        const rest = this.#rest;
        let chunk;
        if (rest === null) {
            const taken = this.#connection.takeOutput();
            if (taken === undefined)
                return undefined;
            this.#bytes += taken.length;
            this.taken += taken.length;
            chunk = taken;
        }
        else {
            chunk = rest;
        }
        const partBytes = 4 * this.#batchBytes;
        if (chunk.length <= partBytes) {
            this.#rest = null;
            return chunk;
        }
        this.#rest = view(chunk, partBytes, chunk.length);
        return view(chunk, 0, partBytes);
    }
    #offer(batch) {
        this.#offering = true;
        const answer = this.#transport.write(batch);
        this.#offering = false;
        if (typeof answer !== 'number' || Number.isNaN(answer)) {
            throw misuse(TypeError, 'OPTION_INVALID', `write of a transport gives how many bytes are through, not ${inWords(answer)}`);
        }
        // A closed socket of Bun's answers with -1; `closed` follows. Nothing is left if the transport has called `written` meanwhile.
        const through = Math.min(Math.max(0, answer), this.#left);
        this.#count(through);
        if (this.#left > 0)
            this.#batch = through > 0 ? without(batch, through) : batch;
        else
            this.#end(batch);
    }
    #count(through) {
        this.#bytes -= through;
        this.#left -= through;
    }
    /** All of a batch is through. */
    #end(batch) {
        this.#batch = null;
        // It is known by its very array: part of a chunk is not taken back.
        if (this.#transport.copies === true && !this.#dropped) {
            this.#connection.reuseOutput(batch[batch.length - 1]);
        }
    }
}
/** What is left of chunks behind so many of their bytes. */
function without(chunks, bytes) {
    let index = 0;
    let at = bytes;
    while (at >= chunks[index].length)
        at -= chunks[index++].length;
    const rest = chunks.slice(index);
    if (at > 0)
        rest[0] = view(rest[0], at, rest[0].length);
    return rest;
}
/** Not `subarray`: of an array of some other class it would make one of that class. */
function view(bytes, start, end) {
    return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
//# sourceMappingURL=output-batches.js.map