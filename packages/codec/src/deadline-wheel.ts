/**
 * Deadlines of many connections under one timer of the host's: a timing wheel. A tick visits only the slots whose time has
 * come. A deadline that moves later costs nothing when it moves: its entry is looked at in its old slot and put into the
 * new one then. So what happens for each chunk received is one assignment in a `Keepalive`, and no timer is ever reset.
 */
import { positiveInteger } from './limits.js';

/** Something with a deadline; a `Keepalive` is one. */
export interface Timed {
  /** In milliseconds of the caller's clock; Infinity for none. */
  readonly deadline: number;
}

/** An item's place in a wheel: keep it to remove the item. */
export interface WheelEntry<T extends Timed> {
  readonly item: T;
}

/** The entries of one slot: a linked list, which grows without being copied and gives up any entry at once. */
class Slot<T extends Timed> {
  head: Entry<T> | null = null;
  tail: Entry<T> | null = null;
}

class Entry<T extends Timed> implements WheelEntry<T> {
  readonly item: T;
  /** Which slot holds it; null for none. */
  slot: Slot<T> | null = null;
  next: Entry<T> | null = null;
  previous: Entry<T> | null = null;
  removed = false;

  constructor(item: T) {
    this.item = item;
  }
}

/** One turn of the wheel, a power of 2; longer deadlines are looked at once a turn. */
const SLOTS = 512;

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
export class DeadlineWheel<T extends Timed> {
  readonly #resolutionMs: number;
  readonly #slots: Slot<T>[] = Array.from({ length: SLOTS }, () => new Slot<T>());
  /** An empty slot, to take the place of one that is served. */
  #spare: Slot<T> = new Slot<T>();
  /** The first tick that has not been served, in units of the resolution. */
  #tick: number;
  #size = 0;

  /**
   * @param resolutionMs - how late a deadline may be noticed, in whole milliseconds; call {@link DeadlineWheel.tick} that often
   * @param now - the caller's clock
   * @throws RangeError when the resolution is not a positive integer
   */
  constructor(resolutionMs: number, now: number) {
    this.#resolutionMs = positiveInteger('resolutionMs', resolutionMs);
    this.#tick = Math.floor(now / resolutionMs);
  }

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an item. One whose deadline is Infinity is kept too, but only {@link DeadlineWheel.update} makes it looked at.
   *
   * @returns its entry, for `update` and `remove`
   */
  add(item: T): WheelEntry<T> {
    const entry = new Entry(item);
    this.#size++;
    this.#insert(entry, item.deadline);
    return entry;
  }

  /** Takes note that an item's deadline has become earlier (or finite); later ones need no note. */
  update(entry: WheelEntry<T>): void {
    const own = entry as Entry<T>;
    if (own.removed) return;
    take(own);
    this.#insert(own, own.item.deadline);
  }

  /** Removes an item: nothing of it is kept. */
  remove(entry: WheelEntry<T>): void {
    const own = entry as Entry<T>;
    if (own.removed) return;
    take(own);
    own.removed = true;
    this.#size--;
  }

  /**
   * Calls back for each item whose deadline has passed; afterwards its new deadline counts.
   *
   * @param now - the caller's clock; may be late by any time
   * @param due - asks the item what is due (for a keepalive, `check(now)`) and does it. May add, update and remove
   */
  tick(now: number, due: (item: T, entry: WheelEntry<T>) => void): void {
    const last = Math.floor(now / this.#resolutionMs);
    // After a long sleep every slot once is enough.
    let tick = Math.max(this.#tick, last - SLOTS + 1);
    this.#tick = last + 1;
    for (; tick <= last; tick++) {
      const index = tick & (SLOTS - 1);
      const slot = this.#slots[index]!;
      if (slot.head === null) continue;
      this.#slots[index] = this.#spare;
      this.#spare = slot;
      for (let entry: Entry<T> | null = slot.head; entry !== null; entry = slot.head) {
        take(entry);
        const { deadline } = entry.item;
        if (deadline > now) {
          this.#insert(entry, deadline);
          continue;
        }
        due(entry.item, entry);
        // Unless `due` has removed or updated it.
        if (!entry.removed && entry.slot === null) this.#insert(entry, entry.item.deadline);
      }
    }
  }

  /** When the next tick may find something, for a host that wants no idle ticks; Infinity if there is nothing. */
  get next(): number {
    for (let tick = this.#tick; tick < this.#tick + SLOTS; tick++) {
      if (this.#slots[tick & (SLOTS - 1)]!.head !== null) return tick * this.#resolutionMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #insert(entry: Entry<T>, deadline: number): void {
    if (deadline === Number.POSITIVE_INFINITY) return;
    // Rounded up: at its tick the deadline has passed. Never into a tick that has been served.
    const tick = Math.max(Math.ceil(deadline / this.#resolutionMs), this.#tick);
    const slot = this.#slots[tick & (SLOTS - 1)]!;
    const { tail } = slot;
    if (tail === null) slot.head = entry;
    else tail.next = entry;
    slot.tail = entry;
    entry.previous = tail;
    entry.slot = slot;
  }
}

/** Takes an entry out of its slot, if one holds it. */
function take<T extends Timed>(entry: Entry<T>): void {
  const { slot, next, previous } = entry;
  if (slot === null) return;
  if (previous === null) slot.head = next;
  else previous.next = next;
  if (next === null) slot.tail = previous;
  else next.previous = previous;
  entry.slot = null;
  entry.next = null;
  entry.previous = null;
}
