/**
 * A text in parts whose string is wanted. What comes in long pieces is decoded as it comes, which validates it too: 1 MiB of
 * mixed text takes half the time it takes to collect, validate and then decode it. Short pieces wait until they are many.
 */
import { keptConfig } from '../agreed/connection-config.js';
import { EMPTY } from '../memory/bytes.js';
import { MessageBuffer } from '../memory/message-buffer.js';
import { borrow, giveBack, unmaskTo } from '../memory/scratch.js';
import { TEXT } from '../rules/opcodes.js';
import { decodeUtf8 } from '../rules/text.js';
import { TOO_LONG, UTF8_BOUNDARY, unfinishedUtf8Bytes, VALID, validateUtf8 } from '../rules/utf8.js';
import { IncomingMessage } from './incoming-message.js';
/** A piece this long is decoded at once. */
const LONG_PIECE_BYTES = 4096;
/** What is decoded at a time, and how much may wait. */
const WINDOW_BYTES = 0x1_0000;
/** Its string, put together. */
export class AssembledText extends IncomingMessage {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new AssembledText(keptConfig, 0);
    #config;
    #text = '';
    /** Valid bytes behind the decoded ones: short pieces, and the beginning of a character that a long one cut. */
    #waiting;
    constructor(config, first) {
        super(TEXT, first, false);
        this.#config = config;
        this.#waiting = new MessageBuffer(config.allocateLasting);
    }
    add(bytes, start, end, key, atMost) {
        if (end - start < LONG_PIECE_BYTES) {
            const waiting = this.#waiting;
            // What does not wait for its end is not all that will come.
            const left = this.#text === '' ? atMost : Number.MAX_SAFE_INTEGER;
            const invalid = this.collect(waiting, bytes, start, end, this.#config.maskLasting, key, left);
            return invalid === VALID && waiting.bytes >= WINDOW_BYTES ? this.#decode(EMPTY, 0, 0, 0) : invalid;
        }
        for (let at = start; at < end; at += WINDOW_BYTES) {
            // The windows are multiples of 4 long: the key is the same for each.
            const invalid = this.#decode(bytes, at, Math.min(at + WINDOW_BYTES, end), key);
            if (invalid !== VALID)
                return invalid;
        }
        return VALID;
    }
    /** Decodes what waits and a piece of at most a window behind it, but for a character that is not whole. */
    #decode(bytes, start, end, key) {
        const before = this.#waiting.bytes;
        const total = before + end - start;
        const scratch = borrow(total);
        try {
            const text = scratch.bytes;
            this.#waiting.drain(text);
            unmaskTo(scratch, before, bytes, start, end, key, this.#config.maskLasting);
            const whole = total - unfinishedUtf8Bytes(text, 0, total);
            const decoded = decodeUtf8(text, 0, whole);
            // What waited is valid, so what is wrong comes behind it.
            const state = decoded === undefined
                ? validateUtf8(text, before, total, this.utf8)
                : validateUtf8(text, whole, total, UTF8_BOUNDARY);
            if (state < 0)
                return start + ~state - before;
            this.utf8 = state;
            const longer = joined(this.#text, decoded);
            if (longer === undefined)
                return TOO_LONG;
            this.#text = longer;
            this.#waiting.appendAll(text, whole, total, this.#config.maskLasting, 0, Number.MAX_SAFE_INTEGER);
            return VALID;
        }
        finally {
            giveBack(scratch);
        }
    }
    deliver(sink) {
        const waiting = this.#waiting;
        // Most often it is all in one segment, and need not be moved.
        if (waiting.bytes > waiting.tailBytes && this.#decode(EMPTY, 0, 0, 0) !== VALID)
            return false;
        const text = joined(this.#text, decodeUtf8(waiting.tail, 0, waiting.tailBytes));
        waiting.release();
        if (text === undefined)
            return false;
        sink.text?.(text);
        return true;
    }
    release() {
        this.#waiting.release();
    }
}
/** Two texts as one; undefined if no string is that long. */
function joined(text, more) {
    try {
        return text + more;
    }
    catch {
        return undefined;
    }
}
//# sourceMappingURL=assembled-text.js.map