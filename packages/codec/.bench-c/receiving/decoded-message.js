import { EMPTY } from '../memory/bytes.js';
import { LentSpan } from '../memory/span.js';
import { TEXT } from '../rules/opcodes.js';
import { invalidIndex, VALID } from '../rules/utf8.js';
import { deliverBytes } from './deliver.js';
/** A decoded message of which the sink has not heard all. */
export class DecodedMessage {
    /** What is wrong with it; undefined if nothing is. */
    fault;
    #opcode;
    #bytes;
    /** How many of its events have been told. */
    #told = 0;
    constructor(opcode, decoded) {
        this.#opcode = opcode;
        this.#bytes = typeof decoded === 'string' ? EMPTY : decoded;
        if (typeof decoded === 'string')
            this.fault = decoded;
        // RFC 6455 8.1 is about the text that an extension gives, not about what came (RFC 7692 6.2).
        else if (opcode === TEXT && invalidIndex(decoded, 0, decoded.length) !== VALID)
            this.fault = 'INVALID_UTF8';
    }
    /** Whether the next event is the last one. */
    isLast(delivery) {
        return delivery !== 'pieces' || this.#told === (this.#bytes.length === 0 ? 1 : 2);
    }
    /**
     * Tells the next event. One that throws has been told.
     *
     * @returns false if it could not be told, because no string is that long
     */
    tellNext(delivery, sink) {
        const bytes = this.#bytes;
        if (delivery !== 'pieces')
            return deliverBytes(delivery, sink, this.#opcode, bytes);
        const last = this.isLast(delivery);
        if (this.#told++ === 0)
            sink.begin?.(this.#opcode);
        else if (last)
            sink.finish?.();
        else
            sink.piece?.(new LentSpan(bytes).of(0, bytes.length));
        return true;
    }
}
//# sourceMappingURL=decoded-message.js.map