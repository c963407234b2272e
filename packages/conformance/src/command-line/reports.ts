/** What is made of results when a run is over: a summary on the terminal, and the exit status. */
import { sectionName } from '../conversation/verdict.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';

/** Options that are about reports only. */
export type ReportOptions = object;

/** What a report may have to know besides the results. */
export interface ReportContext {
  /** The cases that were chosen, in order. */
  readonly cases: readonly Case[];
  /** The command that runs one case again. */
  readonly commandFor: (result: CaseResult) => string;
}

/**
 * Reports on a run.
 *
 * @param agents - all results
 * @returns the exit status: 0 only if nothing failed
 */
export async function report(
  agents: readonly AgentResults[],
  context: ReportContext,
  _options: ReportOptions,
): Promise<number> {
  for (const results of agents) printSummary(results, context);
  return agents.some(({ cases }) => cases.some(({ verdict }) => verdict === 'FAILED')) ? 1 : 0;
}

function printSummary({ agent, cases, durationMs }: AgentResults, { commandFor }: ReportContext): void {
  const counts = new Map<string, number>();
  for (const { verdict } of cases) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const words = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  console.log(`${agent}: ${words}; ${cases.length} cases in ${(durationMs / 1000).toFixed(1)} s`);
  const lost = cases.find(({ handshake, verdict }) => verdict === 'FAILED' && handshake.request === '');
  if (lost !== undefined)
    console.log(`\nThe endpoint was gone in case ${lost.id}; what was to come after it was not run.`);
  for (const result of cases) {
    if (result.verdict !== 'FAILED') continue;
    console.log(`\n${result.id} FAILED, ${sectionName(result.section)}`);
    console.log(`  ${result.explanation}`);
    console.log(`  ${commandFor(result)}`);
  }
}
