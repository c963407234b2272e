/** The parts of all reports. */
import type { Case, Verdict } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';

/** The results of a run, and their cases. */
export interface Report {
  readonly agents: readonly AgentResults[];
  /** The cases that were chosen, in order. A case without a result was not run. */
  readonly cases: readonly Case[];
  /** The command that runs one case again. */
  readonly commandFor: (result: CaseResult) => string;
}

/** All verdicts, in the order in which they are counted. */
export const VERDICTS: readonly Verdict[] = ['OK', 'INFORMATIONAL', 'NON-STRICT', 'UNIMPLEMENTED', 'FAILED'];

/** How often each verdict was given; those that were not are left out. */
export function tally(results: readonly CaseResult[]): [Verdict, number][] {
  return VERDICTS.map((verdict): [Verdict, number] => [
    verdict,
    results.filter((result) => result.verdict === verdict).length,
  ]).filter(([, count]) => count > 0);
}

/** The results of an agent by the ids of their cases. */
export function resultsById({ cases }: AgentResults): ReadonlyMap<string, CaseResult> {
  return new Map(cases.map((result) => [result.id, result]));
}
