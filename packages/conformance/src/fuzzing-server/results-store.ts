/** Results of clients, by agent and case; the callers that wait for one; the cases left out. */
import { matcherOf } from '../cases/all.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';

/** Names are for clients to choose, and all of their results are kept. */
const MOST_AGENTS = 1000;

/** The results that are kept while a fuzzing server runs. */
export class ResultsStore {
  readonly #cases: readonly Case[];
  readonly #agents = new Map<
    string,
    { readonly startedAt: number; readonly results: Map<string, CaseResult> }
  >();
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, Set<(result: CaseResult | undefined) => void>>();

  /** @param cases - those that are offered, in order */
  constructor(cases: readonly Case[]) {
    this.#cases = cases;
  }

  /**
   * Runs a case, and keeps its result in place of an earlier one.
   *
   * @param run - comes to the result, of this agent and case
   */
  async run(agent: string, id: string, run: () => Promise<CaseResult>): Promise<CaseResult> {
    const key = keyOf(agent, id);
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
    let result: CaseResult | undefined;
    try {
      result = await run();
      this.#keep(result);
      return result;
    } finally {
      this.#running.set(key, this.#running.get(key)! - 1);
      this.#answer(key, result);
    }
  }

  /** Whether results of an agent can be kept. */
  hasRoomFor(agent: string): boolean {
    return this.#agents.has(agent) || this.#agents.size < MOST_AGENTS;
  }

  #keep(result: CaseResult): void {
    const agent = this.#agents.get(result.agent) ?? { startedAt: result.startedAt, results: new Map() };
    this.#agents.set(result.agent, agent);
    agent.results.set(result.id, result);
  }

  #answer(key: string, result: CaseResult | undefined): void {
    const waiting = this.#waiting.get(key) ?? [];
    this.#waiting.delete(key);
    for (const resolve of waiting) resolve(result);
  }

  /**
   * Finds a result, at once or when it comes.
   *
   * @param patienceMs - how long to wait for a case that is not running
   * @returns nothing if the case was not begun in that time, or came to no result
   */
  wait(agent: string, id: string, patienceMs: number): Promise<CaseResult | undefined> {
    const found = this.#agents.get(agent)?.results.get(id);
    if (found !== undefined) return Promise.resolve(found);
    const key = keyOf(agent, id);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const timer = setTimeout(() => {
        if ((this.#running.get(key) ?? 0) > 0) return;
        waiting.delete(resolve);
        resolve(undefined);
      }, patienceMs);
      timer.unref();
      waiting.add(resolve);
    });
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
