/** A message that arrives in parts (RFC 6455 5.4), and how far its text has been validated (8.1). */
import { rotateKey } from '@sanssocket/mask';
import { isLentUtf8 } from '../memory/scratch.js';
import { TEXT } from '../rules/opcodes.js';
import { UTF8_BOUNDARY, unfinishedUtf8Bytes, VALID, validateUtf8 } from '../rules/utf8.js';
/** The unfinished message of a connection: what becomes of its pieces is a subclass each. */
export class IncomingMessage {
    opcode;
    /** First byte of its first frame: the reserved bits tell which extensions changed it (RFC 6455 5.4, advisory S24). */
    first;
    /** Whether what arrives is the text itself, so that it can be validated as it comes. */
    validates;
    /** The validator's state behind the last byte. */
    utf8 = UTF8_BOUNDARY;
    constructor(opcode, first, encoded) {
        this.opcode = opcode;
        this.first = first;
        this.validates = opcode === TEXT && !encoded;
    }
    /** Whether what has come ends with a whole character. */
    get wholeCharacters() {
        return this.utf8 === UTF8_BOUNDARY;
    }
    /** Collects a piece of text, validating it where it is then; takes and gives back what {@link IncomingMessage.add} does. */
    collect(buffer, bytes, start, end, mask, key, atMost) {
        let left = atMost;
        for (let at = start; at < end;) {
            const length = buffer.append(bytes, at, end, mask, rotateKey(key, at - start), left);
            const { tail, tailBytes } = buffer;
            const invalid = this.validate(tail, tailBytes - length, tailBytes, false);
            if (invalid !== VALID)
                return at + invalid - (tailBytes - length);
            at += length;
            left -= length;
        }
        return VALID;
    }
    /**
     * Validates the next bytes if they are text.
     *
     * @param ascii - whether they are known to be all ASCII
     * @returns `VALID`, or the index of the first byte that cannot be right
     */
    validate(bytes, start, end, ascii) {
        if (!this.validates || (ascii && this.utf8 === UTF8_BOUNDARY))
            return VALID;
        const whole = end - unfinishedUtf8Bytes(bytes, start, end);
        const known = this.utf8 === UTF8_BOUNDARY && isLentUtf8(bytes, start, whole);
        const state = validateUtf8(bytes, known ? whole : start, end, this.utf8);
        if (state < 0)
            return ~state;
        this.utf8 = state;
        return VALID;
    }
}
//# sourceMappingURL=incoming-message.js.map