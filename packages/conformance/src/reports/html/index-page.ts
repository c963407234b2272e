/** The first page: endpoints with their counts, and the matrix of cases. */
import { sectionName } from '../../conversation/verdict.js';
import type { Verdict } from '../../model/case.js';
import type { AgentResults, CaseResult } from '../../model/result.js';
import { type CaseGroup, groupsOf } from '../groups.js';
import { type Report, resultsById, tally } from '../report.js';
import { render } from '../templates.js';
import { className, shortVerdict } from './verdict-names.js';

/** Verdicts that a reader looks for. */
const WORTH_A_LOOK: readonly Verdict[] = ['FAILED', 'NON-STRICT'];

/**
 * Writes the page.
 *
 * @param hrefOf - the page of a case and an endpoint
 */
export function indexPage(report: Report, hrefOf: (agent: AgentResults, id: string) => string): string {
  const { agents, cases } = report;
  const found = agents.map((agent) => ({ agent, byId: resultsById(agent) }));
  const startedAt = Math.min(...agents.map((each) => each.startedAt));
  return render('index', {
    agents: agents.map((agent) => ({
      ...agent,
      seconds: (agent.durationMs / 1000).toFixed(1),
      counts: countsOf(agent.cases),
    })),
    caseCount: cases.length,
    date: Number.isFinite(startedAt) ? new Date(startedAt).toISOString().substring(0, 10) : '',
    groups: groupsOf(cases).map((group) => ({
      ...group,
      sums: found.map(({ byId }) => countsOf(resultsOf(group, byId))),
      isOpen: found.some(({ byId }) =>
        resultsOf(group, byId).some(({ verdict }) => WORTH_A_LOOK.includes(verdict)),
      ),
      rows: group.cases.map((test) => ({
        ...test,
        section: sectionName(test.section),
        cells: found.map(({ agent, byId }) => cell(byId.get(test.id), hrefOf(agent, test.id))),
      })),
    })),
  });
}

function resultsOf({ cases }: CaseGroup, byId: ReadonlyMap<string, CaseResult>): CaseResult[] {
  return cases.flatMap(({ id }) => byId.get(id) ?? []);
}

function countsOf(results: readonly CaseResult[]) {
  return tally(results).map(([verdict, count]) => ({
    verdict: shortVerdict(verdict),
    verdictClass: className(verdict),
    count,
  }));
}

function cell(result: CaseResult | undefined, href: string) {
  const verdict = result?.verdict ?? 'MISSING';
  return {
    href: result === undefined ? undefined : href,
    verdict: shortVerdict(verdict),
    verdictClass: className(verdict),
    code: result?.close.remoteCode,
  };
}
