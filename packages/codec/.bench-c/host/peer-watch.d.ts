import { Keepalive, type KeepaliveAction, type KeepaliveOptions } from '../time/keepalive.js';
import type { OutputBatches } from './output-batches.js';
/** The watch of one host. */
export declare class PeerWatch {
    #private;
    readonly keepalive: Keepalive;
    /** @param wakeAt - asks the transport to ring */
    constructor(times: KeepaliveOptions, bytesPerSecond: number, output: OutputBatches, now: number, wakeAt: (time: number) => void);
    /** Takes note of the time. Throws RangeError if it is not a finite number. */
    tell(now: number): void;
    /** Something has come from the peer. Throws RangeError if `now` is not a finite number. */
    heard(now: number): void;
    /** The transport has rung. Throws RangeError if `now` is not a finite number. */
    rang(now: number): void;
    /**
     * Tells what is due, as `Keepalive.check` does.
     *
     * @param deaf - whether the peer is not read from, for reasons of our own: its silence says nothing then
     * @returns `'later'` too: a pong is late, and what the transport holds is to be read before it is given up; `'unread'` in place of
     * `'pong-timeout'` for a ping that has not even left
     */
    check(now: number, deaf: boolean): KeepaliveAction | 'later' | 'unread';
    /**
     * A Ping has been made, at the time told last, and not been written yet. If one is out already it is that one that counts.
     *
     * @param waiting - how many bytes wait in the connection, it included
     * @param pongs - how many have come
     */
    pinged(waiting: number, pongs: number): void;
    /**
     * Output has moved on, at the time told last.
     *
     * @param held - whether the peer is not read from as answers wait: then it cannot be heard, and its reading is all there is
     */
    moved(held: boolean): void;
    /**
     * The closing handshake has begun: its time limit runs from here on.
     *
     * @param timed - whether the time told last is the present; if not, the limit runs from the next call that tells it, which is
     * asked for at once
     * @param failed - whether the connection has failed
     * @param waiting - how many bytes wait in the connection
     */
    beginClosing(timed: boolean, failed: boolean, waiting: number): void;
    /** Sets the timer, if it would ring too late. */
    watch(): void;
}
//# sourceMappingURL=peer-watch.d.ts.map