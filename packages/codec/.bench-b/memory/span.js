/** Borrowed bytes: what a sink is shown of memory that is not its own. */
import { inWords, isBytes, misuse, requireRange } from '../rules/misuse.js';
import { copyOf } from './bytes.js';
/** A span that its owner sets anew for each payload, so that none is made for a short one. */
export class LentSpan {
    bytes;
    start = 0;
    end = 0;
    constructor(bytes) {
        this.bytes = bytes;
    }
    get length() {
        return this.end - this.start;
    }
    copy() {
        return copyOf(this.bytes, this.start, this.end);
    }
    /** @returns itself, showing another range */
    of(start, end) {
        this.start = start;
        this.end = end;
        return this;
    }
}
/**
 * @returns the range, read once
 * @throws TypeError for what is none (`NOT_BYTES`), RangeError for one that does not lie within its bytes (`RANGE_INVALID`)
 */
export function requireByteRange(range) {
    const { bytes, start, end } = Object(range);
    if (!isBytes(bytes)) {
        throw misuse(TypeError, 'NOT_BYTES', `a range is { bytes, start, end } with a Uint8Array, not ${inWords(range)}`);
    }
    requireRange(bytes, start, end);
    return { bytes, start, end };
}
//# sourceMappingURL=span.js.map