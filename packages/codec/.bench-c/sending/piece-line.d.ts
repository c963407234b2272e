/**
 * Pieces of outgoing messages that wait in line for an extension, packed: a peer that has a server answer one-byte messages makes it
 * hold three bytes for each, and not the 300 of the objects they become.
 *
 * - Written by the connection's pipeline, behind what is there; it holds copies of what callers gave.
 * - Seen by the extension, a piece at a time, in memory of its own.
 * - Bounded by the host, which looks at `bufferedAmount`: at most three times the pieces' bytes, and 4 KiB.
 */
import type { PiecePosition } from '../agreed/extension.js';
/** A piece, and where in its message it stands. */
export interface Piece {
    readonly payload: Uint8Array;
    readonly position: PiecePosition;
}
/** A queue of pieces. */
export declare class PieceLine {
    #private;
    /** Puts a piece in line; its bytes are copied. */
    push(payload: Uint8Array, { opcode, first, last, prepared, compress }: PiecePosition): void;
    /** Takes the piece that has waited longest; undefined if none does. */
    take(): Piece | undefined;
}
//# sourceMappingURL=piece-line.d.ts.map