import type { FrameScan } from '../memory/frame-scan.js';
import { LentSpan } from '../memory/span.js';
import { type Fault, type FaultCode } from '../rules/faults.js';
import { type FrameRules } from '../rules/parser-rules.js';
import { Frame } from './incoming-frame.js';
/** Reads frames out of a stream of bytes (RFC 6455 5.2). */
export declare abstract class FrameReader {
    #private;
    constructor(rules: FrameRules);
    /** A header is complete and valid. */
    protected abstract onHeader(frame: Frame): void;
    /** A piece of the payload as it is on the wire; `key` applies from `start`. */
    protected abstract onPayload(frame: Frame, bytes: Uint8Array, start: number, end: number, key: number): void;
    /** The payload is complete. */
    protected abstract onEnd(frame: Frame): void;
    /** The stream broke a rule: the last call. */
    protected abstract onFault(fault: Fault): void;
    /** For what kinds of frames {@link FrameReader.onFrame} is wanted if they stand whole in the chunk: a sum of them. */
    protected abstract get takes(): number;
    /** Whether it is wanted for a short frame even if that comes in parts, at the price of hearing nothing before its end. */
    protected abstract waitsFor(first: number): boolean;
    /** What reads many frames of a chunk at once; null if there is nothing, or none is wanted. To be given back. */
    protected abstract takeScan(): FrameScan | null;
    /** The messages that come next stand unmasked in this chunk. */
    protected onMessagesIn(_chunk: Uint8Array, _end: number): void;
    /**
     * In place of `onHeader`, `onPayload` and `onEnd`.
     *
     * @param bytes - where the payload stands: the chunk, a frame put together of several, or the scan's memory
     * @param key - 0 if the payload is unmasked
     */
    protected abstract onFrame(first: number, bytes: Uint8Array, start: number, end: number, key: number): void;
    /**
     * The same for a whole message that is unmasked.
     *
     * @param span - where it stands; of use until this returns
     * @param ascii - whether it is known to be all ASCII
     */
    protected abstract onMessage(first: number, span: LentSpan, ascii: boolean): void;
    /** Whether the stream has broken a rule; all input is ignored from then on. */
    get failed(): boolean;
    /** Whether an unfinished frame or fragmented message is pending: an end of input now would cut it off. */
    get truncated(): boolean;
    /** How many bytes of the stream have been dealt with. */
    get offset(): number;
    /** Whether reading goes on: it has been stopped neither by a pause nor by a fault. */
    protected get running(): boolean;
    /** Index in the chunk being read of the first byte that has not been dealt with. */
    get index(): number;
    /**
     * Puts a chunk to a frame of which more is missing still: nothing can be said, or go wrong. Byte by byte, {@link
     * FrameReader.push} takes twice as long.
     *
     * @returns false if it is not so, and nothing was done
     */
    keep(bytes: Uint8Array): boolean;
    /** As `FrameParser.receive`. */
    push(bytes: Uint8Array, start: number, end: number): number;
    /** After a pause: what is left of an event may be told. */
    protected resume(): void;
    /** Makes the running {@link FrameReader.push} return after the call that is under way. */
    pause(): void;
    /** As `FrameParser.fail`. */
    fail(code: FaultCode, index?: number, hint?: string): void;
    /**
     * The short cut for masked frames that stand whole in the chunk, one after the other: a scan has unmasked them in memory of its
     * own and seen to the rules of single frames; what is left is what a frame has to do with those before it. The chunk is not
     * changed, so whatever is not passed on from here is left to the other paths as it came.
     */
    private scanFrames;
    /** @returns whether reading goes on with another scan: if not, it was stopped, or the chunk's next frame is for other paths */
    private passScanned;
    /** Whether a frame is one that may come now; if so it is counted. */
    private mayFollow;
    /**
     * The short cut for frames that no scan takes: same functions, same rules, but everything that is cut or wrong is left to the
     * other path.
     */
    private passFrames;
    private readPayload;
    /** Takes a header, or a short frame, that stands whole in the chunk where it stands; what does not is put together first. */
    private readHeader;
    /**
     * Judges as much of a header as there is, and begins its frame when it is whole; or passes the whole frame on.
     *
     * @param bytes - where the frame stands
     * @param at - index of its first byte
     * @param available - how many of its bytes are there
     * @param index - where it begins in the chunk being read; negative if in an earlier one
     * @returns the number of bytes there have to be at least. All is done (or has failed) when that is at most `available`
     */
    private judgeHeader;
    private startFault;
}
//# sourceMappingURL=frame-reader.d.ts.map