/**
 * The stopwatch: us and the peer in turns, in one process, so that a disturbance of the machine
 * disturbs both. A round is one sample of each side; the figure of a side is the median of its
 * rounds.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Takes one sample: works for at least so many milliseconds and returns the figure in the case's
 * unit.
 *
 * @typedef {(ms: number) => number | Promise<number>} Sampler
 */

/**
 * A case made ready.
 *
 * @typedef {object} Subject
 * @property {Sampler} ours
 * @property {Sampler} theirs
 * @property {() => void | Promise<void>} verify - throws unless both sides make the same of the
 * same input
 * @property {() => void | Promise<void>} [close] - ends all that was started
 */

/**
 * One row of the table.
 *
 * @typedef {object} Case
 * @property {string} id
 * @property {string} peer
 * @property {string} unit - of both figures, for example 'ns/message'
 * @property {'less' | 'more'} better - which figure wins
 * @property {number} [target] - the ratio to reach
 * @property {'rounds' | 'servers' | 'memory'} [timing] - which of a budget's plans; 'rounds' by
 * default
 * @property {(budget: Budget) => Promise<Subject> | Subject} prepare - throws {@link Unavailable}
 * to be skipped
 */

/** @typedef {{ warmUpMs: number, rounds: number, roundMs: number }} Plan */
/** @typedef {{ check: boolean, rounds: Plan, servers: Plan, memory: Plan }} Budget */

/**
 * How long a run takes its time: `full` for committed results, `quick` for work on the code,
 * `check` to see that all runs.
 *
 * @type {Record<'full' | 'quick' | 'check', Budget>}
 */
export const BUDGETS = {
  full: {
    check: false,
    rounds: { warmUpMs: 1000, rounds: 41, roundMs: 10 },
    servers: { warmUpMs: 2000, rounds: 15, roundMs: 400 },
    memory: { warmUpMs: 0, rounds: 5, roundMs: 0 },
  },
  quick: {
    check: false,
    rounds: { warmUpMs: 200, rounds: 11, roundMs: 5 },
    servers: { warmUpMs: 400, rounds: 11, roundMs: 50 },
    memory: { warmUpMs: 0, rounds: 2, roundMs: 0 },
  },
  check: {
    check: true,
    rounds: { warmUpMs: 0, rounds: 1, roundMs: 0 },
    servers: { warmUpMs: 0, rounds: 1, roundMs: 1 },
    memory: { warmUpMs: 0, rounds: 1, roundMs: 0 },
  },
};

/**
 * Thrown by `prepare` where something a case needs is not there: a compiler, a library, a
 * runtime.
 */
export class Unavailable extends Error {}

/**
 * A sampler of a synchronous pass: nanoseconds an operation. It repeats the pass until the time
 * is up, in steps so long that reading the clock costs nothing.
 *
 * @param {() => void} pass
 * @param {number} operations - in one pass
 * @returns {Sampler}
 */
export function perOperation(pass, operations) {
  let repetitions = 1;
  return (ms) => {
    for (;;) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < repetitions; i++) pass();
      const elapsed = Number(process.hrtime.bigint() - start);
      // Calibrates itself in the warm-up and when the code gets faster; a sample is one
      // uninterrupted run of passes.
      if (elapsed >= ms * 1e6) return elapsed / (repetitions * operations);
      repetitions = Math.ceil(repetitions * Math.min(10, Math.max(1.2, (1.1 * ms * 1e6) / elapsed)));
    }
  };
}

/**
 * Measures one case.
 *
 * @param {Subject} subject - verified here, before any clock runs
 * @param {Plan} plan
 * @returns {Promise<{ ours: number[], theirs: number[] }>} a figure a round
 */
export async function measure(subject, { warmUpMs, rounds, roundMs }) {
  await subject.verify();
  const warmUntil = performance.now() + warmUpMs;
  while (performance.now() < warmUntil) {
    await subject.ours(roundMs);
    await subject.theirs(roundMs);
    await nextTurn();
  }
  const samples = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
      globalThis.gc?.();
      samples[side].push(await subject[side](roundMs));
      // Streams tidy up in the turn after a write: not on the other side's time.
      await nextTurn();
    }
  }
  return samples;
}

/**
 * @param {number[]} values
 * @param {number} q - from 0 to 1
 */
function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at - Math.floor(at));
}

/**
 * A row of the results.
 *
 * @typedef {object} Row
 * @property {string} case
 * @property {string} unit
 * @property {number} ours
 * @property {string} peer
 * @property {number} theirs
 * @property {number} ratio
 * @property {number} spread
 * @property {[low: number, high: number]} [ratios] - the least and greatest of several runs
 */

/**
 * Condenses the samples of a case.
 *
 * @param {Case} benchCase
 * @param {{ ours: number[], theirs: number[] }} samples
 * @returns {Row} medians; `ratio` above 1 when we are the faster or smaller; `spread` is the
 * distance between the quartiles over the median, of the side where that is larger
 */
export function condense({ id, unit, peer, better }, samples) {
  const median = (values) => quantile(values, 0.5);
  const spread = (values) => (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
  const ours = median(samples.ours);
  const theirs = median(samples.theirs);
  return {
    case: id,
    unit,
    ours: rounded(ours),
    peer,
    theirs: rounded(theirs),
    ratio: rounded(better === 'less' ? theirs / ours : ours / theirs),
    spread: rounded(Math.max(spread(samples.ours), spread(samples.theirs))),
  };
}

/** Four significant digits: more would be noise. */
function rounded(value) {
  return Number(value.toPrecision(4));
}
