/**
 * The receiving half of a connection: frames to messages, pings, pongs and the Close (RFC 6455 5.4 to 5.6, 6.2, 7).
 *
 * A frame that stands whole in a chunk goes straight to the sink; anything cut is collected, unmasked on its way to its
 * final place. What a header alone can break is the frame parser's business; here are the rules about payloads.
 */
import { abnormalOutcome, cleanOutcome, failedOutcome } from '../agreed/outcome.js';
import { report } from '../agreed/report.js';
import { FrameReader } from '../frames/frame-reader.js';
import { copyOf } from '../memory/bytes.js';
import { poisonOwn } from '../memory/checked.js';
import { takeScan } from '../memory/frame-scan.js';
import { beginMessages } from '../memory/kept-messages.js';
import { LentSpan } from '../memory/span.js';
import { encodeCloseBody, readCloseBody } from '../rules/close-body.js';
import { NO_STATUS_RECEIVED } from '../rules/close-codes.js';
import { CLOSE, CONTINUATION, FIN, isControl, PING, TEXT } from '../rules/opcodes.js';
import { CONTROL, FRAGMENT, MESSAGE } from '../rules/parser-rules.js';
import { TOO_LONG, VALID } from '../rules/utf8.js';
import { AssembledBytes } from './assembled-bytes.js';
import { AssembledText } from './assembled-text.js';
import { DecodedMessage } from './decoded-message.js';
import { PassedPieces } from './passed-pieces.js';
import { deliverMasked, deliverWhole, unmaskedCopy } from './whole-message.js';
/** The peer's Close has arrived, our answer is in line behind an extension at work. */
const HEARD_CLOSE = 0;
/** Reads one connection's input. Internal: a part of `Connection`. */
export class MessageReader extends FrameReader {
    #config;
    #sink;
    #sender;
    #decoder = null;
    /** The message of which some frame or byte is missing. */
    #message = null;
    /** A message that an extension has decoded, and of which the sink has not heard all. */
    #decoded = null;
    /** How the connection ended, or `HEARD_CLOSE` when it is about to. */
    #outcome = null;
    /** How many pongs without a payload have come: such are the answers to a host's pings. */
    pongs = 0;
    constructor(config, sink, sender, rsv) {
        super(config.rules(rsv));
        this.#config = config;
        this.#sink = sink;
        this.#sender = sender;
    }
    /** Sets what undoes the work of extensions, for a connection that has some. */
    attach(decoder) {
        this.#decoder = decoder;
    }
    /** What {@link MessageReader.attach} set; null for a connection without extensions. */
    get decoder() {
        return this.#decoder;
    }
    /** How the connection ended; null as long as it has not. */
    get outcome() {
        return this.#outcome === HEARD_CLOSE ? null : this.#outcome;
    }
    /** Whether the peer's Close has arrived, or the connection has ended: no input matters any more. */
    get deaf() {
        return this.#outcome !== null;
    }
    /** Whether an extension is still at work on a message: what follows has to wait. */
    get waiting() {
        return this.#decoder?.waiting === true;
    }
    /** Tells of an exception that there is nobody to throw at. */
    report(error) {
        report(this.outcome === null ? this.#sink : undefined, error);
    }
    /** As `FrameParser.receive`. What is left of a decoded message is told first. */
    push(bytes, start, end) {
        if (this.#decoded !== null) {
            this.resume();
            this.tellDecoded(this.#decoded);
            if (!this.running)
                return start;
        }
        return super.push(bytes, start, end);
    }
    /** Whether the sink has not heard all of a decoded message: reading stopped at one of its events. */
    get telling() {
        return this.#decoded !== null;
    }
    /** The transport has ended (RFC 6455 7.1.4). If the peer's Close has come, our answer is still worth waiting for. */
    endOfInput() {
        if (this.#outcome === null)
            this.finish(abnormalOutcome(this.truncated));
    }
    /** Ends the connection from this side (RFC 6455 7.1.7). */
    abort(code, reason, fault) {
        if (this.outcome !== null)
            return;
        this.pause();
        try {
            this.#sender.abort(encodeCloseBody(code, reason));
        }
        catch (error) {
            this.finish(failedOutcome(code, reason, fault));
            // Outside of any call of the host's it is the reason for this failure most likely, which the sink has been told of.
            if (this.#decoder?.outside === true)
                return;
            throw error;
        }
        this.finish(failedOutcome(code, reason, fault));
    }
    // The frame reader's calls, in their order.
    /** In pieces a message is several events, and reading may stop at each. */
    get takes() {
        return this.#config.delivery === 'pieces' ? CONTROL : MESSAGE | FRAGMENT | CONTROL;
    }
    takeScan() {
        const { scans, delivery, handOver } = this.#config;
        return scans ? takeScan(delivery === 'messages', handOver) : null;
    }
    onMessagesIn(chunk, end) {
        const { delivery, handOver } = this.#config;
        if (delivery === 'messages')
            beginMessages(chunk, end, handOver ? chunk : null, 0);
    }
    /** Not for text, which is to fail at the first byte that is wrong. */
    waitsFor(first) {
        const opcode = first & 0x0f;
        if (isControl(opcode))
            return true;
        if (this.#config.delivery === 'pieces')
            return false;
        const message = this.#message;
        return (message === null ? opcode : message.opcode) !== TEXT;
    }
    onFrame(first, bytes, start, end, key) {
        const opcode = first & 0x0f;
        let invalid = VALID;
        if (isControl(opcode)) {
            if (key === 0)
                this.controlFrame(opcode, bytes, start, end);
            else
                this.controlFrame(opcode, unmaskedCopy(this.#config, bytes, start, end, key), 0, end - start);
        }
        else if ((first & FIN) === 0 || opcode === CONTINUATION || this.isEncoded(first)) {
            invalid = this.fragment(first, bytes, start, end, key);
        }
        else if (key === 0) {
            const span = new LentSpan(bytes).of(start, end);
            invalid = deliverWhole(this.#config, this.#sink, opcode, span, false);
        }
        else {
            invalid = deliverMasked(this.#config, this.#sink, opcode, bytes, start, end, key);
        }
        if (invalid !== VALID)
            this.failText(invalid, this.index - end);
    }
    onMessage(first, span, ascii) {
        const opcode = (first & 0x0f);
        const { end } = span;
        const invalid = this.#decoder !== null && this.isEncoded(first)
            ? this.fragment(first, span.bytes, span.start, end, 0)
            : deliverWhole(this.#config, this.#sink, opcode, span, ascii);
        if (invalid !== VALID)
            this.failText(invalid, this.index - end);
    }
    onHeader({ first }) {
        if (this.#config.delivery !== 'pieces' || (first & 0x0f) === CONTINUATION)
            return;
        const message = this.messageOf(first);
        if (!this.isEncoded(first))
            this.#sink.begin?.(message.opcode);
    }
    onPayload({ first, remaining }, bytes, start, end, key) {
        // What is certain to come in all, if this is the last frame: not more than the frame has left.
        const atMost = (first & FIN) === 0 ? Number.MAX_SAFE_INTEGER : remaining + end - start;
        const invalid = this.messageOf(first).add(bytes, start, end, key, atMost);
        if (invalid !== VALID)
            this.failText(invalid, 0);
    }
    onEnd({ first }) {
        this.endOfFrame(first);
    }
    onFault(fault) {
        this.abort(fault.closeCode, '', fault);
    }
    // Messages in parts.
    /** The message that a frame belongs to; it begins with its first one. */
    messageOf(first) {
        this.#message ??= this.begin(first);
        return this.#message;
    }
    /** A whole frame of a message in parts. */
    fragment(first, bytes, start, end, key) {
        const atMost = (first & FIN) === 0 ? Number.MAX_SAFE_INTEGER : end - start;
        const invalid = this.messageOf(first).add(bytes, start, end, key, atMost);
        if (invalid === VALID)
            this.endOfFrame(first);
        return invalid;
    }
    /**
     * @param invalid - what was found instead of `VALID`
     * @param shift - from its index to the index in the chunk being read
     */
    failText(invalid, shift) {
        if (invalid === TOO_LONG)
            this.fail('MESSAGE_TOO_LARGE');
        else
            this.fail('INVALID_UTF8', shift + invalid);
    }
    begin(first) {
        const opcode = (first & 0x0f);
        const { delivery } = this.#config;
        const encoded = this.isEncoded(first);
        if (!encoded && delivery === 'pieces')
            return new PassedPieces(this.#config, this.#sink, opcode, first);
        if (!encoded && delivery === 'messages' && opcode === TEXT)
            return new AssembledText(this.#config, first);
        return new AssembledBytes(this.#config, opcode, first, encoded);
    }
    isEncoded(first) {
        return this.#decoder?.applies(first) === true;
    }
    /** With FIN, the message has ended, too (RFC 6455 5.4). */
    endOfFrame(first) {
        const message = this.messageOf(first);
        if ((first & FIN) === 0)
            return;
        this.#message = null;
        if (!message.wholeCharacters)
            this.fail('INVALID_UTF8');
        else if (this.isEncoded(message.first))
            this.decode(message);
        else if (!message.deliver(this.#sink))
            this.fail('MESSAGE_TOO_LARGE');
    }
    // Messages that an extension changed.
    decode(message) {
        const { maxMessageBytes } = this.#config;
        const { opcode, first } = message;
        const later = this.#decoder.decode(message.toBytes(), first, opcode, maxMessageBytes, (decoded) => {
            this.#decoded = new DecodedMessage(opcode, decoded);
        });
        if (later)
            this.pause();
        else
            this.tellDecoded(this.#decoded);
    }
    /** Tells the sink of a decoded message, until that is done or reading stops: one of its events is as any other. */
    tellDecoded(message) {
        if (message.fault !== undefined)
            this.fail(message.fault);
        while (this.running && this.#decoded === message) {
            if (message.isLast(this.#config.delivery))
                this.#decoded = null;
            if (!message.tellNext(this.#config.delivery, this.#sink))
                this.fail('MESSAGE_TOO_LARGE');
        }
    }
    // Control frames.
    controlFrame(opcode, bytes, start, end) {
        if (opcode === CLOSE) {
            this.closeFrame(bytes, start, end);
        }
        else if (opcode === PING) {
            try {
                this.#sink.ping?.(copyOf(bytes, start, end));
            }
            finally {
                // 5.5.2: "an endpoint MUST send a Pong frame in response, unless it already received a Close frame". Our own Close is
                // no reason not to: 5.5.1 forbids data frames after it.
                if (this.#config.autoPong && this.#outcome === null)
                    this.#sender.autoPong(bytes, start, end);
            }
        }
        else {
            if (start === end)
                this.pongs++;
            this.#sink.pong?.(copyOf(bytes, start, end));
        }
        poisonOwn(bytes, start, end);
    }
    /** RFC 6455 5.5.1, 7.1.5, 7.1.6. */
    closeFrame(bytes, start, end) {
        const body = readCloseBody(bytes, start, end);
        if ('fault' in body) {
            this.fail(body.fault, this.index - end + body.index);
            return;
        }
        const { code, reason } = body;
        this.#outcome = HEARD_CLOSE;
        this.pause();
        try {
            this.#sink.peerClose?.(code, reason);
        }
        finally {
            this.answerClose(code, reason);
        }
    }
    /**
     * "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a Close frame in
     * response" (RFC 6455 5.5.1), with the same code.
     */
    answerClose(code, reason) {
        if (this.outcome !== null)
            return;
        try {
            if (!this.#sender.closing)
                this.#sender.close(encodeCloseBody(code === NO_STATUS_RECEIVED ? undefined : code));
        }
        catch (error) {
            // There is no answer, and there will be none.
            this.finish({ ...cleanOutcome(code, reason), clean: false });
            throw error;
        }
        this.#sender.whenClosed(() => this.finish(cleanOutcome(code, reason)));
    }
    finish(outcome) {
        if (this.outcome !== null)
            return;
        this.#outcome = outcome;
        this.#sender.end();
        this.#message?.release();
        this.#message = null;
        this.#decoded = null;
        const decoder = this.#decoder;
        try {
            // The terminal event is the last one: where no call of the host's is under way, after which it takes the output, it is
            // told of that before.
            if (decoder?.outside === true)
                this.#sink.output?.();
        }
        finally {
            try {
                decoder?.close();
            }
            finally {
                this.#sink.closed?.(outcome);
            }
        }
    }
}
//# sourceMappingURL=message-reader.js.map