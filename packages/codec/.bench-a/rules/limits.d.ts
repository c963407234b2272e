/** The limits of a frame parser or a connection. */
export interface Limits {
    /** The longest payload of one frame, in bytes; 16 MiB by default. More is `FRAME_TOO_LARGE`, at its header. */
    readonly maxFrameBytes: number;
    /**
     * The longest message, in bytes; 16 MiB by default. More is `MESSAGE_TOO_LARGE`, at the header of the frame that
     * announces it; for a message that an extension inflates, when the inflated bytes pass it. Such a message may come in a
     * sixteenth and 64 bytes more, in one frame or in many, because what cannot be compressed becomes longer.
     */
    readonly maxMessageBytes: number;
    /**
     * The most frames of one message, empty ones included; 1,048,576 by default. More is `TOO_MANY_FRAGMENTS`. Fragments are
     * merged as they come, so this bounds work without progress, not memory.
     */
    readonly maxFragments: number;
}
/**
 * Completes and checks limits.
 *
 * @throws RangeError for a limit that is not an integer from 1 to 2^53 - 1
 */
export declare function resolveLimits(limits: Partial<Limits>): Limits;
/** How many bytes a message, or a frame, may have on the wire that an extension has marked (RFC 6455 9.2). */
export declare function encodedLimit(bytes: number): number;
//# sourceMappingURL=limits.d.ts.map