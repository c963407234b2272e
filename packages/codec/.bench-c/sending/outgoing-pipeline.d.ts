/**
 * Outgoing messages on their way through the extensions (RFC 6455 section 9), in order: while an asynchronous one is at
 * work, messages, and a Close behind them, wait in line. Pings and pongs do not come here and may overtake them.
 *
 * Extensions get pieces of the pipeline's own, never a caller's bytes: one that takes its time reads them after `send` has returned.
 */
import { type EncodedPiece, type ExtensionChain, type PiecePosition } from '../agreed/extension.js';
/** Where encoded pieces and the Close go. */
export interface PipelineTarget {
    /** A masking key for the next piece. Drawn before a piece is encoded: what it throws then leaves the extensions as they were. */
    key(): number | undefined;
    writePiece(piece: EncodedPiece, position: PiecePosition, key: number | undefined): void;
    writeClose(body: Uint8Array): void;
}
/** What the connection does about what happens outside of any call of the host. */
export interface PipelineEvents {
    /** Makes a call in which a sink may be called: what it throws there is nobody to throw at. */
    outside(call: () => void): void;
    /** A piece could not be encoded or written: the connection cannot keep its word on the order of messages. */
    failed(error: unknown): void;
    /** Fails the connection: the next piece could not be understood. */
    abort(): void;
}
/** The line of one connection; a connection without extensions has none. */
export declare class OutgoingPipeline {
    #private;
    constructor(chain: ExtensionChain, target: PipelineTarget, events: PipelineEvents);
    /** Called when the Close that is in line has been written. */
    onClosed: (() => void) | null;
    /** Payload bytes in line, before encoding. */
    get bytes(): number;
    /** As `ExtensionChain.preparedScope`. */
    get scope(): object | undefined;
    /** Whether an extension is at work, and what is sent has to wait. */
    get busy(): boolean;
    /** Whether a Close is in line. */
    get closing(): boolean;
    /**
     * Sends a piece. What an extension, or the source of keys, throws at once passes through, and nothing was sent. If another
     * extension has encoded the piece by then, the connection fails.
     *
     * @param piece - stays what it is: extensions may take their time
     */
    send(piece: Uint8Array, position: PiecePosition): void;
    /** Sends a Close behind what is in line. */
    close(body: Uint8Array): void;
    /** Drops what is in line. */
    abort(): void;
}
//# sourceMappingURL=outgoing-pipeline.d.ts.map