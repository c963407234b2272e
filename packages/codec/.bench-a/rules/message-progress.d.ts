/**
 * What frames have to do with the frames before them: their sequence (RFC 6455 5.4), and the limits of a whole message
 * (RFC 6455 10.4).
 */
import type { FaultCode } from './faults.js';
import { type Limits } from './limits.js';
/** A fragmented message of which the last frame has not begun. */
export declare class MessageProgress {
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: MessageProgress;
    /** First byte of its first frame. */
    readonly first: number;
    bytes: number;
    fragments: number;
    constructor(first: number, bytes: number);
}
/**
 * RFC 6455 5.4: a message's frames come one after the other, only control frames between them.
 *
 * @param progress - the message that a frame comes upon; null for none
 * @param first - first byte of the frame
 */
export declare function sequenceFault(progress: MessageProgress | null, first: number, maxFragments: number): FaultCode | undefined;
/** Compares with what is left, so that no sum can pass 2^53 (advisory I01). */
export declare function limitFault(progress: MessageProgress | null, first: number, payloadLength: number, { maxFrameBytes, maxMessageBytes, rsv }: Limits & {
    readonly rsv: number;
}): FaultCode | undefined;
/** The message that the next frame comes upon; null for none. */
export declare function progressAfter(progress: MessageProgress | null, first: number, payloadLength: number): MessageProgress | null;
//# sourceMappingURL=message-progress.d.ts.map