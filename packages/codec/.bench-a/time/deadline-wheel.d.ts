/** Something with a deadline; a `Keepalive` is one. */
export interface Timed {
    /** In milliseconds of the caller's clock; Infinity for none. */
    readonly deadline: number;
}
/** An item's place in a wheel: keep it to remove the item. */
export interface WheelEntry<T extends Timed> {
    readonly item: T;
}
/**
 * Finds out whose deadline has passed, among a hundred thousand, with one timer.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { DeadlineWheel, Keepalive } from '@sanssocket/codec';
 *
 * const wheel = new DeadlineWheel<Keepalive>(1000, 0);
 * const options = { pingIntervalMs: 30_000, pongTimeoutMs: 5_000 };
 * const keepalives = [new Keepalive(options, 0), new Keepalive(options, 0)];
 * for (const keepalive of keepalives) wheel.add(keepalive);
 * keepalives[1]!.received(20_000);
 *
 * const actions: string[] = [];
 * // A host calls this once a second: setInterval(() => wheel.tick(performance.now(), act), 1000)
 * wheel.tick(31_000, (keepalive) => actions.push(keepalive.check(31_000)));
 * assert.deepEqual(actions, ['ping']);
 * assert.equal(wheel.next, 36_000); // the time limit of its pong
 * ```
 */
export declare class DeadlineWheel<T extends Timed> {
    #private;
    /**
     * @param resolutionMs - how late a deadline may be noticed, in whole milliseconds; call {@link DeadlineWheel.tick} that often
     * @param now - the caller's clock
     * @throws RangeError when the resolution is not a positive integer, or `now` is not a finite number
     */
    constructor(resolutionMs: number, now: number);
    /** How many items there are. */
    get size(): number;
    /**
     * Adds an item. One whose deadline is Infinity is kept too, but only {@link DeadlineWheel.update} makes it looked at.
     *
     * @returns its entry, for `update` and `remove`
     */
    add(item: T): WheelEntry<T>;
    /** Takes note that an item's deadline has become earlier (or finite); later ones need no note. */
    update(entry: WheelEntry<T>): void;
    /** Removes an item: nothing of it is kept. */
    remove(entry: WheelEntry<T>): void;
    /**
     * Calls back for each item whose deadline has passed; afterwards its new deadline counts.
     *
     * @param now - the caller's clock; may be late by any time
     * @param due - asks the item what is due (for a keepalive, `check(now)`) and does it. May add, update and remove; what it
     * throws passes through, and those that were not asked are asked at the next tick
     * @throws Error when called by `due`, RangeError if `now` is not a finite number
     */
    tick(now: number, due: (item: T, entry: WheelEntry<T>) => void): void;
    /** When the next tick may find something, for a host that wants no idle ticks; Infinity if there is nothing. */
    get next(): number;
}
//# sourceMappingURL=deadline-wheel.d.ts.map