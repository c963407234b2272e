/**
 * A short frame, or a header, of which some bytes are missing: kept as it came, the only bytes a frame reader ever keeps. Fed
 * byte by byte, a frame of 16 bytes takes a third of the time it takes piece by piece.
 *
 * - Written by its reader as bytes come, until the frame is whole.
 * - Seen by the sink, if the frame is passed on whole, until its method returns.
 * - Bounded: one of at most 131 bytes a connection, for as long as a frame is cut.
 */
import { MAX_CONTROL_PAYLOAD_BYTES } from '../rules/opcodes.js';
import { copyInto } from './bytes.js';
import { declareOwn } from './checked.js';
/** V8 keeps arrays of this length in its own heap, where they cost a tenth. */
const SHORT_BYTES = 64;
/** Frames up to this size may be kept until they are whole: a header with a masking key, and the longest 7-bit length. */
const MAX_PARTIAL_BYTES = 2 + 4 + MAX_CONTROL_PAYLOAD_BYTES;
/** Bytes of one frame. */
export class PartialFrame {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new PartialFrame(0);
    bytes = new Uint8Array(SHORT_BYTES);
    size = 0;
    /** How many bytes have to be there before there is more to say than now. */
    needed;
    constructor(needed) {
        this.needed = needed;
        declareOwn(this.bytes);
    }
    /** @returns the index after the last byte taken of the chunk: all that are needed, as far as they are there */
    take(chunk, start, end) {
        if (this.needed > this.bytes.length)
            this.grow();
        const { bytes } = this;
        let at = start;
        let { size } = this;
        for (const { needed } = this; size < needed && at < end; size++, at++)
            bytes[size] = chunk[at];
        this.size = size;
        return at;
    }
    grow() {
        const { bytes } = this;
        this.bytes = new Uint8Array(MAX_PARTIAL_BYTES);
        declareOwn(this.bytes);
        copyInto(bytes, 0, this.size, this.bytes, 0);
    }
}
//# sourceMappingURL=partial-frame.js.map