/** The summary for a terminal: counts, then each failure with its section, its first wrong octet, and the command that shows it again. */
import { sectionName } from '../conversation/verdict.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { printable, printableName } from './printable.js';
import { type Report, tally } from './report.js';
import { excerpt, findWrongOctet } from './wrong-octet.js';

/** Failures that are told at length; of the others only the ids are. */
const TOLD = 40;

/**
 * Writes the summary.
 *
 * @returns lines of text
 */
export function terminalSummary({ agents, cases, commandFor }: Report): string {
  const byId = new Map(cases.map((test) => [test.id, test]));
  const blocks = agents.map((agent) => summaryOf(agent, byId, commandFor));
  return blocks.join('\n\n');
}

function summaryOf(
  { agent, cases, durationMs }: AgentResults,
  byId: ReadonlyMap<string, Case>,
  commandFor: Report['commandFor'],
): string {
  const counts = tally(cases).map(([verdict, count]) => `${count} ${verdict}`);
  const head = `${printableName(agent)}: ${counts.join(', ')}; ${cases.length} cases in ${(durationMs / 1000).toFixed(1)} s`;
  const failed = cases.filter(({ verdict }) => verdict === 'FAILED');
  const told = failed.slice(0, TOLD).map((result) => failure(result, byId.get(result.id), commandFor));
  const untold = failed.slice(TOLD).map(({ id }) => id);
  const lost = failed.find(({ handshake }) => handshake.request === '');
  const end =
    lost === undefined
      ? []
      : [`The endpoint was gone in case ${lost.id}; what was to come after it was not run.`];
  const rest = untold.length === 0 ? [] : [`Also FAILED: ${untold.join(' ')}`];
  return [head, ...end, ...told, ...rest].join('\n\n');
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
