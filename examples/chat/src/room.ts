/**
 * The room, as the log's events make it: the same on every process. It knows nothing of sockets.
 */
import { History, type HistoryLimits } from './history.js';
import { People } from './presence.js';
import type { Said } from './protocol.js';

/** A member that comes without saying since when hears so many of the last things said. */
const RECENT = 20;
/** Speakers whose last `n` is remembered, whether they are here or not: those who spoke last. */
const REMEMBERED_SPEAKERS = 20_000;

/** An event of the log, as it arrived in the room. */
export interface Arrival {
  /** The message for the members; undefined for a copy of something said. */
  readonly json: string | undefined;
  /** Something before it was missed. */
  readonly gap: boolean;
}

/** People, history, and how far each speaker has come. */
export class Room {
  readonly people: People = new People();
  readonly #history: History;
  readonly #lastN = new Map<string, number>();

  constructor(limits: HistoryLimits) {
    this.#history = new History(limits);
  }

  /** The place of the last thing said. */
  get seq(): number {
    return this.#history.seq;
  }

  /** The highest `n` of a speaker that has been said. */
  lastN(id: string): number {
    return this.#lastN.get(id) ?? 0;
  }

  /**
   * Something was said. A log may hold a copy of it, if a process repeats a message long after it
   * was stored.
   */
  said(said: Said): Arrival {
    const { id, seq, n } = said;
    if (seq <= this.seq) return { json: undefined, gap: false };
    if (n <= this.lastN(id)) return { json: undefined, gap: !this.#history.pass(seq) };
    this.#remember(id, n);
    const json = JSON.stringify(said);
    return { json, gap: !this.#history.add(seq, json) };
  }

  /** The things said that a member has missed, as JSON, and whether some of them are gone. */
  missed(since: number | undefined): { missed: string[]; gap: boolean } {
    if (since !== undefined) return this.#history.since(since);
    return { missed: this.#history.recent(RECENT), gap: false };
  }

  /** The last few, for a member that comes from another log. */
  recent(): { missed: string[]; gap: boolean } {
    return { missed: this.#history.recent(RECENT), gap: true };
  }

  #remember(id: string, n: number): void {
    this.#lastN.delete(id);
    this.#lastN.set(id, n);
    if (this.#lastN.size <= REMEMBERED_SPEAKERS) return;
    const [oldest] = this.#lastN.keys();
    this.#lastN.delete(oldest!);
  }
}
