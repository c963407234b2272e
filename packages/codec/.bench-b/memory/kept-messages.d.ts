import type { Allocate } from './allocate.js';
/** From here an array of its own is what a message deserves. */
export declare const LARGE_BYTES = 4096;
/**
 * The messages that are kept next stand in these bytes.
 *
 * @param end - index after the last byte that is unmasked, and of this connection
 * @param chunk - the host's, in which they stand too, if it has been given away
 * @param from - index in `chunk` of what is index 0 of `bytes`
 */
export declare function beginMessages(bytes: Uint8Array, end: number, chunk: Uint8Array | null, from: number): void;
/** Where the messages of a read stand while another one is inside of it. */
export interface SuspendedMessages {
    readonly source: Uint8Array;
    readonly sourceEnd: number;
    readonly copy: ArrayBufferLike | null;
    readonly copyStart: number;
    readonly copyEnd: number;
    readonly copyOffset: number;
    readonly givenChunk: Uint8Array | null;
    readonly shift: number;
}
/**
 * A read begins.
 *
 * @returns what it is inside of, as a sink may feed another connection: for {@link endMessages}
 */
export declare function suspendMessages(): SuspendedMessages | null;
/** A read has ended: nothing of its messages is held on to. One that it is inside of goes on where it was. */
export declare function endMessages(outer: SuspendedMessages | null): void;
/**
 * A message in memory that is the sink's to keep.
 *
 * @param allocate - where large ones come from
 */
export declare function keepMessage(bytes: Uint8Array, start: number, end: number, allocate: Allocate): Uint8Array;
/** An array for a message by itself, every byte of which the caller then writes. */
export declare function messageMemory(length: number, allocate: Allocate): Uint8Array;
/**
 * Reading stops among the messages: what the sink has not heard of is masked again in a chunk that was given away, whose headers
 * still have the keys.
 *
 * @param start - index in `source` of a payload that the sink has not heard of
 * @param end - index after its last byte
 */
export declare function takeBack(start: number, end: number): void;
//# sourceMappingURL=kept-messages.d.ts.map