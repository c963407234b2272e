/** The log of a chat that is one process: a {@link Ledger}, asked directly. */
import type { HistoryLimits } from '../history.js';
import type { ChatLog, Entry, LogListener, Relayed, Saying } from './chat-log.js';
import { Ledger } from './ledger.js';

/** Nobody else has this log. */
export class MemoryLog implements ChatLog {
  readonly process: string = 'here';
  readonly #ledger: Ledger;
  #listener: LogListener | undefined;

  constructor(limits: HistoryLimits) {
    this.#ledger = new Ledger(limits);
  }

  get epoch(): string {
    return this.#ledger.epoch;
  }

  async open(listener: LogListener): Promise<void> {
    this.#listener = listener;
    this.#ledger.listen(listener);
  }

  async claim(entry: Entry): Promise<boolean> {
    return this.#ledger.claim(entry);
  }

  async leave(entry: Entry, reason: string): Promise<void> {
    this.#ledger.leave(entry, reason);
  }

  say(saying: Saying): undefined {
    this.#ledger.say(saying);
  }

  relay(to: string, message: Relayed): void {
    if (to === this.process) this.#listener?.relayed(this.process, message);
  }

  async close(): Promise<void> {
    if (this.#listener !== undefined) this.#ledger.unlisten(this.#listener);
  }
}
