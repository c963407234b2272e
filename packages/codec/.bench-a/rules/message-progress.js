import { encodedLimit } from './limits.js';
import { CONTINUATION, FIN, isControl } from './opcodes.js';
/** A fragmented message of which the last frame has not begun. */
export class MessageProgress {
    /** Kept for V8, see `Frame.kept`. */
    static kept = new MessageProgress(0, 0);
    /** First byte of its first frame. */
    first;
    bytes;
    fragments = 1;
    constructor(first, bytes) {
        this.first = first;
        this.bytes = bytes;
    }
}
/**
 * RFC 6455 5.4: a message's frames come one after the other, only control frames between them.
 *
 * @param progress - the message that a frame comes upon; null for none
 * @param first - first byte of the frame
 */
export function sequenceFault(progress, first, maxFragments) {
    const opcode = first & 0x0f;
    if (progress === null)
        return opcode === CONTINUATION ? 'UNEXPECTED_CONTINUATION' : undefined;
    if (isControl(opcode))
        return undefined;
    if (opcode !== CONTINUATION)
        return 'EXPECTED_CONTINUATION';
    return progress.fragments === maxFragments ? 'TOO_MANY_FRAGMENTS' : undefined;
}
/** Compares with what is left, so that no sum can pass 2^53 (advisory I01). */
export function limitFault(progress, first, payloadLength, { maxFrameBytes, maxMessageBytes, rsv }) {
    const encoded = ((progress === null ? first : progress.first) & rsv) !== 0;
    const frameLimit = encoded ? encodedLimit(maxFrameBytes) : maxFrameBytes;
    if (payloadLength > frameLimit || payloadLength > Number.MAX_SAFE_INTEGER)
        return 'FRAME_TOO_LARGE';
    if (isControl(first & 0x0f))
        return undefined;
    const limit = encoded ? encodedLimit(maxMessageBytes) : maxMessageBytes;
    const before = progress === null ? 0 : progress.bytes;
    return payloadLength > limit - before ? 'MESSAGE_TOO_LARGE' : undefined;
}
/** The message that the next frame comes upon; null for none. */
export function progressAfter(progress, first, payloadLength) {
    if (isControl(first & 0x0f))
        return progress;
    if ((first & FIN) !== 0)
        return null;
    if (progress === null)
        return new MessageProgress(first, payloadLength);
    progress.bytes += payloadLength;
    progress.fragments++;
    return progress;
}
//# sourceMappingURL=message-progress.js.map