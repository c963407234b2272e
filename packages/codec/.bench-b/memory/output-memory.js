import { copyInto } from './bytes.js';
import { noteLent, noteReturned, poison, refuseReturned } from './checked.js';
/** What a header takes beside a payload of 16 or 64 KiB. */
const HEADER_BYTES = 64;
/** A slab grows up to here, and what follows goes into a further chunk. */
export const MAX_SLAB_BYTES = 0x1_0000 + HEADER_BYTES;
/** How long slabs are. Each is about four times the one before, so that a quarter of a slab that has grown is used. */
const SLAB_BYTES = [1024, 4096, 0x4000 + HEADER_BYTES, MAX_SLAB_BYTES];
/** The longest slab that output begins with if less is certain to come: what may wait in vain on each connection. */
const MAX_FIRST_BYTES = 4096;
/** Up to here V8 keeps an array in its own heap, ten times as cheap as one outside. */
const TINY_BYTES = 64;
/** Memory for one chunk of output. */
export class Slab {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new Slab(new Uint8Array(0));
    bytes;
    #view = null;
    constructor(bytes) {
        this.bytes = bytes;
    }
    /** Shows `bytes`. */
    get view() {
        const { bytes } = this;
        this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        return this.#view;
    }
}
/** Where the slabs of many connections come from. */
export class OutputMemory {
    #allocate;
    /** One slab of each length that nobody uses; null where there is none. */
    #spares = SLAB_BYTES.map(() => null);
    /** How long the last chunk was: under the same load the next one need not grow, which takes 100 ns off each of 16 messages. */
    #lastBytes = 0;
    /** Whether the host gives chunks back: nothing is kept for one that does not. */
    #reuses = false;
    #lentChunk = null;
    #lentSlab = null;
    /** @param allocate - gives memory of which every byte handed out is written first */
    constructor(allocate) {
        this.#allocate = allocate;
    }
    /** The first slab of a chunk, with room for at least `bytes`. Throws what the host's allocator throws. */
    begin(bytes) {
        return this.#slab(Math.max(bytes, Math.min(this.#lastBytes, MAX_FIRST_BYTES)));
    }
    /** A slab with room for `bytes`, and what a slab that is outgrown holds; nobody has seen that one, so it is free again. */
    grow(slab, used, bytes) {
        const grown = this.#slab(Math.max(used + bytes, Math.min(4 * slab.bytes.length, MAX_SLAB_BYTES)));
        copyInto(slab.bytes, 0, used, grown.bytes, 0);
        this.#giveBack(slab);
        return grown;
    }
    /**
     * The chunk that was put together in a slab, an array of its own each time: so it is known by which one is given back. Throws
     * what the host's allocator throws; nothing has changed then.
     */
    lend(slab, used) {
        const { bytes } = slab;
        if (4 * used < bytes.length) {
            const copy = used <= TINY_BYTES ? new Uint8Array(used) : this.#allocate(used);
            copyInto(bytes, 0, used, copy, 0);
            this.#lastBytes = used;
            this.#giveBack(slab);
            return copy;
        }
        const chunk = new Uint8Array(bytes.buffer, bytes.byteOffset, used);
        this.#lastBytes = used;
        if (this.#reuses) {
            this.#lentChunk = chunk;
            this.#lentSlab = slab;
        }
        return chunk;
    }
    /** The chunk lent last has been written, and nobody holds it. Of others nothing is known here. */
    reuse(chunk) {
        this.#reuses = true;
        refuseReturned(chunk);
        if (chunk !== this.#lentChunk)
            return;
        noteReturned(chunk);
        this.#giveBack(this.#lentSlab);
        this.#lentChunk = null;
        this.#lentSlab = null;
    }
    #slab(bytes) {
        const size = sizeOf(bytes);
        const spare = this.#spares[size];
        if (spare == null)
            return new Slab(this.#allocate(SLAB_BYTES[size] ?? bytes));
        this.#spares[size] = null;
        noteLent(spare);
        return spare;
    }
    #giveBack(slab) {
        noteReturned(slab);
        poison(slab.bytes, slab.bytes.length);
        const { length } = slab.bytes;
        const size = sizeOf(length);
        if (length === SLAB_BYTES[size])
            this.#spares[size] = slab;
    }
}
/** Which of the lengths of slabs is the first with room for so many bytes; as many as there are if none is. */
function sizeOf(bytes) {
    let size = 0;
    while (size < SLAB_BYTES.length && SLAB_BYTES[size] < bytes)
        size++;
    return size;
}
//# sourceMappingURL=output-memory.js.map