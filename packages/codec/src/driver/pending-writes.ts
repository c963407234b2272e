/**
 * Callbacks that wait for output to leave, oldest first. Each knows the position in the whole output
 * of the connection up to which everything has to have left; nothing is kept of one that was called.
 */

/** The callbacks of one driver. */
export class PendingWrites {
  #callbacks: ((written: boolean) => void)[] = [];
  /** The position of each callback; they never fall. */
  #positions: number[] = [];
  /** Index of the oldest one. */
  #first = 0;

  add(position: number, callback: (written: boolean) => void): void {
    this.#callbacks.push(callback);
    this.#positions.push(position);
  }

  /**
   * Takes the oldest callback out, if its output has left.
   *
   * @param through - how many bytes have left in all
   */
  next(through: number): ((written: boolean) => void) | undefined {
    const first = this.#first;
    const callbacks = this.#callbacks;
    if (first === callbacks.length || this.#positions[first]! > through) return undefined;
    const callback = callbacks[first]!;
    this.#first = first + 1;
    if (first + 1 === callbacks.length) {
      this.#callbacks = [];
      this.#positions = [];
      this.#first = 0;
    } else if (2 * (first + 1) > callbacks.length) {
      // Each callback is moved at most once for each that was called.
      this.#callbacks = callbacks.slice(first + 1);
      this.#positions = this.#positions.slice(first + 1);
      this.#first = 0;
    }
    return callback;
  }
}
