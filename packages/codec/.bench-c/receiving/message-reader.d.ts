/**
 * The receiving half of a connection: frames to messages, pings, pongs and the Close (RFC 6455 5.4 to 5.6, 6.2, 7).
 *
 * A frame that stands whole in a chunk goes straight to the sink; anything cut is collected, unmasked on its way to its
 * final place. What a header alone can break is the frame parser's business; here are the rules about payloads.
 */
import type { ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import { type Outcome } from '../agreed/outcome.js';
import { FrameReader } from '../frames/frame-reader.js';
import type { Frame } from '../frames/incoming-frame.js';
import { type FrameScan } from '../memory/frame-scan.js';
import { LentSpan } from '../memory/span.js';
import type { Fault } from '../rules/faults.js';
import type { MessageSender } from '../sending/message-sender.js';
import type { MessageDecoder } from './message-decoder.js';
/** Reads one connection's input. Internal: a part of `Connection`. */
export declare class MessageReader extends FrameReader {
    #private;
    /** How many pongs without a payload have come: such are the answers to a host's pings. */
    pongs: number;
    constructor(config: ConnectionConfig<Delivery>, sink: AnySink, sender: MessageSender, rsv: number);
    /** Sets what undoes the work of extensions, for a connection that has some. */
    attach(decoder: MessageDecoder): void;
    /** What {@link MessageReader.attach} set; null for a connection without extensions. */
    get decoder(): MessageDecoder | null;
    /** How the connection ended; null as long as it has not. */
    get outcome(): Outcome | null;
    /** Whether the peer's Close has arrived, or the connection has ended: no input matters any more. */
    get deaf(): boolean;
    /** Whether an extension is still at work on a message: what follows has to wait. */
    get waiting(): boolean;
    /** Tells of an exception that there is nobody to throw at. */
    report(error: unknown): void;
    /** As `FrameParser.receive`. What is left of a decoded message is told first. */
    push(bytes: Uint8Array, start: number, end: number): number;
    /** Whether the sink has not heard all of a decoded message: reading stopped at one of its events. */
    get telling(): boolean;
    /** The transport has ended (RFC 6455 7.1.4). If the peer's Close has come, our answer is still worth waiting for. */
    endOfInput(): void;
    /** Ends the connection from this side (RFC 6455 7.1.7). */
    abort(code: number, reason: string, fault: Fault | undefined): void;
    /** In pieces a message is several events, and reading may stop at each. */
    protected get takes(): number;
    protected takeScan(): FrameScan | null;
    protected onMessagesIn(chunk: Uint8Array, end: number): void;
    /** Not for text, which is to fail at the first byte that is wrong. */
    protected waitsFor(first: number): boolean;
    protected onFrame(first: number, bytes: Uint8Array, start: number, end: number, key: number): void;
    protected onMessage(first: number, span: LentSpan, ascii: boolean): void;
    protected onHeader({ first }: Frame): void;
    protected onPayload({ first, remaining }: Frame, bytes: Uint8Array, start: number, end: number, key: number): void;
    protected onEnd({ first }: Frame): void;
    protected onFault(fault: Fault): void;
    /** The message that a frame belongs to; it begins with its first one. */
    private messageOf;
    /** A whole frame of a message in parts. */
    private fragment;
    /**
     * @param invalid - what was found instead of `VALID`
     * @param shift - from its index to the index in the chunk being read
     */
    private failText;
    private begin;
    private isEncoded;
    /** With FIN, the message has ended, too (RFC 6455 5.4). */
    private endOfFrame;
    private decode;
    /** Tells the sink of a decoded message, until that is done or reading stops: one of its events is as any other. */
    private tellDecoded;
    private controlFrame;
    /** RFC 6455 5.5.1, 7.1.5, 7.1.6. */
    private closeFrame;
    /**
     * "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a Close frame in
     * response" (RFC 6455 5.5.1), with the same code.
     */
    private answerClose;
    private finish;
}
//# sourceMappingURL=message-reader.d.ts.map