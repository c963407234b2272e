/**
 * Why there are fewer results than cases, and when an endpoint was gone: in words, for all reports.
 */
import type { Case, Role } from '../model/case.js';
import type { AgentResults, Death } from '../model/result.js';

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
  return `${missing.length} of the ${total} cases have no result: ${reasons.join('; ')}.`;
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

/** Says what an endpoint died of. */
export function deathText({ inFlight, culprit, cameBack }: Death): string {
  const after = cameBack
    ? 'It came back, and the others were run.'
    : 'It did not come back, and nothing more was run.';
  if (inFlight.length === 0)
    return `The endpoint took no more connections, and no case was in flight. ${after}`;
  if (culprit === undefined) {
    const shown = inFlight.slice(0, SHOWN).join(' ');
    const rest = inFlight.length > SHOWN ? ` and ${inFlight.length - SHOWN} more` : '';
    const who = `The endpoint was gone while these cases were in flight, or had just ended: ${shown}${rest}.`;
    if (cameBack)
      return `${who} Run one at a time none of them ended it, and what they came to then counts. ${after}`;
    return `${who} None of them counts as FAILED, as each may have been the one. ${after} Start it again, and run them with --connections 1.`;
  }
  const among =
    inFlight.length > 1
      ? `, one of ${inFlight.length} cases in flight, as running them one at a time showed`
      : '';
  return `The endpoint was gone after ${culprit}${among}. ${after}`;
}

/** Says what running failures again alone has changed; undefined if none was run again. */
export function againText({ cases }: AgentResults): string | undefined {
  const again = cases.filter(({ earlier }) => earlier !== undefined);
  if (again.length === 0) return undefined;
  const mended = again.filter(({ verdict }) => verdict !== 'FAILED').map(({ id }) => id);
  const failed = cases.filter(({ verdict }) => verdict === 'FAILED').length;
  const still = again.length - mended.length;
  return [
    ...(still === 0
      ? []
      : [
          `${still === failed ? 'What is FAILED was' : `${still} of ${failed} FAILED were`} so again when run alone.`,
        ]),
    ...(mended.length === 0
      ? []
      : [`FAILED among others, but not when run again alone, which is what counts: ${mended.join(' ')}`]),
  ].join(' ');
}
