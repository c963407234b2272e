/** What a {@link ConnectionHost} needs of whatever carries the bytes: seven methods, and no more. */
/**
 * A two-way stream of bytes: a TCP or TLS socket, a pair of web streams, a message port. A host calls these methods; the
 * transport calls the host's: `receive`, `receiveEnd`, `written` or `writable`, `wake`, `closed`. Both may do so from inside of
 * each other.
 *
 * Reading begins by itself. After {@link Transport.destroy}, or after the transport has called `closed`, none of these methods is
 * called any more, but {@link Transport.wakeAt} once, with Infinity.
 */
export interface Transport {
    /**
     * Writes chunks, in order, as one batch. Not called again before the whole batch is through.
     *
     * There are two kinds of transports. One that *holds* what it is given returns 0 while bytes wait in it, and calls
     * `ConnectionHost.written` when none do. One that *takes what fits* (Bun's sockets) returns how much that was, and calls
     * `ConnectionHost.writable` when more fits: it is then offered the rest.
     *
     * @param chunks - at least one, none empty; not to be changed
     * @returns how many of the bytes are through. All of them: the next batch may follow at once
     */
    write(chunks: readonly Uint8Array[]): number;
    /** Stops reading: the peer feels it as back-pressure. A chunk that comes all the same is taken. */
    pause(): void;
    /** Reads again. */
    resume(): void;
    /** Ends this side, behind everything that was written; the peer may still send (RFC 6455 7.1.1). Called once at most. */
    end(): void;
    /** Gives up both sides now, whatever still waits. Called once at most. */
    destroy(): void;
    /**
     * Asks for a call of `ConnectionHost.wake`, in place of the one asked for before. It may come late, not early.
     *
     * @param time - by the clock of the `now` that the host is given. Infinity: never; a time gone by: soon, after this call has returned
     */
    wakeAt(time: number): void;
    /**
     * Whether nobody holds a chunk any more once it is through, as the operating system has a copy: its memory then serves for
     * the next output. Not so where chunks are passed on as they are: streams in the same program, HTTP/2. False by default.
     */
    readonly copies?: boolean;
}
//# sourceMappingURL=transport.d.ts.map