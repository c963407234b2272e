/**
 * How much a peer may still have to read of what has left us, if it reads no slower than it must.
 *
 * Bytes that the transport has let through lie in kernels and proxies, and nobody tells how many are left there. A peer that reads
 * at the lowest rate allowed has read so many in the time gone by; one that reads faster has fewer before it. So what is counted
 * here is never less than what such a peer has before it, and a limit that begins when it would have read everything does not end
 * a peer that reads.
 *
 * - Bounded: what kernels and proxies hold counts up to `MAX_UNREAD_BYTES`, so that a peer that reads nothing is given up in
 *   bounded time: 18 minutes at 240 bytes a second, and as long as the batch takes that is under way. Where more lies there a peer
 *   must read so much in that time.
 * - Sends cost nothing: what has left since the last look counts as if it had left now, which is later than it did.
 * - A Pong that has come shows that everything before its Ping has been read.
 */
/** The count of one connection. */
export declare class UnreadBytes {
    #private;
    /**
     * @param bytesPerSecond - the lowest rate allowed
     * @param now - the clock
     */
    constructor(bytesPerSecond: number, now: number);
    /** How many bytes had left when it was last counted. */
    get left(): number;
    /** Counts anew, at a time when so many bytes have left in all. */
    count(now: number, left: number): void;
    /** The peer has read everything that had left when so many bytes had. */
    readTo(position: number): void;
    /**
     * When all of it will have been read at the latest. What takes less than a second does not count.
     *
     * @param ahead - so many bytes more are to be read before
     */
    readBy(ahead: number): number;
}
//# sourceMappingURL=unread-bytes.d.ts.map