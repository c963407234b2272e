/**
 * The parent's part: runs cases in processes of their own, on one Node, and makes rows of them.
 */
import { fork } from 'node:child_process';
import { rounded } from './runner.mjs';

/** @typedef {import('./report.mjs').Outcome} Outcome */
/** @typedef {import('./runner.mjs').Case} Case */

const WORKER = new URL('./worker.mjs', import.meta.url);

/** All cases on one Node. */
export class Session {
  #binary;
  #budget;
  #runs;

  /**
   * @param {string} binary - of Node
   * @param {'full' | 'quick' | 'check'} budget
   * @param {number} runs - of each case
   */
  constructor(binary, budget, runs) {
    this.#binary = binary;
    this.#budget = budget;
    this.#runs = runs;
  }

  /**
   * Runs cases once, all in one process, only to compare results.
   *
   * @param {Case[]} cases
   * @param {(outcome: Outcome) => void} onOutcome
   */
  async check(cases, onOutcome) {
    const outcomes = new Map();
    const ids = new Set(cases.map(({ id, of = id }) => of));
    await this.#work('each', [...ids], (outcome) => {
      outcomes.set(outcome.id, outcome);
      if (cases.some(({ id }) => id === outcome.id)) onOutcome(outcome);
    });
    // They had one process, which is the mixed one.
    for (const { id, of } of cases.filter(({ of }) => of !== undefined)) {
      onOutcome({ ...outcomes.get(of), id });
    }
  }

  /**
   * Measures one case, in a process of its own each time.
   *
   * @param {Case} benchCase
   * @returns {Promise<Outcome>}
   */
  async measure({ id }) {
    const outcomes = [];
    for (let i = 0; i < this.#runs; i++) await this.#work('each', [id], (outcome) => outcomes.push(outcome));
    return summary(outcomes);
  }

  /**
   * Measures in one process, in turns, all cases that a mixed one refers to, and relates their
   * figures to those alone.
   *
   * @param {Case[]} cases - of the mixed process
   * @param {Map<string, import('./runner.mjs').Row>} alone - by the case's name
   * @returns {Promise<Outcome[]>}
   */
  async measureMixed(cases, alone) {
    const outcomes = new Map(cases.map(({ id }) => [id, []]));
    for (let i = 0; i < this.#runs; i++) {
      await this.#work(
        'mixed',
        cases.map(({ of }) => of),
        (outcome) => {
          const benchCase = cases.find(({ of }) => of === outcome.id);
          outcomes.get(benchCase.id).push(slowdown(benchCase, outcome, alone.get(outcome.id)));
        },
      );
    }
    return [...outcomes.values()].map(summary);
  }

  /**
   * @param {'each' | 'mixed'} mode
   * @param {string[]} ids
   * @param {(outcome: Outcome) => void} onOutcome - called once for each
   */
  #work(mode, ids, onOutcome) {
    const waiting = new Set(ids);
    return new Promise((done) => {
      const child = fork(WORKER, [this.#budget, mode, ...ids], {
        execPath: this.#binary,
        execArgv: ['--expose-gc', '--max-old-space-size=6144'],
      });
      child.on('message', (outcome) => {
        waiting.delete(outcome.id);
        onOutcome(outcome);
      });
      child.on('exit', () => {
        for (const id of waiting) onOutcome({ id, failed: 'the process ended before its result' });
        done();
      });
    });
  }
}

/**
 * One outcome of several runs: the row with the ratio in the middle, and the two between which
 * all ratios are. The kernel, the network stack and the JIT differ from run to run, and not only
 * from round to round.
 *
 * @param {Outcome[]} outcomes
 * @returns {Outcome}
 */
function summary(outcomes) {
  const without = outcomes.find(({ row }) => row === undefined);
  if (outcomes.length === 1 || without !== undefined) return without ?? outcomes[0];
  const sorted = outcomes.toSorted((a, b) => a.row.ratio - b.row.ratio);
  const { id, row } = sorted[sorted.length >> 1];
  return { id, row: { ...row, ratios: [sorted[0].row.ratio, sorted.at(-1).row.ratio] } };
}

/**
 * The row of a mixed case: how many times slower each side is than alone.
 *
 * @param {Case} benchCase
 * @param {Outcome} mixed
 * @param {import('./runner.mjs').Row | undefined} alone
 * @returns {Outcome}
 */
function slowdown({ id, unit, peer }, { row, skipped, failed }, alone) {
  if (row === undefined) return { id, skipped, failed };
  if (alone === undefined) return { id, skipped: 'there is no figure of the case alone' };
  const [ours, theirs] = [row.ours / alone.ours, row.theirs / alone.theirs];
  const figures = { ours: rounded(ours), theirs: rounded(theirs), ratio: rounded(theirs / ours) };
  return { id, row: { case: id, unit, peer, ...figures, spread: row.spread } };
}
