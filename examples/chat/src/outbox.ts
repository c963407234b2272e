/**
 * The things one speaker has said that the log has not acknowledged: one is under way, the others
 * are in line behind it, so that they are stored in their order.
 */
import type { Saying } from './log/chat-log.js';

/** As many may be in line; then the speaker's connection is not read from. */
const MAX_WAITING = 16;

/** One speaker's line. */
export class Outbox {
  readonly #say: (saying: Saying) => Promise<void> | undefined;
  readonly #waiting: Saying[] = [];
  #pumping = false;
  #lastN = 0;
  /** Called when there is room again, and when nothing is left. */
  onRoom: () => void = () => {};
  onEmpty: () => void = () => {};

  constructor(say: (saying: Saying) => Promise<void> | undefined) {
    this.#say = say;
  }

  /** The highest `n` that was put in line. */
  get lastN(): number {
    return this.#lastN;
  }

  get full(): boolean {
    return this.#waiting.length >= MAX_WAITING;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  push(saying: Saying): void {
    this.#lastN = saying.n;
    this.#waiting.push(saying);
    if (!this.#pumping) void this.#pump();
  }

  /** Forgets those that are not under way: their speaker says them again, under another id. */
  forget(): void {
    this.#waiting.length = Math.min(this.#waiting.length, 1);
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        const stored = this.#say(next);
        // A log in this process stores at once: everything in one chunk is then said in one go.
        if (stored !== undefined) await stored;
        const wasFull = this.full;
        this.#waiting.shift();
        if (wasFull) this.onRoom();
      }
    } catch {
      // The log was closed, and with it the process's part in the chat.
      this.#waiting.length = 0;
    } finally {
      this.#pumping = false;
    }
    this.onEmpty();
  }
}
