/**
 * The log and the register of people in memory: for one process, or in the one that others ask.
 * It tells all listeners everything in the same order, and does no I/O.
 */
import { randomUUID } from 'node:crypto';
import { History, type HistoryLimits } from '../history.js';
import type { Said } from '../protocol.js';
import type { Entry, LogListener, Saying } from './chat-log.js';

/** The events of a ledger. */
export type LedgerListener = Pick<LogListener, 'came' | 'went' | 'said'>;

/** People and things said. */
export class Ledger {
  readonly epoch: string = randomUUID().slice(0, 8);
  readonly #people = new Map<string, Entry>();
  readonly #history: History;
  readonly #listeners = new Set<LedgerListener>();
  #seq = 0;

  constructor(limits: HistoryLimits) {
    this.#history = new History(limits);
  }

  /** Tells a listener how things stand, and everything from then on. */
  listen(listener: LedgerListener): void {
    for (const entry of this.#people.values()) listener.came(entry);
    const { missed } = this.#history.since(0);
    for (const json of missed) listener.said(JSON.parse(json) as Said);
    this.#listeners.add(listener);
  }

  unlisten(listener: LedgerListener): void {
    this.#listeners.delete(listener);
  }

  /** As {@link ChatLog.claim}. */
  claim(entry: Entry): boolean {
    const holder = this.#people.get(entry.key);
    if (holder !== undefined && holder.id !== entry.id) return false;
    if (holder?.process === entry.process) return true;
    this.#people.set(entry.key, entry);
    for (const listener of this.#listeners) listener.came(entry);
    return true;
  }

  /** As {@link ChatLog.leave}. */
  leave({ key, id, process }: Entry, reason: string): void {
    const holder = this.#people.get(key);
    if (holder?.id !== id || holder.process !== process) return;
    this.#people.delete(key);
    for (const listener of this.#listeners) listener.went(holder, reason);
  }

  /** The people of a process that is gone. */
  leaveAll(process: string, reason: string): void {
    for (const entry of [...this.#people.values()]) {
      if (entry.process === process) this.leave(entry, reason);
    }
  }

  say(saying: Saying): void {
    const { id, name, text, at, n } = saying;
    const said: Said = { type: 'said', id, name, text, at, seq: ++this.#seq, n };
    this.#history.add(said.seq, JSON.stringify(said));
    for (const listener of this.#listeners) listener.said(said);
  }
}
