/**
 * News while cases run: a bar on a terminal, and a line a case where that is asked for. Failures
 * are told in the summary.
 */
import type { CaseResult } from '../model/result.js';
import { printable } from '../reports/report.js';

const BAR = 30;

/** Tells how far a run is. */
export class Progress {
  readonly #total: number;
  readonly #isVerbose: boolean;
  readonly #isTerminal: boolean = process.stderr.isTTY === true;
  #done = 0;
  #failed = 0;

  /**
   * @param total - results that will come; 0 if nobody knows
   * @param isVerbose - a line for each of them
   */
  constructor(total: number, isVerbose: boolean) {
    this.#total = total;
    this.#isVerbose = isVerbose;
  }

  /** A result came. */
  add({ id, verdict, durationMs, explanation }: CaseResult): void {
    this.#done++;
    if (verdict === 'FAILED') this.#failed++;
    if (this.#isVerbose) {
      this.#erase();
      console.error(`${verdict.padEnd(13)} ${id}  ${Math.round(durationMs)} ms  ${printable(explanation)}`);
    }
    if (this.#isTerminal) this.#draw();
  }

  /** No more will come. */
  end(): void {
    this.#erase();
  }

  #draw(): void {
    const of = this.#total === 0 ? '' : ` of ${this.#total}`;
    const filled = this.#total === 0 ? 0 : Math.round((this.#done / this.#total) * BAR);
    const bar = this.#total === 0 ? '' : `[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}] `;
    process.stderr.write(`\r${bar}${this.#done}${of}, ${this.#failed} failed`);
  }

  #erase(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K');
  }
}
