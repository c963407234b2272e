/**
 * The bytes of an unfinished message.
 *
 * Bytes are copied once, to their place in a segment, and unmasked on the way; and once more when it is certain how long the
 * message is, and half of it is there, into the array that will be the message. Segments double in size up to 64 KiB, so small
 * pieces merge.
 *
 * - Written by the message's reader, until the message is whole. A piece that is held where it stands is written by nobody: its
 *   memory has been given away by the host (`handOver`), and is unmasked on its way out of it.
 * - Seen by the sink once the message is whole: as one array, which is then the sink's; or, of text, by the decoder, and the
 *   segments are let go.
 * - Bounded by the limits of a message: what is held is at most twice what arrived, or 64 KiB more. Nothing is allocated from a
 *   declared length (advisories M28, M48).
 */
import { type MaskKernel } from '@sanssocket/mask';
import type { Allocate } from './allocate.js';
/** Collects pieces and gives them back as one array. */
export declare class MessageBuffer {
    #private;
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: MessageBuffer;
    /** @param allocate - gives memory of which only what has been written is ever handed out */
    constructor(allocate: Allocate);
    /** How many bytes are held. */
    get bytes(): number;
    /**
     * Copies a piece in, unmasking it.
     *
     * @param atMost - how many bytes will come in all, this piece included, if that is certain: the last segment is then
     * no larger than needed, and often the message itself
     * @returns the number of bytes that went into the tail: where a piece does not fit, call again with the rest. The bytes
     * just written are the last ones of {@link MessageBuffer.tail}
     */
    append(source: Uint8Array, start: number, end: number, mask: MaskKernel, key: number, atMost: number): number;
    /** As {@link MessageBuffer.append}, until the whole piece is in. */
    appendAll(source: Uint8Array, start: number, end: number, mask: MaskKernel, key: number, atMost: number): void;
    /**
     * Holds a piece where it stands, masked as it is, until the message is whole: one copy less, and 1 MiB in three quarters of the
     * time. For pieces that are at least half of their memory, which has been given away.
     *
     * @returns false if nothing was done, because the piece is better copied to its final place
     */
    hold(bytes: Uint8Array, start: number, end: number, mask: MaskKernel, key: number): boolean;
    /** The segment last written to. */
    get tail(): Uint8Array;
    /** How much of {@link MessageBuffer.tail} is written. */
    get tailBytes(): number;
    /** All bytes as one array of exactly their length, the caller's to keep. The buffer must not be used after. */
    toBytes(): Uint8Array;
    /** Moves all bytes out, to the beginning of `target`; the buffer is empty then, and can be used again. */
    drain(target: Uint8Array): void;
    /** Lets the bytes go. */
    release(): void;
}
//# sourceMappingURL=message-buffer.d.ts.map