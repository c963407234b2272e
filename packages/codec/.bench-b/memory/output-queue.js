/**
 * Output waiting for the host: chunks in order. What is small is written into one growing slab, so that everything one
 * call made necessary leaves as one chunk; what is large is queued by reference.
 *
 * - Written by the connection's sender, behind what is there. A chunk handed out is never written to again by the queue
 *   (advisory K14); its memory is `OutputMemory`'s, or the caller's who queued it.
 * - Seen by the host once it is taken.
 * - Bounded by the host, which looks at `bufferedAmount`; what it holds beyond its bytes by `OutputMemory`.
 *
 * Nothing changes where something throws: what the host's allocator throws passes through, and the call can be made again.
 */
import { allocateCleared } from './allocate.js';
import { MAX_SLAB_BYTES, OutputMemory, Slab } from './output-memory.js';
/** Empty places are given up when they are half of all, and not few: in time linear in the chunks. */
const MIN_EMPTY_PLACES = 32;
/** A queue of chunks. Lives only while something is queued: an idle connection has none. */
export class OutputQueue {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new OutputQueue(
    /* @__PURE__ */ new OutputMemory(allocateCleared));
    #memory;
    /** Chunks before the slab, in order, behind empty places of those handed out; null while there is only a slab. */
    #chunks = null;
    /** Index in `#chunks` of the next to hand out. */
    #next = 0;
    #slab = Slab.kept;
    #used = 0;
    #bytes = 0;
    /** How many automatic pongs went into this batch. */
    pongs = 0;
    /** The payload of the newest ping that was not answered because too many answers wait. */
    heldPong = null;
    constructor(memory) {
        this.#memory = memory;
    }
    /** How many bytes are queued. */
    get bytes() {
        return this.#bytes;
    }
    /**
     * Makes room for a run of bytes.
     *
     * @param bytes - how many will be written at most
     * @returns the slab; write from {@link OutputQueue.used} on, then call {@link OutputQueue.advance}
     */
    reserve(bytes) {
        if (this.#slab.bytes.length - this.#used < bytes)
            this.#makeRoom(bytes);
        return this.#slab.bytes;
    }
    /** Shows what was reserved. */
    get view() {
        return this.#slab.view;
    }
    /** Index in the slab of the first free byte. */
    get used() {
        return this.#used;
    }
    /** Counts what was written: everything in the slab before `end`. */
    advance(end) {
        this.#bytes += end - this.#used;
        this.#used = end;
    }
    /** Queues a chunk by reference, behind everything written so far. */
    append(chunk) {
        this.appendBehind(this.#used, chunk);
    }
    /** As {@link OutputQueue.advance} and {@link OutputQueue.append} in one: both, or, if something throws, neither. */
    appendBehind(end, chunk) {
        if (end > 0)
            this.#seal(end);
        this.#push(chunk);
        this.#bytes += chunk.length;
    }
    /** The next chunk; undefined when there is none. */
    take() {
        if (this.#chunks === null && this.#used > 0)
            this.#seal(this.#used);
        const chunks = this.#chunks;
        if (chunks === null)
            return undefined;
        const chunk = chunks[this.#next];
        // What has left is the host's alone: the queue does not hold it while other chunks wait.
        chunks[this.#next++] = null;
        if (this.#next === chunks.length) {
            this.#chunks = null;
            this.#next = 0;
        }
        else if (this.#next >= MIN_EMPTY_PLACES && 2 * this.#next >= chunks.length) {
            chunks.splice(0, this.#next);
            this.#next = 0;
        }
        this.#bytes -= chunk.length;
        return chunk;
    }
    #push(chunk) {
        this.#chunks ??= [];
        this.#chunks.push(chunk);
    }
    /** Makes a chunk of what is in the slab before `end`. */
    #seal(end) {
        this.#push(this.#memory.lend(this.#slab, end));
        this.#bytes += end - this.#used;
        this.#slab = Slab.kept;
        this.#used = 0;
    }
    #makeRoom(bytes) {
        const used = this.#used;
        if (used > 0 && used + bytes <= MAX_SLAB_BYTES) {
            this.#slab = this.#memory.grow(this.#slab, used, bytes);
            return;
        }
        if (used > 0)
            this.#seal(used);
        this.#slab = this.#memory.begin(bytes);
    }
}
//# sourceMappingURL=output-queue.js.map