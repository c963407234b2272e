/**
 * Measures cases and ends. A case that is timed gets a process of its own: the JIT's memory of
 * another case, and its garbage on the heap, are not part of the figure. Cases of the mixed process
 * are measured in turns.
 *
 *   node --expose-gc worker.mjs BUDGET each|mixed CASE...      sends {id, row}, {id, skipped} or {id, failed} for each to the parent
 */
import { BUDGETS, Unavailable } from './budgets.mjs';
import { CASES } from './cases/index.mjs';
import { condense, measure } from './runner.mjs';

const [budgetName, mode, ...ids] = process.argv.slice(2);
const budget = BUDGETS[budgetName];
const cases = ids.map((id) => CASES.find((candidate) => candidate.id === id));

/** @param {import('./runner.mjs').Case[]} group - measured together */
async function outcomesOf(group) {
  const subjects = [];
  try {
    for (const { prepare } of group) subjects.push(await prepare(budget));
    const plan = budget[mode === 'mixed' ? 'mixed' : (group[0].timing ?? 'rounds')];
    const all = await measure(subjects, plan);
    return group.map((benchCase, i) => ({ id: benchCase.id, row: condense(benchCase, all[i]) }));
  } catch (error) {
    const why = error instanceof Unavailable ? { skipped: error.message } : { failed: error.stack };
    return group.map(({ id }) => ({ id, ...why }));
  } finally {
    for (const subject of subjects) await subject.close?.();
  }
}

for (const group of mode === 'mixed' ? [cases] : cases.map((benchCase) => [benchCase])) {
  for (const outcome of await outcomesOf(group)) process.send(outcome);
}
process.disconnect();
