import { ByteQueue } from '../memory/byte-queue.js';
/** The opcode: text or binary. */
const OPCODE = 0x03;
const FIRST = 0x04;
const LAST = 0x08;
/** The piece is the payload of a prepared message, which others hold anyway. */
const PREPARED = 0x10;
/** The caller asked for compression, or for none. */
const COMPRESS = 0x20;
const PLAIN = 0x40;
/** A length of less than this takes one byte; of more, a byte of this value and four. */
const LONG = 0x80;
/** A queue of pieces. */
export class PieceLine {
    #queue = new ByteQueue();
    #prepared = [];
    #nextPrepared = 0;
    /** Puts a piece in line; its bytes are copied. */
    push(payload, { opcode, first, last, prepared, compress }) {
        const { length } = payload;
        const asked = compress === undefined ? 0 : compress ? COMPRESS : PLAIN;
        const flags = opcode | (first ? FIRST : 0) | (last ? LAST : 0) | asked;
        if (prepared !== undefined) {
            this.#pushBytes(flags | PREPARED);
            this.#prepared.push(prepared);
            return;
        }
        if (length < LONG)
            this.#pushBytes(flags, length);
        else
            this.#pushBytes(flags, LONG, length >>> 24, length >>> 16, length >>> 8, length);
        this.#queue.push(payload, 0, length);
    }
    /** Takes the piece that has waited longest; undefined if none does. */
    take() {
        const queue = this.#queue;
        if (queue.bytes === 0)
            return undefined;
        const flags = queue.take(1)[0];
        const position = {
            opcode: (flags & OPCODE),
            first: (flags & FIRST) !== 0,
            last: (flags & LAST) !== 0,
            compress: (flags & (COMPRESS | PLAIN)) === 0 ? undefined : (flags & COMPRESS) !== 0,
        };
        if ((flags & PREPARED) !== 0) {
            const prepared = this.#takePrepared();
            return { payload: prepared.payload, position: { ...position, prepared } };
        }
        const short = queue.take(1)[0];
        const length = short < LONG ? short : queue.take(4).reduce((sum, byte) => 256 * sum + byte, 0);
        return { payload: queue.take(length), position };
    }
    #pushBytes(...bytes) {
        this.#queue.push(Uint8Array.from(bytes), 0, bytes.length);
    }
    /** Empty places are given up when they are half of all: in time linear in the messages. */
    #takePrepared() {
        const prepared = this.#prepared[this.#nextPrepared];
        this.#prepared[this.#nextPrepared++] = undefined;
        if (2 * this.#nextPrepared >= this.#prepared.length) {
            this.#prepared.splice(0, this.#nextPrepared);
            this.#nextPrepared = 0;
        }
        return prepared;
    }
}
//# sourceMappingURL=piece-line.js.map