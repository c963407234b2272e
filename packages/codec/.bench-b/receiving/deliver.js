import { LentSpan } from '../memory/span.js';
import { TEXT } from '../rules/opcodes.js';
import { decodeUtf8 } from '../rules/text.js';
/**
 * Delivers the bytes of a message.
 *
 * @param bytes - the sink's to keep; those of a text are valid UTF-8
 * @returns false if it is a text for which no string is long enough
 */
export function deliverBytes(delivery, sink, opcode, bytes) {
    if (delivery === 'spans') {
        sink.message?.(opcode, new LentSpan(bytes).of(0, bytes.length));
    }
    else if (opcode === TEXT) {
        const text = decodeUtf8(bytes, 0, bytes.length);
        if (text === undefined)
            return false;
        sink.text?.(text);
    }
    else {
        // No bytes may be an extension's constant: whoever gets them may transfer their memory away.
        sink.binary?.(bytes.length === 0 ? new Uint8Array(0) : bytes);
    }
    return true;
}
//# sourceMappingURL=deliver.js.map