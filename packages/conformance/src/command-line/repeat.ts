/** The same cases several times over: cases that fail once in a while are found so. */
import { worse } from '../conversation/verdict.js';
import type { AgentResults } from '../model/result.js';

/**
 * Runs something several times.
 *
 * @returns the worst result of each case
 */
export async function repeated(times: number, run: () => Promise<AgentResults>): Promise<AgentResults> {
  let all = await run();
  for (let nth = 1; nth < times; nth++) {
    const next = await run();
    all = { ...worstOf(all, next), durationMs: all.durationMs + next.durationMs };
  }
  return all;
}

/** The worst of two runs of each agent; an agent that one run has alone is taken as it is. */
export function worstOfAgents(before: readonly AgentResults[], now: readonly AgentResults[]): AgentResults[] {
  const isIn = (list: readonly AgentResults[], agent: string): boolean =>
    list.some((each) => each.agent === agent);
  return [
    ...before.filter(({ agent }) => !isIn(now, agent)),
    ...now.map((each) => {
      const earlier = before.find(({ agent }) => agent === each.agent);
      return earlier === undefined ? each : { ...each, cases: worstOf(earlier, each).cases };
    }),
  ];
}

/**
 * A run that ended early has fewer results than another: those that only one has count as they are.
 */
function worstOf(a: AgentResults, b: AgentResults): AgentResults {
  const [left, right] = a.cases.length < b.cases.length ? [b, a] : [a, b];
  const others = new Map(right.cases.map((result) => [result.id, result]));
  const cases = left.cases.map((result) => {
    const other = others.get(result.id);
    return other === undefined || worse(result.verdict, other.verdict) === result.verdict ? result : other;
  });
  const deaths = [...(a.deaths ?? []), ...(b.deaths ?? [])];
  return { ...a, cases, ...(deaths.length === 0 ? {} : { deaths }) };
}
