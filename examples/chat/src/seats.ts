/**
 * Seats: one for each person whose connection is, or was until a moment ago, at this process. A
 * connection that is lost leaves its seat free for the length of a grace, so that a page that is
 * loaded again is no news to the others.
 */
import type { PreparedMessage } from '@sanssocket/codec';
import { FairShare, type ShareLimits } from './fair-share.js';
import type { Entry } from './log/chat-log.js';
import type { Outbox } from './outbox.js';

/** One end of the chat, as the hub sees it. */
export interface Member {
  /**
   * Queues a message.
   *
   * @returns false if the queue is full; the message is then lost, and so is the member:
   * {@link Member.drop} follows
   */
  deliver(message: PreparedMessage): boolean;
  /** The member has a seat, and this is its `welcome`: nothing comes before it. */
  sit(seat: Seat, welcome: string): void;
  /** The member is too slow. */
  drop(): void;
  /** The member's part here is over. */
  close(code: number, reason: string): void;
}

/** A person's place at this process. */
export interface Seat {
  /** The last one, if the person has claimed two names at the same moment. */
  entry: Entry;
  readonly outbox: Outbox;
  readonly share: FairShare;
  /** Undefined while nobody sits here. */
  member: Member | undefined;
  /** Ends the grace. */
  timer: NodeJS.Timeout | undefined;
}

/** The seats of this process. */
export class Seats {
  readonly #limits: ShareLimits;
  readonly #seats = new Map<string, Seat>();
  /** Shares of people who have left, until they are full again: a person who comes back has spent it. */
  readonly #spent = new Map<string, FairShare>();
  readonly #arriving = new Map<string, (() => void)[]>();

  constructor(limits: ShareLimits) {
    this.#limits = limits;
  }

  get(id: string): Seat | undefined {
    return this.#seats.get(id);
  }

  /** A seat for a person who has just come in; it is kept if there is one already. */
  add(entry: Entry, outbox: () => Outbox): Seat {
    const known = this.#seats.get(entry.id);
    const seat = known ?? {
      entry,
      outbox: outbox(),
      share: this.#spent.get(entry.id) ?? new FairShare(this.#limits, performance.now()),
      member: undefined,
      timer: undefined,
    };
    seat.entry = entry;
    this.#seats.set(entry.id, seat);
    for (const arrived of this.#arriving.get(entry.id) ?? []) arrived();
    this.#arriving.delete(entry.id);
    return seat;
  }

  /**
   * Waits until a person has come in: the log tells so, at a moment of its own.
   *
   * @returns undefined if it does not
   */
  async arrival(id: string, timeoutMs: number): Promise<Seat | undefined> {
    if (!this.#seats.has(id)) {
      const waiting = this.#arriving.get(id) ?? [];
      this.#arriving.set(id, waiting);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          this.#arriving.delete(id);
          resolve();
        }, timeoutMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.#seats.get(id);
  }

  /** Takes a seat away. */
  remove(id: string): Seat | undefined {
    const seat = this.#seats.get(id);
    if (seat === undefined) return undefined;
    clearTimeout(seat.timer);
    this.#seats.delete(id);
    this.#keepShare(id, seat.share);
    return seat;
  }

  #keepShare(id: string, share: FairShare): void {
    this.#spent.set(id, share);
    setTimeout(() => {
      if (this.#spent.get(id) === share) this.#spent.delete(id);
    }, share.refillMs(performance.now())).unref();
  }

  /** Sends to everyone who sits here; those who are too slow are given to `drop`. */
  deliver(message: PreparedMessage, drop: (seat: Seat) => void): void {
    for (const seat of this.#seats.values()) {
      if (seat.member?.deliver(message) === false) drop(seat);
    }
  }

  /** Takes all seats away. */
  clear(): Seat[] {
    const seats = [...this.#seats.values()];
    for (const { entry } of seats) this.remove(entry.id);
    return seats;
  }

  get size(): number {
    return this.#seats.size;
  }
}
