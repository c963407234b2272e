/**
 * The summary for a terminal: counts, then each failure with its section, its first wrong octet,
 * and the command that shows it again.
 */
import { sectionName } from '../conversation/verdict.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import {
  againText,
  countOfCases,
  deathText,
  leftOut,
  printable,
  printableName,
  type Report,
  tally,
  unstable,
} from './report.js';
import { excerpt, findWrongOctet } from './wrong-octet.js';

/** Failures that are told at length; of the others only the ids are. */
const TOLD = 40;

/**
 * Writes the summary.
 *
 * @param isTold - of failures, those that are worth more than being counted; by default all
 * @returns lines of text
 */
export function terminalSummary(
  { agents, cases, commandFor }: Report,
  isTold: (result: CaseResult) => boolean = () => true,
): string {
  const byId = new Map(cases.map((test) => [test.id, test]));
  const blocks = agents.map((agent) => summaryOf(agent, cases, byId, commandFor, isTold));
  return blocks.join('\n\n');
}

function summaryOf(
  agent: AgentResults,
  chosen: readonly Case[],
  byId: ReadonlyMap<string, Case>,
  commandFor: Report['commandFor'],
  isTold: (result: CaseResult) => boolean,
): string {
  const { cases, durationMs, deaths = [] } = agent;
  const counts = tally(cases).map(([verdict, count]) => `${count} ${verdict}`);
  const head = `${printableName(agent.agent)}: ${counts.join(', ')}; ${countOfCases(cases.length)} in ${(durationMs / 1000).toFixed(1)} s${unstableText(agent)}`;
  const notes = [leftOut(agent, chosen), againText(agent), ...deaths.map((death) => deathText(death, agent))];
  const failed = cases.filter((result) => result.verdict === 'FAILED' && isTold(result));
  const told = failed.slice(0, TOLD).map((result) => failure(result, byId.get(result.id), commandFor));
  const untold = failed.slice(TOLD).map(({ id }) => id);
  const rest = untold.length === 0 ? [] : [`Also FAILED: ${untold.join(' ')}`];
  const top = [head, ...notes.filter((note) => note !== undefined)].join('\n');
  return [top, ...told, ...rest].join('\n\n');
}

function unstableText(agent: AgentResults): string {
  const { length } = unstable(agent);
  if (length === 0) return '';
  return `; ${length} unstable, which FAILED until ${length === 1 ? 'it was' : 'they were'} run again alone`;
}

function failure(result: CaseResult, test: Case | undefined, commandFor: Report['commandFor']): string {
  const wrong = findWrongOctet(test, result);
  const octets = wrong === undefined ? undefined : excerpt(wrong);
  const lines = [
    `${result.id} FAILED, ${sectionName(result.section)}`,
    ...(test === undefined ? [] : [`  ${test.sentence}`]),
    `  ${printable(result.explanation)}`,
    ...(wrong === undefined ? [] : [`  First wrong octet: ${wrong.offset} of what the endpoint sent`]),
    ...(octets === undefined ? [] : octets.map((line) => `    ${line}`)),
    `  Again: ${commandFor(result)}`,
  ];
  return lines.join('\n');
}
