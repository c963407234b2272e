/**
 * Measures one case and ends: what another case taught the JIT, or left on the heap, is not part of its figure.
 *
 *   node --expose-gc worker.mjs CASE BUDGET      sends {row}, {skipped} or {failed} to the parent
 */
import { CASES } from './cases/index.mjs';
import { BUDGETS, condense, measure, Unavailable } from './runner.mjs';

const [id, budgetName] = process.argv.slice(2);
const benchCase = CASES.find((candidate) => candidate.id === id);
const budget = BUDGETS[budgetName];
let subject;
let outcome;
try {
  subject = await benchCase.prepare(budget);
  outcome = { row: condense(benchCase, await measure(subject, budget[benchCase.timing ?? 'rounds'])) };
} catch (error) {
  outcome = error instanceof Unavailable ? { skipped: error.message } : { failed: error.stack };
}
await subject?.close?.();
process.send(outcome, () => process.disconnect());
