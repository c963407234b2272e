/**
 * Measures cases, one after the other, and ends. A case that is timed gets a process of its own:
 * the JIT's memory of another case, and its garbage on the heap, are not part of the figure.
 *
 *   node --expose-gc worker.mjs BUDGET CASE...      sends {id, row}, {id, skipped} or {id, failed} for each to the parent
 */
import { CASES } from './cases/index.mjs';
import { BUDGETS, condense, measure, Unavailable } from './runner.mjs';

/**
 * @param {import('./runner.mjs').Case} benchCase
 * @param {import('./runner.mjs').Budget} budget
 */
async function outcomeOf(benchCase, budget) {
  let subject;
  try {
    subject = await benchCase.prepare(budget);
    const samples = await measure(subject, budget[benchCase.timing ?? 'rounds']);
    return { row: condense(benchCase, samples) };
  } catch (error) {
    return error instanceof Unavailable ? { skipped: error.message } : { failed: error.stack };
  } finally {
    await subject?.close?.();
  }
}

const [budgetName, ...ids] = process.argv.slice(2);
for (const id of ids) {
  const benchCase = CASES.find((candidate) => candidate.id === id);
  process.send({ id, ...(await outcomeOf(benchCase, BUDGETS[budgetName])) });
}
process.disconnect();
