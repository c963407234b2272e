/** The table on the terminal, a line as soon as its case is done. */

const HEADER = ['case', 'ours', 'theirs', 'unit', 'peer', 'ratio', 'spread', 'target', '', 'messages/s'];
/** Widths: the first and the names are set to the left, figures to the right. */
const WIDTHS = [42, 9, 9, 14, 18, 9, 6, 6, 6, 0];
const LEFT = new Set([0, 3, 4, 8, 9]);

/** @param {string[]} cells */
function line(cells) {
  return cells
    .map((cell, i) => (LEFT.has(i) ? cell.padEnd(WIDTHS[i]) : cell.padStart(WIDTHS[i])))
    .join('  ')
    .trimEnd();
}

/** Numbers as people read them: 3.142, 31.4, 3,142. */
function figure(value) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/**
 * The outcome of a case: a row, or why there is none.
 *
 * @typedef {object} Outcome
 * @property {string} id
 * @property {import('./runner.mjs').Row} [row]
 * @property {string} [skipped]
 * @property {string} [failed]
 */

/** Prints outcomes and counts the targets that they reach or miss. */
export class Report {
  #check;
  #compared = 0;
  #met = 0;
  /** @type {string[]} */
  #missed = [];
  #skipped = 0;
  #failed = 0;

  /** @param {boolean} check - whether results are only compared: figures mean nothing then */
  constructor(check) {
    this.#check = check;
  }

  /** @param {string} node - the version on which the next outcomes were measured */
  begin(node) {
    console.log(`Node ${node}`);
    if (!this.#check) console.log(line(HEADER));
  }

  /** Whether some case failed: the sides made different things of the same input, or one broke. */
  get failed() {
    return this.#failed > 0;
  }

  /**
   * @param {import('./runner.mjs').Case} benchCase
   * @param {Outcome} outcome
   */
  add(benchCase, { row, skipped, failed }) {
    const { id } = benchCase;
    if (failed !== undefined) {
      this.#failed++;
      console.log(`${id}: FAILED\n${failed}`);
    } else if (skipped !== undefined) {
      this.#skipped++;
      console.log(`${id}: skipped, ${skipped}`);
    } else if (this.#check) {
      this.#compared++;
      console.log(`${id}: same results`);
    } else {
      this.#row(benchCase, row);
    }
  }

  /** Prints the sums. */
  end() {
    const counts = this.#check
      ? [`${this.#compared} compared`]
      : [`${this.#met} met`, `${this.#missed.length} missed`];
    counts.push(`${this.#skipped} skipped`);
    if (this.#failed > 0) counts.push(`${this.#failed} failed`);
    console.log(`\n${counts.join(', ')}`);
    if (this.#missed.length > 0) console.log(`missed: ${this.#missed.join(' ')}`);
  }

  #row({ id, target, most }, row) {
    const aim = target ?? (most === undefined ? '-' : `<= ${most}`);
    const met = most === undefined ? row.ratio >= target : row.ours <= most;
    if (aim !== '-' && met) this.#met++;
    if (aim !== '-' && !met) this.#missed.push(`${id} (${row.runtime})`);
    console.log(
      line([
        id,
        figure(row.ours),
        figure(row.theirs),
        row.unit,
        row.peer,
        (row.ratios ?? [row.ratio]).map((ratio) => ratio.toFixed(2)).join('-'),
        `${(100 * row.spread).toFixed(0)}%`,
        String(aim),
        aim === '-' ? '' : met ? 'met' : 'MISSED',
        row.rates === undefined ? '' : `${figure(row.rates.ours)} / ${figure(row.rates.theirs)}`,
      ]),
    );
  }
}
