/** A message in parts whose bytes are wanted: binary, text as a span, or whatever an extension has to decode. */
import { keptConfig } from '../agreed/connection-config.js';
import { MessageBuffer } from '../memory/message-buffer.js';
import { borrow, giveBack, isLent, unmaskTo, usesSimd } from '../memory/scratch.js';
import { BINARY } from '../rules/opcodes.js';
import { VALID } from '../rules/utf8.js';
import { deliverBytes } from './deliver.js';
import { IncomingMessage } from './incoming-message.js';
/** Pieces of text from this size on go by way of SIMD memory. */
const SIMD_TEXT_BYTES = 128;
/** Pieces from this size on are held where they stand, if that is theirs. */
const HOLD_FROM_BYTES = 4096;
/** What goes through SIMD memory at a time. */
const SIMD_PIECE_BYTES = 0x1_0000;
/** Its bytes, put together. */
export class AssembledBytes extends IncomingMessage {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new AssembledBytes(keptConfig, BINARY, 0, false);
    #config;
    #buffer;
    constructor(config, opcode, first, encoded) {
        super(opcode, first, encoded);
        this.#config = config;
        this.#buffer = new MessageBuffer(config.allocateLasting);
    }
    add(bytes, start, end, key, atMost) {
        const { maskLasting: mask, handOver } = this.#config;
        if (!this.validates) {
            const length = end - start;
            const holds = handOver && length >= HOLD_FROM_BYTES && 2 * length >= bytes.buffer.byteLength && !isLent(bytes);
            if (!holds || !this.#buffer.hold(bytes, start, end, mask, key))
                this.#buffer.appendAll(bytes, start, end, mask, key, atMost);
            return VALID;
        }
        if (end - start >= SIMD_TEXT_BYTES) {
            const scratch = borrow(SIMD_PIECE_BYTES);
            try {
                if (usesSimd(scratch, mask))
                    return this.#addText(scratch, bytes, start, end, key, atMost);
            }
            finally {
                giveBack(scratch);
            }
        }
        return this.collect(this.#buffer, bytes, start, end, mask, key, atMost);
    }
    /**
     * By way of SIMD memory, where a piece is unmasked and found to be ASCII in one go: 5 times as fast as to validate it where
     * it is kept.
     */
    #addText(scratch, bytes, start, end, key, atMost) {
        const { maskLasting: mask } = this.#config;
        let left = atMost;
        for (let at = start; at < end; at += SIMD_PIECE_BYTES) {
            const length = Math.min(end - at, SIMD_PIECE_BYTES);
            // The pieces are multiples of 4 long: the key is the same for each.
            const ascii = unmaskTo(scratch, 0, bytes, at, at + length, key, mask);
            const invalid = this.validate(scratch.bytes, 0, length, ascii);
            if (invalid !== VALID)
                return at + invalid;
            this.#buffer.appendAll(scratch.bytes, 0, length, mask, 0, left);
            left -= length;
        }
        return VALID;
    }
    /** All its bytes, the caller's to keep. */
    toBytes() {
        return this.#buffer.toBytes();
    }
    deliver(sink) {
        // In pieces, what is put together is only what an extension has to decode.
        return deliverBytes(this.#config.delivery, sink, this.opcode, this.toBytes());
    }
    release() {
        this.#buffer.release();
    }
}
//# sourceMappingURL=assembled-bytes.js.map