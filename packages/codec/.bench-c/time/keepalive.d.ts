/** Times of a {@link Keepalive}, in whole milliseconds; what is left out is not watched. */
export interface KeepaliveOptions {
    /** After so long without any byte from the peer it is pinged. */
    readonly pingIntervalMs?: number;
    /** After so long without any byte since a ping the peer counts as gone; see {@link Keepalive.awaitFrom}. */
    readonly pongTimeoutMs?: number;
    /**
     * Whether a peer that talks is pinged too: each `pingIntervalMs`, whatever comes from it. For a proxy that watches each
     * direction alone, and cuts off a peer that only sends. False by default.
     */
    readonly pingsWhileTalking?: boolean;
    /** After so long without a message, in or out, the connection has had its time; pings and pongs do not count. */
    readonly idleTimeoutMs?: number;
    /** After so long the closing handshake, and the wait for the peer to end the transport, is over. */
    readonly closeTimeoutMs?: number;
}
/** What is due, as {@link Keepalive.check} answers. */
export type KeepaliveAction = 'none' | 'ping' | 'pong-timeout' | 'idle-timeout' | 'close-timeout';
/**
 * Says when to ping a peer and when to give up on it. Tell it what happens, ask {@link Keepalive.check} at
 * {@link Keepalive.deadline} or at any later time, and do what it says: send a Ping on `'ping'`; close or fail the
 * connection on `'idle-timeout'`; destroy the transport on `'pong-timeout'` and `'close-timeout'`.
 *
 * A host whose event loop stood still for long reads what its sockets hold before it asks: a pong may be waiting there.
 *
 * All times are milliseconds of one clock of the caller's that does not run backwards (`performance.now()`).
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Keepalive } from '@sanssocket/codec';
 *
 * const keepalive = new Keepalive({ pingIntervalMs: 30_000, pongTimeoutMs: 5_000 }, 0);
 * assert.equal(keepalive.deadline, 30_000);
 * assert.equal(keepalive.check(29_999), 'none');
 * assert.equal(keepalive.check(30_000), 'ping'); // send one now
 * assert.equal(keepalive.deadline, 35_000);
 * keepalive.received(31_000); // any byte shows that the peer is there
 * assert.equal(keepalive.deadline, 61_000);
 * ```
 */
export declare class Keepalive {
    #private;
    /**
     * @param options - the times; may be shared by many
     * @param now - the connection is open since
     * @throws RangeError for a time of the options that is not a positive integer, or for `now` if it is not a finite number
     */
    constructor(options: KeepaliveOptions, now: number);
    /** Bytes arrived, of whatever kind. Throws RangeError if `now` is not a finite number. */
    received(now: number): void;
    /**
     * A Ping or a Close that is to be answered was not read before some time: its time limit runs from there. For a host that knows
     * what lies before the frame, on its way to the peer. Throws RangeError if the time is not a finite number.
     *
     * @param time - may be in the future: until then there are further pings, as a proxy on the way may ask for signs of life. A
     * time before the limit's present start changes nothing
     */
    awaitFrom(time: number): void;
    /** A message was sent or received. Throws RangeError if `now` is not a finite number. */
    active(now: number): void;
    /**
     * The closing handshake began, on either side: from now on only its time limit counts. Called again it ends what
     * {@link Keepalive.awaitFrom} has granted. Throws RangeError if `now` is not a finite number.
     */
    closing(now: number): void;
    /** When {@link Keepalive.check} must next be called; Infinity if there is nothing to wait for. */
    get deadline(): number;
    /**
     * Tells what is due.
     *
     * @param now - may be late: nothing is missed
     * @returns `'ping'` once for each quiet interval, also while the answer to one is not due yet; a timeout once, and `'none'`
     * ever after
     * @throws RangeError if `now` is not a finite number
     */
    check(now: number): KeepaliveAction;
}
//# sourceMappingURL=keepalive.d.ts.map