/**
 * Own lines between the moment they are sent and the moment they are known to have arrived: the
 * server has told them to all, to this page too. Each has a number, by which it is said once
 * however often it is sent.
 */

export class Outbox {
  /** Lines by their numbers, in the order in which they were written. */
  #lines = new Map();
  #last = 0;
  #session = '';

  /** The lines that wait for their answer, with their numbers. */
  get lines() {
    return [...this.#lines];
  }

  /** @returns {number} the line's number */
  add(line) {
    this.#lines.set(++this.#last, line);
    return this.#last;
  }

  /** @returns the line of a number, which is settled now; undefined if it was before */
  settle(n) {
    const line = this.#lines.get(n);
    this.#lines.delete(n);
    return line;
  }

  /**
   * The server knows this session up to a number. Lines that it has said are settled; the others are
   * to be sent again. Another session than before counts anew: nobody knows how far the lines of the
   * other one have come.
   *
   * @returns {{ arrived: object[], again: [number, object][], gone: object[] }}
   */
  resume(session, lastN) {
    const { lines } = this;
    if (session !== this.#session) {
      this.#session = session;
      this.#lines.clear();
      this.#last = lastN;
      return { arrived: [], again: [], gone: lines.map(([, line]) => line) };
    }
    this.#last = Math.max(this.#last, lastN);
    const arrived = lines.filter(([n]) => n <= lastN);
    for (const [n] of arrived) this.#lines.delete(n);
    return { arrived: arrived.map(([, line]) => line), again: this.lines, gone: [] };
  }
}
