/**
 * Memory for the length of a call, one for all connections of a realm: bytes are unmasked there that are needed only until the
 * sink returns, so nothing is allocated for a message whose bytes nobody keeps. Where there is SIMD it is SIMD's memory: 1 KiB
 * takes 100 ns where unmasking in place takes 150.
 *
 * - Written by whoever has borrowed it, until it is given back; nobody else can borrow it meanwhile (a sink may feed another
 *   connection, which then gets memory of its own).
 * - Seen by the sink until its method returns.
 * - Bounded: 128 KiB a realm. More, or a second one at once, is fresh memory, which is let go when it is given back.
 */
import { type MaskKernel, type SimdMemory } from '@sanssocket/mask';
import { LentSpan } from './span.js';
/** A borrowed buffer. */
export interface Scratch {
    readonly bytes: Uint8Array;
    /** A view of the whole of it. */
    readonly view: DataView;
    readonly simd: SimdMemory | undefined;
    /** Shows the payload that the sink is being shown. */
    readonly span: LentSpan;
}
/**
 * Takes the scratch buffer, or a new one while it is taken or too small.
 *
 * @returns at least `bytes` bytes; give it back with {@link giveBack}
 */
export declare function borrow(bytes: number): Scratch;
/** The view of bytes that are lent for a call, if they are: a short payload is copied faster by it, and text decoded. */
export declare function lentView(bytes: Uint8Array): DataView | null;
/**
 * Whether a range of bytes that are lent for a call is known to be a text of whole characters: SIMD validates it where it stands,
 * mixed text at 0.15 ns a byte where JavaScript takes 1.3. False says nothing: not even which byte is wrong.
 */
export declare function isLentUtf8(bytes: Uint8Array, start: number, end: number): boolean;
/** Whether bytes are lent for a call, and not the host's. */
export declare function isLent(bytes: Uint8Array): boolean;
/** Whether {@link unmaskTo} will use SIMD: it is there, and the caller has not brought a kernel. */
export declare function usesSimd(scratch: Scratch, mask: MaskKernel): scratch is Scratch & {
    simd: SimdMemory;
};
/** Gives a borrowed buffer back. */
export declare function giveBack(scratch: Scratch): void;
/**
 * Copies `source[start]` to `source[end - 1]`, unmasked, to a borrowed buffer, where they begin at `at`.
 *
 * @returns true if they are known to be all ASCII; SIMD finds that out on its way
 */
export declare function unmaskTo(scratch: Scratch, at: number, source: Uint8Array, start: number, end: number, key: number, mask: MaskKernel): boolean;
//# sourceMappingURL=scratch.d.ts.map