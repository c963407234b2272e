/** How long a run takes its time. */

/**
 * @typedef {object} Plan
 * @property {number} warmUpMs - for both sides together, which take turns
 * @property {number} rounds
 * @property {number} roundMs
 */

/**
 * Plans by the kind of case. `rounds`: a synchronous pass in memory. `long`: the same with messages
 * so large that a short round might not hold the collections that it causes. `servers`: processes.
 * `memory`: all connections of a side are made and weighed in one round. `collected`: right after a
 * full collection. `mixed`: all cases of one process in turns.
 *
 * `share`: of the connections that are weighed, and of the messages that are counted.
 *
 * @typedef {{ check: boolean, share: number } & Record<'rounds' | 'long' | 'servers' | 'memory' | 'collected' | 'mixed', Plan>} Budget
 */

/** @param {number} warmUpMs @param {number} rounds @param {number} roundMs @returns {Plan} */
const plan = (warmUpMs, rounds, roundMs) => ({ warmUpMs, rounds, roundMs });

/**
 * `full` for committed results, `quick` for work on the code, `check` to see that all runs.
 *
 * @type {Record<'full' | 'quick' | 'check', Budget>}
 */
export const BUDGETS = {
  full: {
    check: false,
    share: 1,
    rounds: plan(500, 13, 15),
    long: plan(600, 7, 70),
    servers: plan(1300, 6, 180),
    memory: plan(0, 1, 0),
    collected: plan(300, 7, 2),
    mixed: plan(4000, 21, 5),
  },
  quick: {
    check: false,
    share: 0.25,
    rounds: plan(150, 9, 5),
    long: plan(150, 5, 30),
    servers: plan(350, 5, 60),
    memory: plan(0, 1, 0),
    collected: plan(100, 5, 2),
    mixed: plan(1500, 9, 3),
  },
  check: {
    check: true,
    share: 0.01,
    rounds: plan(0, 1, 0),
    long: plan(0, 1, 0),
    servers: plan(0, 1, 1),
    memory: plan(0, 1, 0),
    collected: plan(0, 1, 0),
    mixed: plan(0, 1, 0),
  },
};

/**
 * Thrown by `prepare` where something a case needs is not there: a compiler, a library, a
 * runtime.
 */
export class Unavailable extends Error {}
