import { type ConnectionConfig } from '../agreed/connection-config.js';
import type { Delivery } from '../agreed/connection-sink.js';
import type { EncodedPiece, ExtensionChain, PiecePosition } from '../agreed/extension.js';
import type { SendOptions } from '../agreed/send-options.js';
import type { PreparedMessage } from '../frames/prepared-message.js';
import { type MessageOpcode, type PING, PONG } from '../rules/opcodes.js';
import { type PipelineEvents, type PipelineTarget } from './outgoing-pipeline.js';
/** Writes one connection's output. Internal: `Connection` checks what callers give. */
export declare class MessageSender implements PipelineTarget {
    #private;
    constructor(config: ConnectionConfig<Delivery>);
    /**
     * Sets the way messages take through the extensions, for a connection that has some.
     *
     * @param events - what the connection does when an extension has finished, or failed, behind the caller's back
     */
    attach(chain: ExtensionChain, events: PipelineEvents): void;
    get role(): 'server' | 'client';
    /** Whether our Close is in the output, or in line for it: no message can follow. */
    get closing(): boolean;
    /** Whether our Close is in the output, or the connection has ended. */
    get closed(): boolean;
    /** Whether a message in fragments is under way (RFC 6455 5.4: no other may begin). */
    get fragmenting(): boolean;
    get bufferedBytes(): number;
    take(): Uint8Array | undefined;
    /** As `Connection.reuseOutput`. */
    reuse(chunk: Uint8Array): void;
    text(text: string, options: SendOptions | undefined): void;
    /** A whole message from a range of a caller's bytes. */
    span(opcode: MessageOpcode, bytes: Uint8Array, start: number, end: number, options: SendOptions | undefined): void;
    /** A whole message of bytes that are given away. */
    reference(opcode: MessageOpcode, payload: Uint8Array, options: SendOptions | undefined): void;
    prepared(message: PreparedMessage): void;
    /** What became of a prepared message on another connection, if it would become the same here and now. */
    private frameBefore;
    /** Queues a frame that other connections queue, too. */
    private share;
    /**
     * A piece of a message in fragments.
     *
     * @param owned - whether the bytes are nobody else's, and the range is all of them
     */
    fragment(bytes: Uint8Array, start: number, end: number, position: PiecePosition, owned: boolean): void;
    control(opcode: typeof PING | typeof PONG, payload: Uint8Array): void;
    /** Answers a ping, within the bound on answers that wait. */
    autoPong(bytes: Uint8Array, start: number, end: number): void;
    /** Sends our Close, behind what is in line. */
    close(body: Uint8Array): void;
    /** Sends our Close now; what is in line is dropped. */
    abort(body: Uint8Array): void;
    /** The connection has ended: nothing more is said, not even what is in line. */
    end(): void;
    /** Calls back once when our Close is in the output, at once if it is. */
    whenClosed(callback: () => void): void;
    /** A fresh masking key for the next frame; undefined for a server. Drawn before an extension encodes, as it may throw. */
    key(): number | undefined;
    writeClose(body: Uint8Array): void;
    writePiece(piece: EncodedPiece, position: PiecePosition, key: number | undefined): void;
    /** With extensions, one that never throws: a piece that has been encoded has to be sent, or the peer's window is another. */
    private get memory();
    private queue;
    /** Of bytes that stay what they are until they have been written. */
    private writeFrame;
    private writeSpan;
    /** A short text goes from the string straight into the slab, behind a header whose size its length in units foretells. */
    private writeText;
}
//# sourceMappingURL=message-sender.d.ts.map