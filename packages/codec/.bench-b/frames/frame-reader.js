/**
 * The reader of frames: bytes in any split to frames, with every rule that a header alone can break.
 *
 * ```
 *             2 bytes: frameStartFault, sequence     length: payloadLengthFault, limits
 *             v                                      v
 *   HEADER ---+--------------------------------------+--- onHeader --> PAYLOAD -- onPayload* --> onEnd --> HEADER
 *     |                                                                   |
 *     `------------------ fault -----------------> FAILED <---- fail -----'     (nothing leaves FAILED)
 * ```
 *
 * A base class, because a server holds a reader a connection, and one object less is 40 bytes less: `FrameParser` passes
 * frames on to a sink of the caller's, `MessageReader` makes messages of them. What is needed only in the middle of
 * something is an object that lives as long as that. For the same reason the methods of what every connection has are
 * `private` and not `#`, for which V8 marks every object, in 8 bytes a class.
 */
import { keyFromBytes, rotateKey } from '@sanssocket/mask';
import { PartialFrame } from '../memory/partial-frame.js';
import { LentSpan } from '../memory/span.js';
import { createFault } from '../rules/faults.js';
import { extendedLengthBytes, readPayloadLength } from '../rules/frame-header.js';
import { faultyByte, frameStartFault, payloadLengthFault } from '../rules/frame-rules.js';
import { httpHint } from '../rules/http-hint.js';
import { limitFault, progressAfter, sequenceFault } from '../rules/message-progress.js';
import { MASK } from '../rules/opcodes.js';
import { MESSAGE } from '../rules/parser-rules.js';
import { Frame } from './incoming-frame.js';
/** Shorter chunks, of a short frame or two, are read frame by frame: 16 bytes take 65 ns, 75 by a scan. */
const MIN_SCANNED_BYTES = 64;
const RUNNING = 0;
const PAUSED = 1;
const FAILED = 2;
/** Reads frames out of a stream of bytes (RFC 6455 5.2). */
export class FrameReader {
    #rules;
    #state = RUNNING;
    #partial = null;
    #frame = null;
    #progress = null;
    /** Bytes of the stream before index 0 of the chunk being read. */
    #base = 0;
    /** Index in the chunk being read of the first byte that has not been dealt with. */
    #at = 0;
    constructor(rules) {
        this.#rules = rules;
    }
    /** The messages that come next stand unmasked in this chunk. */
    onMessagesIn(_chunk, _end) { }
    /** Whether the stream has broken a rule; all input is ignored from then on. */
    get failed() {
        return this.#state === FAILED;
    }
    /** Whether an unfinished frame or fragmented message is pending: an end of input now would cut it off. */
    get truncated() {
        return !this.failed && (this.#frame !== null || this.#partial !== null || this.#progress !== null);
    }
    /** How many bytes of the stream have been dealt with. */
    get offset() {
        return this.#base + this.#at;
    }
    /** Whether reading goes on: it has been stopped neither by a pause nor by a fault. */
    get running() {
        return this.#state === RUNNING;
    }
    /** Index in the chunk being read of the first byte that has not been dealt with. */
    get index() {
        return this.#at;
    }
    /**
     * Puts a chunk to a frame of which more is missing still: nothing can be said, or go wrong. Byte by byte, {@link
     * FrameReader.push} takes twice as long.
     *
     * @returns false if it is not so, and nothing was done
     */
    keep(bytes) {
        const partial = this.#partial;
        if (partial === null || bytes.length >= partial.needed - partial.size)
            return false;
        this.#base += this.#at;
        this.#at = partial.take(bytes, 0, bytes.length);
        return true;
    }
    /** As `FrameParser.receive`. */
    push(bytes, start, end) {
        if (this.failed)
            return end;
        this.#base += this.#at - start;
        this.#at = start;
        this.#state = RUNNING;
        const { takes } = this;
        while (this.#state === RUNNING) {
            const frame = this.#frame;
            if (frame === null) {
                if (takes !== 0 && this.#partial === null && end - this.#at > 1) {
                    if (end - this.#at >= MIN_SCANNED_BYTES)
                        this.scanFrames(bytes, end);
                    if (this.#state === RUNNING && end - this.#at > 1)
                        this.passFrames(bytes, this.#at, end, takes);
                    if (this.#state !== RUNNING)
                        break;
                }
                if (this.#at === end)
                    break;
                this.readHeader(bytes, this.#at, end);
            }
            else if (frame.remaining === 0) {
                this.#frame = null;
                this.onEnd(frame);
            }
            else {
                if (this.#at === end)
                    break;
                this.readPayload(frame, bytes, this.#at, end);
            }
        }
        return this.failed ? end : this.#at;
    }
    /** After a pause: what is left of an event may be told. */
    resume() {
        if (this.#state === PAUSED)
            this.#state = RUNNING;
    }
    /** Makes the running {@link FrameReader.push} return after the call that is under way. */
    pause() {
        if (this.#state === RUNNING)
            this.#state = PAUSED;
    }
    /** As `FrameParser.fail`. */
    fail(code, index = this.#at, hint = '') {
        if (this.failed)
            return;
        this.#state = FAILED;
        this.#partial = null;
        this.#frame = null;
        this.#progress = null;
        this.onFault(createFault(code, this.#base + index, hint));
    }
    /**
     * The short cut for masked frames that stand whole in the chunk, one after the other: a scan has unmasked them in memory of its
     * own and seen to the rules of single frames; what is left is what a frame has to do with those before it. The chunk is not
     * changed, so whatever is not passed on from here is left to the other paths as it came.
     */
    scanFrames(bytes, end) {
        const scan = this.takeScan();
        if (scan === null)
            return;
        try {
            while (this.#at < end && scan.read(bytes, this.#at, end, this.#rules) && this.passScanned(scan, bytes))
                ;
        }
        finally {
            scan.giveBack();
        }
    }
    /** @returns whether reading goes on with another scan: if not, it was stopped, or the chunk's next frame is for other paths */
    passScanned(scan, chunk) {
        const { kinds, maxFrameBytes, maxMessageBytes } = this.#rules;
        const { count, bytes, shift, span } = scan;
        for (let i = 0; i < count; i++) {
            const first = scan.firstOf(i);
            const start = scan.startOf(i);
            const end = scan.endOf(i);
            // A whole message, not inside of another, has no more rules to break.
            const length = end - start;
            const whole = (kinds[first] & MESSAGE) !== 0 && this.#progress === null;
            if (!whole || length > maxFrameBytes || length > maxMessageBytes) {
                if (!this.mayFollow(first, chunk[this.#at + 1], length))
                    return false;
            }
            scan.next = i + 1;
            this.#at = shift + end;
            if (whole)
                this.onMessage(first, span.of(start, end), scan.isAscii(i));
            else
                this.onFrame(first, bytes, start, end, 0);
            if (this.#state !== RUNNING)
                return false;
        }
        return true;
    }
    /** Whether a frame is one that may come now; if so it is counted. */
    mayFollow(first, second, length) {
        if (this.startFault(first, second) !== undefined)
            return false;
        if (limitFault(this.#progress, first, length, this.#rules) !== undefined)
            return false;
        this.#progress = progressAfter(this.#progress, first, length);
        return true;
    }
    /**
     * The short cut for frames that no scan takes: same functions, same rules, but everything that is cut or wrong is left to the
     * other path.
     */
    passFrames(bytes, start, end, takes) {
        const { kinds, maxFrameBytes, maxMessageBytes, role } = this.#rules;
        // A server's frames are masked (5.1): whoever keeps them unmasks them into memory of their own.
        if (role !== 'server')
            this.onMessagesIn(bytes, end);
        let at = start;
        let span;
        while (end - at >= 2) {
            const first = bytes[at];
            const second = bytes[at + 1];
            const masked = second >>> 7;
            const length7 = second & 0x7f;
            const kind = kinds[first];
            if (((kind >>> masked) & 1) === 0 || (kind & takes) === 0 || length7 === 127)
                return;
            let from = at + (masked === 0 ? 2 : 6);
            let length = length7;
            if (length7 === 126) {
                from += 2;
                if (from > end)
                    return;
                length = readPayloadLength(bytes, at);
                if (payloadLengthFault(2, length) !== undefined)
                    return;
            }
            const to = from + length;
            if (to > end)
                return;
            const whole = (kind & MESSAGE) !== 0 && this.#progress === null;
            if (!whole || length > maxFrameBytes || length > maxMessageBytes) {
                if (!this.mayFollow(first, second, length))
                    return;
            }
            at = to;
            this.#at = to;
            if (masked !== 0)
                this.onFrame(first, bytes, from, to, keyFromBytes(bytes, from - 4));
            else if (whole) {
                span ??= new LentSpan(bytes);
                this.onMessage(first, span.of(from, to), false);
            }
            else
                this.onFrame(first, bytes, from, to, 0);
            if (this.#state !== RUNNING)
                return;
        }
    }
    readPayload(frame, bytes, at, end) {
        const length = Math.min(frame.remaining, end - at);
        const { key } = frame;
        frame.key = rotateKey(key, length);
        frame.remaining -= length;
        this.#at = at + length;
        this.onPayload(frame, bytes, at, at + length, key);
    }
    /** Takes a header, or a short frame, that stands whole in the chunk where it stands; what does not is put together first. */
    readHeader(bytes, start, end) {
        let partial = this.#partial;
        if (partial === null) {
            const needed = this.judgeHeader(bytes, start, end - start, start);
            if (needed <= end - start)
                return;
            partial = new PartialFrame(needed);
            this.#partial = partial;
        }
        for (;;) {
            this.#at = partial.take(bytes, this.#at, end);
            if (partial.size < partial.needed)
                return;
            const needed = this.judgeHeader(partial.bytes, 0, partial.size, this.#at - partial.size);
            if (needed <= partial.size)
                return;
            partial.needed = needed;
        }
    }
    /**
     * Judges as much of a header as there is, and begins its frame when it is whole; or passes the whole frame on.
     *
     * @param bytes - where the frame stands
     * @param at - index of its first byte
     * @param available - how many of its bytes are there
     * @param index - where it begins in the chunk being read; negative if in an earlier one
     * @returns the number of bytes there have to be at least. All is done (or has failed) when that is at most `available`
     */
    judgeHeader(bytes, at, available, index) {
        if (available < 2)
            return 2;
        const first = bytes[at];
        const second = bytes[at + 1];
        const fault = this.startFault(first, second);
        if (fault !== undefined) {
            const hint = this.#base + index === 0 ? httpHint(bytes, at, at + available) : '';
            this.fail(fault, index + faultyByte(fault), hint);
            return 0;
        }
        const lengthBytes = extendedLengthBytes(second);
        const lengthEnd = 2 + lengthBytes;
        if (available < lengthEnd)
            return lengthEnd;
        const payloadLength = readPayloadLength(bytes, at);
        const lengthFault = lengthBytes === 0 ? undefined : payloadLengthFault(lengthBytes, payloadLength);
        if (lengthFault !== undefined) {
            this.fail(lengthFault, index + 2);
            return 0;
        }
        const overLimit = limitFault(this.#progress, first, payloadLength, this.#rules);
        if (overLimit !== undefined) {
            this.fail(overLimit, index + 1);
            return 0;
        }
        const masked = (second & MASK) !== 0;
        const size = lengthEnd + (masked ? 4 : 0);
        if (available < size)
            return size;
        const key = masked ? keyFromBytes(bytes, at + lengthEnd) : 0;
        if (lengthBytes === 0 && this.waitsFor(first)) {
            const whole = size + payloadLength;
            if (available < whole)
                return whole;
            this.#partial = null;
            this.#at = index + whole;
            this.#progress = progressAfter(this.#progress, first, payloadLength);
            this.onFrame(first, bytes, at + size, at + whole, key);
            return whole;
        }
        const frame = new Frame(first, payloadLength, masked, key);
        this.#partial = null;
        this.#frame = frame;
        this.#at = index + size;
        this.#progress = progressAfter(this.#progress, first, payloadLength);
        this.onHeader(frame);
        return size;
    }
    startFault(first, second) {
        const { role, rsv, maxFragments } = this.#rules;
        return frameStartFault(first, second, role, rsv) ?? sequenceFault(this.#progress, first, maxFragments);
    }
}
//# sourceMappingURL=frame-reader.js.map