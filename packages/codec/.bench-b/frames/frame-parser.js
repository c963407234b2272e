import { requireBytes, requireRange } from '../rules/misuse.js';
import { FrameRules, MESSAGE } from '../rules/parser-rules.js';
import { FrameReader } from './frame-reader.js';
/** Passes frames on. */
class SinkReader extends FrameReader {
    #sink;
    #rules;
    constructor(sink, rules) {
        super(rules);
        this.#sink = sink;
        this.#rules = rules;
    }
    get takes() {
        return this.#sink.message === undefined ? 0 : MESSAGE;
    }
    waitsFor() {
        return false;
    }
    /** A scan brings SIMD memory with it, half a kilobyte of code. */
    takeScan() {
        return null;
    }
    onFrame(first, bytes, start, end, key) {
        const { unmask, mask } = this.#rules;
        if (key === 0 || unmask === 'none') {
            this.#sink.message(first, bytes, start, end, key);
        }
        else if (unmask === 'in-place') {
            mask(bytes, start, end, bytes, start, key);
            this.#sink.message(first, bytes, start, end, 0);
        }
        else {
            this.#sink.message(first, this.#copy(bytes, start, end, key), 0, end - start, 0);
        }
    }
    onMessage(first, { bytes, start, end }) {
        this.#sink.message(first, bytes, start, end, 0);
    }
    onHeader({ first, payloadLength, masked, key }) {
        this.#sink.header(first, payloadLength, masked, key);
    }
    onPayload(_, bytes, start, end, key) {
        const { unmask, mask } = this.#rules;
        if (key === 0 || unmask === 'none') {
            this.#sink.payload(bytes, start, end, key);
        }
        else if (unmask === 'in-place') {
            mask(bytes, start, end, bytes, start, key);
            this.#sink.payload(bytes, start, end, 0);
        }
        else {
            this.#sink.payload(this.#copy(bytes, start, end, key), 0, end - start, 0);
        }
    }
    onEnd() {
        this.#sink.end();
    }
    onFault(fault) {
        this.#sink.fail(fault);
    }
    #copy(bytes, start, end, key) {
        const copy = new Uint8Array(end - start);
        this.#rules.mask(bytes, start, end, copy, 0, key);
        return copy;
    }
}
/**
 * Parses frames out of a stream of bytes (RFC 6455 5.2), in one role or as an onlooker.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameParser } from '@sanssocket/codec/frames';
 *
 * const log: string[] = [];
 * const parser = new FrameParser(
 *   {
 *     header: (first, payloadLength) => log.push(`${first.toString(16)} ${payloadLength}`),
 *     payload: (bytes, start, end) => log.push(new TextDecoder().decode(bytes.subarray(start, end))),
 *     end: () => log.push('end'),
 *     fail: (fault) => log.push(fault.code),
 *   },
 *   { role: 'server' },
 * );
 * parser.receive(Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d)); // the first half of a frame
 * parser.receive(Uint8Array.of(0x51, 0x58, 0x83, 0x80)); // the rest, and a frame with a reserved opcode
 * assert.deepEqual(log, ['81 5', 'Hel', 'lo', 'end', 'RESERVED_OPCODE']);
 * ```
 */
export class FrameParser {
    #reader;
    /**
     * @param sink - gets the frames
     * @param options - role, limits, unmasking
     * @throws TypeError or RangeError for options that make no sense
     */
    constructor(sink, options) {
        this.#reader = new SinkReader(sink, options instanceof FrameRules ? options : new FrameRules(options));
    }
    /** Whether the stream has broken a rule; all input is ignored from then on. */
    get failed() {
        return this.#reader.failed;
    }
    /** Whether an unfinished frame or fragmented message is pending: an end of input now would cut it off. */
    get truncated() {
        return this.#reader.truncated;
    }
    /** How many bytes of the stream have been dealt with. */
    get offset() {
        return this.#reader.offset;
    }
    /**
     * Parses the next bytes of the stream, and calls the sink for what they complete. Nothing of `bytes` is kept but an
     * unfinished header.
     *
     * @param bytes - a chunk of the stream; changed only with `unmask: 'in-place'`
     * @param start - index of the first byte to parse
     * @param end - index after the last
     * @returns the index after the last byte that was dealt with: `end`, unless the sink paused. What is left was not looked
     * at; give it again to go on.
     * @throws RangeError when the range does not lie within `bytes`. An exception of the sink passes through; the
     * parser then stands behind the call that threw (`offset` tells where), and can go on from there.
     *
     * RFC 6455 5.2.
     */
    receive(bytes, start = 0, end = bytes?.length) {
        requireBytes(bytes, 'a chunk');
        requireRange(bytes, start, end);
        return this.#reader.push(bytes, start, end);
    }
    /** Makes the running {@link FrameParser.receive} return after the sink's method that called this. */
    pause() {
        this.#reader.pause();
    }
    /**
     * Fails the stream for a reason that only the layer above can see: the sink's `fail` is called, and all further input
     * is ignored. Does nothing if the stream has failed before.
     *
     * @param code - which rule was broken
     * @param index - of the byte that shows it, in the chunk being parsed; by default where parsing stands
     *
     * RFC 6455 7.1.7.
     */
    fail(code, index = this.#reader.index) {
        this.#reader.fail(code, index);
    }
}
//# sourceMappingURL=frame-parser.js.map