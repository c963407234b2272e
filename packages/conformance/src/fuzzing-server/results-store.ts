/** Results of clients, by agent and case; who waits for one; which are left out. */
import { matcherOf } from '../cases/select.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';

/** What is kept while a fuzzing server runs. */
export class ResultsStore {
  readonly #cases: readonly Case[];
  readonly #agents = new Map<
    string,
    { readonly startedAt: number; readonly results: Map<string, CaseResult> }
  >();
  readonly #waiting = new Map<string, (result: CaseResult) => void>();

  /** @param cases - those that are offered, in order */
  constructor(cases: readonly Case[]) {
    this.#cases = cases;
  }

  /** Keeps a result in place of an earlier one of the same case. */
  add(result: CaseResult): void {
    const agent = this.#agents.get(result.agent) ?? { startedAt: result.startedAt, results: new Map() };
    this.#agents.set(result.agent, agent);
    agent.results.set(result.id, result);
    const key = keyOf(result.agent, result.id);
    this.#waiting.get(key)?.(result);
    this.#waiting.delete(key);
  }

  /** A result that is there. */
  find(agent: string, id: string): CaseResult | undefined {
    return this.#agents.get(agent)?.results.get(id);
  }

  /** A result, at once or when it comes. A later call for the same one takes an earlier one's place, which is never answered then. */
  wait(agent: string, id: string): Promise<CaseResult> {
    const found = this.find(agent, id);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.set(keyOf(agent, id), resolve));
  }

  /** Everything, in the order of the cases. */
  all(): AgentResults[] {
    return [...this.#agents].map(([agent, { startedAt, results }]) => ({
      agent,
      role: 'client',
      target: agent,
      startedAt,
      durationMs:
        Math.max(...[...results.values()].map((each) => each.startedAt + each.durationMs)) - startedAt,
      cases: this.#cases.flatMap(({ id }) => results.get(id) ?? []),
    }));
  }
}

/** Agent patterns, and patterns of the cases that such agents are not tested with. */
export type Exclusions = Readonly<Record<string, readonly string[]>>;

/** Whether an agent is not tested with a case. */
export function isExcluded(exclusions: Exclusions, agent: string, id: string): boolean {
  return Object.entries(exclusions).some(
    ([agents, cases]) => matcherOf([agents])(agent) && matcherOf(cases)(id),
  );
}

function keyOf(agent: string, id: string): string {
  return JSON.stringify([agent, id]);
}
