/** A range of bytes: `bytes[start]` to `bytes[end - 1]`. */
export interface ByteRange {
    readonly bytes: Uint8Array;
    /** Index of the first byte. */
    readonly start: number;
    /** Index after the last; equal to `start` if there is none. */
    readonly end: number;
}
/**
 * Bytes that are lent until the method that got them returns: neither the span nor its bytes are to be kept or changed, and
 * `bytes` holds others' beside them. To keep them, {@link Span.copy}; to send them, `Connection.sendSpan` or
 * `OutgoingMessage.write`.
 */
export interface Span extends ByteRange {
    /** How many bytes. */
    readonly length: number;
    /** The bytes as an array of their own, to keep. */
    copy(): Uint8Array;
}
/** A span that its owner sets anew for each payload, so that none is made for a short one. */
export declare class LentSpan implements Span {
    readonly bytes: Uint8Array;
    start: number;
    end: number;
    constructor(bytes: Uint8Array);
    get length(): number;
    copy(): Uint8Array;
    /** @returns itself, showing another range */
    of(start: number, end: number): this;
}
/**
 * @returns the range, read once
 * @throws TypeError for what is none (`NOT_BYTES`), RangeError for one that does not lie within its bytes (`RANGE_INVALID`)
 */
export declare function requireByteRange(range: unknown): ByteRange;
//# sourceMappingURL=span.d.ts.map