/** The same cases several times over: what fails once in a while is found so. */
import { worse } from '../conversation/verdict.js';
import type { AgentResults, CaseResult } from '../model/result.js';

/**
 * Runs something several times.
 *
 * @returns the worst result of each case
 */
export async function repeated(times: number, run: () => Promise<AgentResults>): Promise<AgentResults> {
  let all = await run();
  for (let nth = 1; nth < times; nth++) {
    const next = await run();
    const cases = all.cases.map((result, at) => worseOf(result, next.cases[at]!));
    all = { ...all, cases, durationMs: all.durationMs + next.durationMs };
  }
  return all;
}

function worseOf(a: CaseResult, b: CaseResult): CaseResult {
  return worse(a.verdict, b.verdict) === a.verdict ? a : b;
}
