/** The last things said, bounded in number and bytes, as the JSON that clients get. */

/** Something said, in its place. */
interface Item {
  readonly seq: number;
  readonly json: string;
}

/** Bounds of a {@link History}. */
export interface HistoryLimits {
  readonly historyMessages: number;
  /** Of their JSON, in UTF-16 units. */
  readonly historyBytes: number;
}

/** The things said until now. */
export class History {
  readonly #limits: HistoryLimits;
  #items: Item[] = [];
  #first = 0;
  #bytes = 0;
  #last = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** The place of the last thing said; 0 before any. */
  get seq(): number {
    return this.#last;
  }

  /** Adds something said. `false` if places before it are missing: the history begins with it. */
  add(seq: number, json: string): boolean {
    const follows = this.pass(seq);
    this.#items.push({ seq, json });
    this.#bytes += json.length;
    while (this.#isOver()) this.#bytes -= this.#items[this.#first++]!.json.length;
    // The array is cut when half of it is gone: each item is moved once, on average.
    if (this.#first > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return follows;
  }

  /** A place that has nothing to show, such as a copy. */
  pass(seq: number): boolean {
    const follows = this.#last === 0 || seq === this.#last + 1;
    if (!follows) {
      this.#items = [];
      this.#first = 0;
      this.#bytes = 0;
    }
    this.#last = seq;
    return follows;
  }

  /** The last few. */
  recent(count: number): string[] {
    return this.#from(Math.max(this.#first, this.#items.length - count));
  }

  /**
   * The things said behind a place.
   *
   * @returns also whether some of them are no longer there
   */
  since(seq: number): { missed: string[]; gap: boolean } {
    if (seq >= this.#last) return { missed: [], gap: seq > this.#last };
    let low = this.#first;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#items[middle]!.seq > seq) high = middle;
      else low = middle + 1;
    }
    const before = low > this.#first ? seq : this.#before();
    return { missed: this.#from(low), gap: seq < before };
  }

  /** The last place that the history no longer has. */
  #before(): number {
    return this.#first < this.#items.length ? this.#items[this.#first]!.seq - 1 : this.#last;
  }

  #from(index: number): string[] {
    return this.#items.slice(index).map(({ json }) => json);
  }

  #isOver(): boolean {
    const count = this.#items.length - this.#first;
    const { historyMessages, historyBytes } = this.#limits;
    return count > historyMessages || (this.#bytes > historyBytes && count > 1);
  }
}
