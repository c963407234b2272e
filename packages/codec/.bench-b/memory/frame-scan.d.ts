/**
 * The frames of a masked chunk, read in SIMD memory: the chunk is copied there, and one call walks the frames, unmasks the
 * payload of each where it stands, and lists them. 16 bytes of payload take 11 ns that way, where reading a header and unmasking
 * by words take 30.
 *
 * - Written by the reader that has taken the scan, until it gives it back; nobody else can take it meanwhile (a sink may feed
 *   another connection, whose chunk is then read frame by frame).
 * - Seen by the sink, a payload at a time, until its method returns.
 * - Bounded: 192 KiB a realm. How much is read ahead of the sink is bounded too, see `FrameScan.read`.
 */
import { type SimdMemory } from '@sanssocket/mask';
import type { FrameRules } from '../rules/parser-rules.js';
import { LentSpan } from './span.js';
/** What {@link FrameScan.read} found, frame by frame. */
export declare class FrameScan {
    #private;
    /** How many frames. */
    count: number;
    /** The first of them that has not been passed on. */
    next: number;
    /** Where the payloads stand, unmasked. */
    readonly bytes: Uint8Array;
    /** Shows `bytes`. */
    readonly view: DataView;
    readonly simd: SimdMemory;
    /** Shows the payload that the sink is being shown. */
    readonly span: LentSpan;
    /** Index in the chunk of what is index 0 of `bytes`. */
    shift: number;
    constructor(simd: SimdMemory);
    /**
     * Reads frames that stand whole in a chunk one behind the other, as far as they are of kinds that may be masked and break no
     * rule of length. Indices in `bytes` are those in the chunk less `shift`.
     *
     * @param start - where the last call's frames ended, if it was one for the same chunk
     * @returns whether any was found
     */
    read(chunk: Uint8Array, start: number, end: number, rules: FrameRules): boolean;
    /** FIN, RSV1-3 and opcode of a frame. */
    firstOf(i: number): number;
    /** Index in `bytes` of a payload's first byte. */
    startOf(i: number): number;
    /** Index in `bytes` of the byte after a payload's last. */
    endOf(i: number): number;
    /** Whether a payload is all ASCII. */
    isAscii(i: number): boolean;
    /** For a chunk of one connection. */
    lend(keeps: boolean, handOver: boolean): this;
    /** For the next chunk. */
    giveBack(): void;
}
/**
 * Takes the scan.
 *
 * @param keeps - whether the sink keeps messages
 * @param handOver - whether the chunk has been given away
 * @returns null while another chunk is being read, and without SIMD
 */
export declare function takeScan(keeps: boolean, handOver: boolean): FrameScan | null;
/** The scan's memory, if bytes are it. */
export declare function scanMemory(bytes: Uint8Array): SimdMemory | undefined;
/** The view of bytes that are lent for a call, if they are the scan's: a payload is copied faster by it. */
export declare function scanView(bytes: Uint8Array): DataView | null;
//# sourceMappingURL=frame-scan.d.ts.map