/**
 * Why there are fewer results than cases, and when an endpoint was gone: in words, for all reports.
 */
import type { Case, Role } from '../model/case.js';
import type { AgentResults, Death } from '../model/result.js';
import { countOfCases } from './printable.js';

const OVER_TLS = {
  server: 'over TLS, which need a wss: URL',
  client: 'over TLS or HTTP/2, which need --tls-port',
};
const NEVER = { server: 'left out', client: 'which no connection asked for' };

/**
 * Says which cases of those that were chosen have no result.
 *
 * @returns a sentence; undefined if all have one
 */
export function leftOut(
  { role, cases, deaths = [] }: AgentResults,
  chosen: readonly Case[],
): string | undefined {
  const run = new Map(cases.map((result) => [result.id, result]));
  const missing = chosen.filter(({ id }) => !run.has(id));
  if (missing.length === 0) return undefined;
  const doubtful = new Set(
    deaths.filter(({ culprit }) => culprit === undefined).flatMap(({ inFlight }) => inFlight),
  );
  const isLost = deaths.some(({ cameBack }) => !cameBack);
  const counts = new Map<string, number>();
  for (const { id, transport } of missing) {
    const isOverTls = transport === 'tls' || (role === 'client' && transport === 'h2');
    const reason = doubtful.has(id)
      ? 'in flight when the endpoint died'
      : isOverTls
        ? OVER_TLS[role]
        : isLost
          ? 'after the endpoint was gone'
          : NEVER[role];
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`);
  const total = cases.length + missing.length;
  return `${missing.length} of the ${countOfCases(total)} ${missing.length === 1 ? 'has' : 'have'} no result: ${reasons.join('; ')}.`;
}

/** Says of cases that are listed how many cannot be run without TLS; empty if all can. */
export function needsTls(role: Role, chosen: readonly Case[]): string {
  const count = chosen.filter(
    ({ transport }) => transport === 'tls' || (role === 'client' && transport === 'h2'),
  ).length;
  return count === 0 ? '' : `${count} of them ${OVER_TLS[role]}`;
}

/** So many ids are enough to read. */
const SHOWN = 40;

/**
 * Says of which case an endpoint died.
 *
 * @param agent - its results: a case in flight that had come to a good end has one
 */
export function deathText({ inFlight, culprit, cameBack }: Death, { cases }: AgentResults): string {
  const after = cameBack
    ? 'It came back, and the others were run.'
    : 'It did not come back, and nothing more was run.';
  if (inFlight.length === 0)
    return `The endpoint took no more connections, and no case was in flight. ${after}`;
  if (culprit === undefined) {
    const shown = inFlight.slice(0, SHOWN).join(' ');
    const rest = inFlight.length > SHOWN ? ` and ${inFlight.length - SHOWN} more` : '';
    const these = inFlight.length === 1 ? 'this case was' : `these ${inFlight.length} cases were`;
    const which = `The endpoint was gone while ${these} in flight, or had just ended: ${shown}${rest}.`;
    if (cameBack)
      return `${which} Run one at a time none of them ended it, and these results count. ${after}`;
    return `${which} ${endedText(inFlight, cases)}None of them counts as FAILED, as each may have been the one. ${after} Start it again, and run them with --connections 1.`;
  }
  const among =
    inFlight.length > 1
      ? `, one of ${inFlight.length} cases in flight, as running them one at a time showed`
      : '';
  return `The endpoint was gone after ${culprit}${among}. ${after}`;
}

/** Says how many of the cases in flight have a result, if some have one. */
function endedText(inFlight: readonly string[], cases: AgentResults['cases']): string {
  const run = new Set(cases.map(({ id }) => id));
  const ended = inFlight.filter((id) => run.has(id)).length;
  if (ended === 0) return '';
  const left = inFlight.length - ended;
  const others = left === 0 ? '' : `The other ${left} ${left === 1 ? 'has' : 'have'} none. `;
  return `${ended} of them had come to a good end and ${ended === 1 ? 'has' : 'have'} a result. ${others}`;
}

/** The cases that FAILED among others, and did not when they were run again alone. */
export function unstable({ cases }: AgentResults): string[] {
  return cases
    .filter(({ earlier, verdict }) => earlier !== undefined && verdict !== 'FAILED')
    .map(({ id }) => id);
}

/** Says which failures running them again alone has changed; undefined if none was run again. */
export function againText(agent: AgentResults): string | undefined {
  const { cases } = agent;
  const again = cases.filter(({ earlier }) => earlier !== undefined);
  if (again.length === 0) return undefined;
  const mended = unstable(agent);
  const failed = cases.filter(({ verdict }) => verdict === 'FAILED').length;
  const still = again.length - mended.length;
  return [
    ...(still === 0
      ? []
      : [
          `${still === failed ? 'The FAILED cases' : `${still} of ${failed} FAILED cases`} failed again when run alone.`,
        ]),
    ...(mended.length === 0
      ? []
      : [`FAILED among others, but not when run again alone, which is what counts: ${mended.join(' ')}`]),
  ].join(' ');
}
