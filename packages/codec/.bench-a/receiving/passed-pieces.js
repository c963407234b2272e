/** A message whose pieces are passed on as they come, and kept by nobody: only a character that a piece cuts is held back. */
import { keptConfig } from '../agreed/connection-config.js';
import { poisonOwn } from '../memory/checked.js';
import { borrow, giveBack, unmaskTo } from '../memory/scratch.js';
import { LentSpan } from '../memory/span.js';
import { TEXT } from '../rules/opcodes.js';
import { unfinishedUtf8Bytes } from '../rules/utf8.js';
import { IncomingMessage } from './incoming-message.js';
/** Its pieces, passed on. */
export class PassedPieces extends IncomingMessage {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new PassedPieces(keptConfig, {}, TEXT, 0);
    #config;
    #sink;
    /** The bytes so far of a character that a piece cut, and how many they are. */
    #held = null;
    #heldBytes = 0;
    constructor(config, sink, opcode, first) {
        super(opcode, first, false);
        this.#config = config;
        this.#sink = sink;
    }
    add(bytes, start, end, key) {
        const { maskLasting: mask } = this.#config;
        const held = this.#heldBytes;
        const scratch = held === 0 && key === 0 ? null : borrow(held + end - start);
        const span = scratch?.span ?? new LentSpan(bytes);
        const at = scratch === null ? start : held;
        try {
            const ascii = scratch !== null && unmaskTo(scratch, at, bytes, start, end, key, mask);
            const invalid = this.validate(span.bytes, at, at + end - start, ascii);
            if (invalid >= 0)
                return start + invalid - at;
            this.#passWholeCharacters(span.of(at, at + end - start));
            return -1;
        }
        finally {
            if (scratch !== null)
                giveBack(scratch);
        }
    }
    /**
     * Passes on a validated piece as one event, together with what is held back, and holds back what it cuts in turn.
     *
     * @param span - its bytes are written to: what is held back goes before its start, where there is room for it
     */
    #passWholeCharacters(span) {
        const { bytes, start, end } = span;
        const begin = start - this.#heldBytes;
        for (let i = 0; i < this.#heldBytes; i++)
            bytes[begin + i] = this.#held[i];
        const hold = this.opcode === TEXT ? unfinishedUtf8Bytes(bytes, begin, end) : 0;
        // Held back before the rest is passed on: the callee may change the bytes, or throw.
        if (hold > 0)
            this.#held ??= new Uint8Array(3);
        for (let i = 0; i < hold; i++)
            this.#held[i] = bytes[end - hold + i];
        this.#heldBytes = hold;
        if (end - hold === begin)
            return;
        this.#sink.piece?.(span.of(begin, end - hold));
        poisonOwn(bytes, begin, end - hold);
    }
    deliver(sink) {
        sink.finish?.();
        return true;
    }
    release() { }
}
//# sourceMappingURL=passed-pieces.js.map