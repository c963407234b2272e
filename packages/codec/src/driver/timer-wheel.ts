/**
 * Deadlines of many connections under one timer of the host's: a timing wheel. A tick visits only the slots whose time has
 * come. A deadline that moves later costs nothing when it moves: its entry is looked at in its old slot and put into the
 * new one then. So what happens for each chunk received is one assignment in a `Keepalive`, and no timer is ever reset.
 */

import { inWords, positiveInteger, requireTime, requireType, usageError } from '../wire/errors.js';

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
 * A link of a ring. A slot is a ring that begins and ends with a link of no item, so any entry can be taken out without
 * knowing where it is, and many at once cost no more than one. An entry that is in no ring has been removed.
 */
class Entry<T extends Timed> implements WheelEntry<T> {
  readonly item: T;
  /** The wheel that made it. */
  readonly wheel: DeadlineWheel<T> | null;
  next: Entry<T> = this;
  previous: Entry<T> = this;

  constructor(item: T, wheel: DeadlineWheel<T> | null) {
    this.item = item;
    this.wheel = wheel;
  }
}

/** A ring of nothing. */
function ring<T extends Timed>(): Entry<T> {
  return new Entry<T>(undefined as never, null);
}

/** One turn of the wheel, a power of 2; longer deadlines are looked at once a turn. */
const SLOTS = 512;

/**
 * Finds out whose deadline has passed, among a hundred thousand, with one timer.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { DeadlineWheel, Keepalive, KeepaliveTimes } from '@sanssocket/codec';
 *
 * const wheel = new DeadlineWheel<Keepalive>(1000, 0);
 * const times = new KeepaliveTimes({ pingIntervalMs: 30_000, pongTimeoutMs: 5_000 });
 * const keepalives = [new Keepalive(times, 0), new Keepalive(times, 0)];
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
  readonly #slots: Entry<T>[] = Array.from({ length: SLOTS }, ring<T>);
  /** Those without a deadline. */
  readonly #idle: Entry<T> = ring();
  /** Those of the slot that is being served. */
  readonly #served: Entry<T> = ring();
  /** The next of them to be looked at; null while no slot is served. */
  #cursor: Entry<T> | null = null;
  /** The first tick that has not been served, in units of the resolution. */
  #tick: number;
  #size = 0;

  /**
   * @param resolutionMs - how late a deadline may be noticed, in whole milliseconds; call {@link DeadlineWheel.tick} that often
   * @param now - the caller's clock
   * @throws RangeError when the resolution is not a positive integer, or `now` is not a finite number
   */
  constructor(resolutionMs: number, now: number) {
    this.#resolutionMs = positiveInteger('resolutionMs', resolutionMs);
    this.#tick = Math.floor(requireTime('now', now) / resolutionMs);
  }

  /** How many items there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an item. One whose deadline is Infinity is kept too, but only {@link DeadlineWheel.update} makes it looked at.
   *
   * @returns its entry, for `update` and `remove`
   * @throws RangeError for a deadline that is no number, or NaN (`OPTION_INVALID`)
   */
  add(item: T): WheelEntry<T> {
    const slot = this.#slotOf(item?.deadline);
    const entry = new Entry(item, this);
    this.#size++;
    move(entry, entry, slot);
    return entry;
  }

  /**
   * Takes note that an item's deadline has become earlier (or finite); later ones need no note. An
   * entry that has been removed is ignored.
   *
   * @throws TypeError for an entry of another wheel (`ENTRY_INVALID`), RangeError as {@link
   * DeadlineWheel.add}
   */
  update(entry: WheelEntry<T>): void {
    const own = this.#own(entry);
    if (own.next === own) return;
    const slot = this.#slotOf(own.item.deadline);
    this.#take(own);
    move(own, own, slot);
  }

  /**
   * Removes an item: nothing of it is kept. An entry that has been removed is ignored.
   *
   * @throws TypeError for an entry of another wheel (`ENTRY_INVALID`)
   */
  remove(entry: WheelEntry<T>): void {
    const own = this.#own(entry);
    if (own.next === own) return;
    this.#take(own);
    this.#size--;
  }

  /**
   * Calls back for each item whose deadline has passed; afterwards its new deadline counts.
   *
   * @param now - the caller's clock; may be late by any time
   * @param due - asks the item what is due (for a keepalive, `check(now)`) and does it. May add, update and remove; what it
   * throws passes through, and those that were not asked are asked at the next tick
   * @throws Error when called by `due`, RangeError if `now` is not a finite number or a new
   * deadline is none, as {@link DeadlineWheel.add}
   */
  tick(now: number, due: (item: T, entry: WheelEntry<T>) => void): void {
    requireType('due', due, 'function');
    if (this.#cursor !== null) throw usageError(Error, 'REENTRANT_CALL', 'due must not call tick');
    const last = Math.floor(requireTime('now', now) / this.#resolutionMs);
    // After a long sleep every slot once is enough; and for times so far that a tick is not changed by adding 1 to it.
    const all = last - this.#tick >= SLOTS || !Number.isSafeInteger(last);
    const from = all ? 0 : this.#tick;
    const to = all ? SLOTS - 1 : last;
    const served = this.#served;
    for (let tick = from; tick <= to; tick++) {
      const slot = this.#slot(tick);
      if (slot.next !== slot) move(slot.next, slot.previous, served);
    }
    this.#tick = last + 1;
    try {
      this.#serve(now, due);
    } finally {
      // Only if `due` has thrown. Who was not asked comes first, so that one who always throws holds up nobody.
      const cursor = this.#cursor ?? served;
      this.#cursor = null;
      if (cursor !== served) move(cursor, served.previous, this.#slotOf(now));
      if (served.next !== served) move(served.next, served.previous, this.#slotOf(now));
    }
  }

  /** Those that go on to the same slot one after the other go there together: 100,000 at once take half the time. */
  #serve(now: number, due: (item: T, entry: WheelEntry<T>) => void): void {
    const served = this.#served;
    let slot = served;
    let slotDeadline = Number.NEGATIVE_INFINITY;
    let entry = served.next;
    while (entry !== served) {
      const { item } = entry;
      this.#cursor = entry.next;
      if (item.deadline <= now) due(item, entry);
      // Unless `due` has removed or updated it.
      if (this.#cursor.previous === entry) {
        const { deadline } = item;
        if (deadline !== slotDeadline) {
          slotDeadline = deadline;
          const to = this.#slotOf(deadline);
          if (to !== slot && served.next !== entry) move(served.next, entry.previous, slot);
          slot = to;
        }
      }
      entry = this.#cursor;
    }
    if (served.next !== served) move(served.next, served.previous, slot);
  }

  /** When the next tick may find something, for a host that wants no idle ticks; Infinity if there is nothing. */
  get next(): number {
    for (let i = 0; i < SLOTS; i++) {
      const slot = this.#slot(this.#tick + i);
      if (slot.next !== slot) return (this.#tick + i) * this.#resolutionMs;
    }
    return Number.POSITIVE_INFINITY;
  }

  #slot(tick: number): Entry<T> {
    return this.#slots[tick & (SLOTS - 1)]!;
  }

  #own(entry: WheelEntry<T>): Entry<T> {
    if ((entry as Entry<T> | undefined)?.wheel === this) return entry as Entry<T>;
    const wanted = 'an entry is what add of this wheel has given';
    const got = entry instanceof Entry ? 'one of another wheel' : inWords(entry);
    throw usageError(TypeError, 'ENTRY_INVALID', `${wanted}, not ${got}`);
  }

  /** @throws RangeError for what is no number: every later tick would look at it in vain */
  #slotOf(deadline: number): Entry<T> {
    if (typeof deadline !== 'number' || Number.isNaN(deadline)) {
      const wanted = 'a deadline is a number of milliseconds, or Infinity';
      throw usageError(RangeError, 'OPTION_INVALID', `${wanted}, not ${inWords(deadline)}`);
    }
    if (deadline === Number.POSITIVE_INFINITY) return this.#idle;
    // Rounded up: at its tick the deadline has passed. Never into a tick that has been served.
    const tick = Math.max(Math.ceil(deadline / this.#resolutionMs), this.#tick);
    return this.#slot(tick);
  }

  #take(entry: Entry<T>): void {
    if (entry === this.#cursor) this.#cursor = entry.next;
    entry.previous.next = entry.next;
    entry.next.previous = entry.previous;
    entry.next = entry;
    entry.previous = entry;
  }
}

/** Moves a run of entries from one ring to the end of another. */
function move<T extends Timed>(first: Entry<T>, last: Entry<T>, to: Entry<T>): void {
  first.previous.next = last.next;
  last.next.previous = first.previous;
  const { previous } = to;
  previous.next = first;
  first.previous = previous;
  last.next = to;
  to.previous = last;
}
