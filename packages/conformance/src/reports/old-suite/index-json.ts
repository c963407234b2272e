/** `index.json` as the old suite writes it: agent, case id, verdicts. */

import type { Verdict } from '../../model/case.js';
import type { AgentResults, CloseBehavior } from '../../model/result.js';

/** Agent name to case id to the case's row. */
export type OldIndex = Readonly<Record<string, Readonly<Record<string, OldIndexRow>>>>;

/** The entry of one case in the index. */
interface OldIndexRow {
  readonly behavior: Verdict;
  readonly behaviorClose: CloseBehavior;
  readonly remoteCloseCode: number | null;
  /** Milliseconds from the end of the opening handshake to the loss of the transport. */
  readonly duration: number;
  /** The case's JSON file in the same folder. */
  readonly reportfile: string;
}

/**
 * Makes the index.
 *
 * @param fileOf - the base name of a case's files
 */
export function oldIndex(
  agents: readonly AgentResults[],
  fileOf: (agent: AgentResults, id: string) => string,
): OldIndex {
  return sorted(
    agents.map((agent) => [
      agent.agent,
      sorted(
        agent.cases.map(({ id, behavior, closeBehavior, close, durationMs }) => [
          id,
          {
            behavior,
            behaviorClose: closeBehavior,
            duration: Math.round(durationMs),
            remoteCloseCode: close.remoteCode ?? null,
            reportfile: `${fileOf(agent, id)}.json`,
          },
        ]),
      ),
    ]),
  );
}

/** Keys are sorted as strings. */
function sorted<T>(entries: [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
