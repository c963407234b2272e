/**
 * The stopwatch: us and the peer in turns, in one process, so that a disturbance of the machine
 * disturbs both. A round is one sample of each side; the figure of a side is the median of its
 * rounds. Garbage is collected when V8 wants it to be, as in a program.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * One figure in the case's unit; of servers also messages a second.
 *
 * @typedef {number | { figure: number, rate: number }} Sample
 */

/**
 * Takes one sample: works for at least so many milliseconds.
 *
 * @typedef {(ms: number) => Sample | Promise<Sample>} Sampler
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
 * @property {string} unit - of both figures, for example 'ns/message'; less is better
 * @property {number} [target] - the ratio to reach
 * @property {number} [most] - the figure of ours that is not to be exceeded: in place of a ratio
 * @property {Exclude<keyof import('./budgets.mjs').Budget, 'check' | 'share'>} [timing] - which of a budget's
 * plans; 'rounds' by default
 * @property {'bun' | 'deno'} [runtime] - of the servers; by default the Node that measures
 * @property {boolean} [once] - whether it is measured on the reference Node only
 * @property {string} [of] - the case whose slowdown in a mixed process this is
 * @property {(budget: import('./budgets.mjs').Budget) => Promise<Subject> | Subject} [prepare] -
 * throws `Unavailable` to be skipped. Without it the row comes from the mixed process
 */

/**
 * A sampler of a synchronous pass: nanoseconds an operation.
 *
 * @param {() => void} pass - takes some microseconds at least, so that reading the clock costs
 * nothing
 * @param {number} operations - in one pass
 * @param {() => void} [before] - done before each pass, not timed
 * @returns {(ms: number) => number}
 */
export function perOperation(pass, operations, before = () => {}) {
  return (ms) => {
    let elapsed = 0;
    let passes = 0;
    do {
      before();
      const start = performance.now();
      pass();
      elapsed += performance.now() - start;
      passes++;
    } while (elapsed < ms);
    return (elapsed * 1e6) / (passes * operations);
  };
}

/**
 * As {@link perOperation} for passes that end later.
 *
 * @param {() => Promise<void>} pass
 * @param {number} operations
 * @returns {(ms: number) => Promise<number>}
 */
export function perAsyncOperation(pass, operations) {
  return async (ms) => {
    const start = performance.now();
    let passes = 0;
    do {
      await pass();
      passes++;
    } while (performance.now() - start < ms);
    return ((performance.now() - start) * 1e6) / (passes * operations);
  };
}

/** @typedef {{ ours: Sample[], theirs: Sample[] }} Samples - one a round */

/**
 * Measures cases in one process, in turns.
 *
 * @param {Subject[]} subjects - verified here, before any clock runs
 * @param {import('./budgets.mjs').Plan} plan
 * @returns {Promise<Samples[]>} those of each subject
 */
export async function measure(subjects, { warmUpMs, rounds, roundMs }) {
  for (const subject of subjects) await subject.verify();
  const warmUntil = performance.now() + warmUpMs;
  while (performance.now() < warmUntil) {
    for (const subject of subjects) {
      await subject.ours(roundMs);
      await subject.theirs(roundMs);
      await nextTurn();
    }
  }
  const all = subjects.map(() => ({ ours: [], theirs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      for (const side of round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
        all[i][side].push(await subject[side](roundMs));
        // Streams tidy up in the turn after a write: not on the other side's time.
        await nextTurn();
      }
    }
  }
  return all;
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
 * @property {string} [runtime] - 'node 24', 'bun', 'deno'
 * @property {string} unit
 * @property {number} ours
 * @property {string} peer
 * @property {number} theirs
 * @property {number} ratio
 * @property {number} spread
 * @property {[low: number, high: number]} [ratios] - the least and greatest of several runs
 * @property {{ ours: number, theirs: number }} [rates] - messages a second
 * @property {number} [target]
 * @property {number} [most]
 */

/**
 * Condenses the samples of a case.
 *
 * @param {Case} benchCase
 * @param {Samples} samples
 * @returns {Row} medians; `ratio` above 1 when we are the faster or smaller; `spread` is the
 * distance between the quartiles over the median, of the side where that is larger
 */
export function condense({ id, unit, peer, target, most }, samples) {
  const figures = (side) => samples[side].map((sample) => sample.figure ?? sample);
  const median = (values) => quantile(values, 0.5);
  const spread = (values) => (quantile(values, 0.75) - quantile(values, 0.25)) / (median(values) || 1);
  const [ours, theirs] = [figures('ours'), figures('theirs')];
  const rate = (side) => Math.round(median(samples[side].map((sample) => sample.rate)));
  const hasRates = samples.ours[0].rate !== undefined;
  return {
    case: id,
    unit,
    ours: rounded(median(ours)),
    peer,
    theirs: rounded(median(theirs)),
    ratio: ratioOf(median(ours), median(theirs)),
    spread: rounded(Math.max(spread(ours), spread(theirs))),
    ...(hasRates && { rates: { ours: rate('ours'), theirs: rate('theirs') } }),
    target,
    most,
  };
}

/** Above 1 when ours is less. Nothing at all, as of collections that never came, counts as 1. */
export function ratioOf(ours, theirs) {
  return rounded((theirs || 1) / (ours || 1));
}

/** Four significant digits: more would be noise. */
export function rounded(value) {
  return Number(value.toPrecision(4));
}
