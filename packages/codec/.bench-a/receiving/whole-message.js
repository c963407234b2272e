import { poisonOwn } from '../memory/checked.js';
import { keepMessage, messageMemory } from '../memory/kept-messages.js';
import { borrow, giveBack, isLentUtf8, lentView, unmaskTo } from '../memory/scratch.js';
import { TEXT } from '../rules/opcodes.js';
import { decodeText } from '../rules/text.js';
import { invalidIndex, TOO_LONG, VALID } from '../rules/utf8.js';
/**
 * Delivers an unmasked message, as a value or as a span.
 *
 * @param ascii - whether it is known to be all ASCII
 * @returns `VALID`; or the index in its bytes of the first byte that text cannot have, or after the last one where one is
 * missing; or `TOO_LONG`
 */
export function deliverWhole(config, sink, opcode, span, ascii) {
    const { bytes, start, end } = span;
    if (config.delivery === 'messages') {
        if (opcode === TEXT)
            return deliverText(sink, bytes, start, end, ascii);
        sink.binary?.(keepMessage(bytes, start, end, config.allocateLasting));
        return VALID;
    }
    if (opcode === TEXT && !ascii && !isLentUtf8(bytes, start, end)) {
        const invalid = invalidIndex(bytes, start, end);
        if (invalid !== VALID)
            return invalid;
    }
    sink.message?.(opcode, span);
    poisonOwn(bytes, start, end);
    return VALID;
}
/** The same for a masked message, which is unmasked in memory that is lent for it, or in its own. */
export function deliverMasked(config, sink, opcode, bytes, start, end, key) {
    if (config.delivery === 'messages' && opcode !== TEXT) {
        sink.binary?.(unmaskedCopy(config, bytes, start, end, key));
        return VALID;
    }
    const scratch = borrow(end - start);
    try {
        const ascii = unmaskTo(scratch, 0, bytes, start, end, key, config.maskLasting);
        const invalid = deliverWhole(config, sink, opcode, scratch.span.of(0, end - start), ascii);
        return invalid < 0 ? invalid : start + invalid;
    }
    finally {
        giveBack(scratch);
    }
}
function deliverText(sink, bytes, start, end, ascii) {
    const text = decodeText(bytes, start, end, lentView(bytes), ascii);
    if (text === undefined) {
        const invalid = invalidIndex(bytes, start, end);
        return invalid === VALID ? TOO_LONG : invalid;
    }
    sink.text?.(text);
    return VALID;
}
/** A masked payload, unmasked in memory of its own. */
export function unmaskedCopy({ maskLasting: mask, allocateLasting }, bytes, start, end, key) {
    const message = messageMemory(end - start, allocateLasting);
    mask(bytes, start, end, message, 0, key);
    return message;
}
//# sourceMappingURL=whole-message.js.map