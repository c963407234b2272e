/** Bytes that come in pieces and wait together: one array, and no object for each piece. */

import { copyOf, EMPTY } from './bytes.js';
import type { Session } from './session.js';

export class KeptBytes {
  readonly #session: Session;
  #bytes: Uint8Array = EMPTY;
  #length = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  get length(): number {
    return this.#length;
  }

  /** A view, valid until the next change. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Adds a piece. The first one is kept as it is, and so must be nobody else's; later ones are copied.
   *
   * @param most - the length that all pieces together may reach
   * @returns false, and nothing is added, if the session grants no memory
   */
  add(piece: Uint8Array, most: number): boolean {
    const length = this.#length + piece.length;
    if (length > this.#bytes.length) {
      const first = this.#length === 0;
      const capacity = first ? length : Math.max(length, Math.min(most, 2 * this.#bytes.length));
      if (!this.#session.hold(capacity - this.#bytes.length)) return false;
      if (first) {
        this.#bytes = piece;
        this.#length = length;
        return true;
      }
      const grown = new Uint8Array(capacity);
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
    return true;
  }

  /** Forgets the first bytes. */
  drop(length: number): void {
    this.#bytes.copyWithin(0, length, this.#length);
    this.#length -= length;
  }

  /** Takes all bytes out, as an array that is as long as they are. */
  take(): Uint8Array {
    const whole = this.#length === this.#bytes.length ? this.#bytes : copyOf(this.#bytes, 0, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#session.release(this.#bytes.length);
    this.#bytes = EMPTY;
    this.#length = 0;
  }
}
