/** The table on the terminal, a line as soon as its case is done. */

const HEADER = ['case', 'ours', 'theirs', 'unit', 'peer', 'ratio', 'spread', 'target', ''];
/** Widths: the first and the names are set to the left, figures to the right. */
const WIDTHS = [31, 9, 9, 13, 16, 7, 6, 7, 6];
const LEFT = new Set([0, 3, 4, 8]);

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

/** Prints rows and counts what they say about the targets. */
export class Report {
  #met = 0;
  /** @type {string[]} */
  #missed = [];
  #skipped = 0;
  #failed = 0;

  constructor() {
    console.log(line(HEADER));
  }

  /** @returns {boolean} whether some case failed */
  get failed() {
    return this.#failed > 0;
  }

  /**
   * @param {import('./runner.mjs').Case} benchCase
   * @param {import('./runner.mjs').Row} row
   */
  row({ id, target }, row) {
    const met = target === undefined || row.ratio >= target;
    if (met) this.#met += target === undefined ? 0 : 1;
    else this.#missed.push(id);
    console.log(
      line([
        id,
        figure(row.ours),
        figure(row.theirs),
        row.unit,
        row.peer,
        row.ratio.toFixed(2),
        `${(100 * row.spread).toFixed(0)}%`,
        target === undefined ? '-' : String(target),
        target === undefined ? '' : met ? 'met' : 'MISSED',
      ]),
    );
  }

  /**
   * @param {import('./runner.mjs').Case} benchCase
   */
  verified({ id }) {
    this.#met++;
    console.log(`${id}: same results`);
  }

  /**
   * @param {import('./runner.mjs').Case} benchCase
   * @param {string} why
   */
  skip({ id }, why) {
    this.#skipped++;
    console.log(`${id}: skipped, ${why}`);
  }

  /**
   * @param {import('./runner.mjs').Case} benchCase
   * @param {string} why
   */
  fail({ id }, why) {
    this.#failed++;
    console.log(`${id}: FAILED\n${why}`);
  }

  /** @param {boolean} check - whether results were only compared */
  end(check) {
    const missed = check ? '' : `, ${this.#missed.length} missed`;
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    console.log(`\n${this.#met} ${check ? 'compared' : 'met'}${missed}, ${this.#skipped} skipped${failed}`);
    if (this.#missed.length > 0 && !check) console.log(`missed: ${this.#missed.join(' ')}`);
  }
}
