/** The mask bits of both sides against the sides that the handshake names (RFC 6455 5.1). */

import type { Side } from '../model/event.js';
import type { SideNote } from './reading.js';

/** Says once that both sides mask as the other one should: the input has them swapped. */
export class MaskWitness {
  readonly #note: SideNote;
  /** Whether the first frame of a side is masked as that of the other side. */
  readonly #wrong = new Map<Side, boolean>();
  #said = false;

  constructor(note: SideNote) {
    this.#note = note;
  }

  /** A frame was read. */
  see(from: Side, masked: boolean, timeMs: number | undefined): void {
    if (this.#said || this.#wrong.has(from)) return;
    this.#wrong.set(from, masked !== (from === 'client'));
    this.#said = this.#wrong.size === 2;
    if (!this.#said || [...this.#wrong.values()].includes(false)) return;
    const what = 'the handshake names the sides the other way round than the mask bits of their frames';
    this.#note('sides-swapped', what, undefined, timeMs);
  }
}
