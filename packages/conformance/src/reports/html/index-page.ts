/** The first page: endpoints with their counts, and the matrix of cases. */
import { sectionName } from '../../conversation/verdict.js';
import type { Verdict } from '../../model/case.js';
import type { AgentResults, CaseResult } from '../../model/result.js';
import { type CaseGroup, groupsOf } from '../groups.js';
import { againText, deathText, leftOut } from '../left-out.js';
import { countOfCases } from '../printable.js';
import { type Report, resultsById, tally } from '../report.js';
import { render } from '../templates.js';
import { className, verdictName } from './verdict-names.js';

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
      notes: [
        leftOut(agent, cases),
        againText(agent),
        ...(agent.deaths ?? []).map((death) => deathText(death, agent)),
      ].filter((note) => note !== undefined),
    })),
    caseCount: caseCount(report),
    date: Number.isFinite(startedAt) ? new Date(startedAt).toISOString().substring(0, 10) : '',
    groups: [...failuresOf(report), ...groupsOf(cases)].map((group) => ({
      ...group,
      isFailures: group.key === '',
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

/** Failures come first, and again among their like. */
function failuresOf({ agents, cases }: Report): CaseGroup[] {
  const failed = new Set(
    agents.flatMap((agent) => agent.cases.filter(({ verdict }) => verdict === 'FAILED').map(({ id }) => id)),
  );
  if (failed.size === 0) return [];
  return [{ key: '', title: 'What FAILED', cases: cases.filter(({ id }) => failed.has(id)) }];
}

/** The number of cases that were run, and of all, if that is not the same. */
function caseCount({ agents, cases }: Report): string {
  const run = new Set(agents.flatMap((agent) => agent.cases.map(({ id }) => id))).size;
  return run === cases.length ? countOfCases(run) : `${run} of ${countOfCases(cases.length)}`;
}

function resultsOf({ cases }: CaseGroup, byId: ReadonlyMap<string, CaseResult>): CaseResult[] {
  return cases.flatMap(({ id }) => byId.get(id) ?? []);
}

function countsOf(results: readonly CaseResult[]) {
  return tally(results).map(([verdict, count]) => ({
    verdict: verdictName(verdict),
    verdictClass: className(verdict),
    count,
  }));
}

function cell(result: CaseResult | undefined, href: string) {
  const verdict = result?.verdict ?? 'MISSING';
  return {
    href: result === undefined ? undefined : href,
    verdict: verdictName(verdict),
    verdictClass: className(verdict),
    code: result?.close.remoteCode,
  };
}
