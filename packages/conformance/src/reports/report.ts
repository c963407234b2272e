/** The parts of all reports. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { Case, Role, Verdict } from '../model/case.js';
import type { AgentResults, CaseResult, Death } from '../model/result.js';

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

// ---- Words for a terminal ----
// A peer's words, made harmless for a terminal: escape sequences in them would be obeyed.

const NAME_LENGTH = 200;

/** Text with its control characters escaped, `\x1b` for ESC. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A number of cases in words. */
export function countOfCases(count: number): string {
  return count === 1 ? '1 case' : `${count} cases`;
}

/** The name that an endpoint gives itself, of a sensible length. */
export function printableName(name: string): string {
  return printable(name.length > NAME_LENGTH ? `${name.substring(0, NAME_LENGTH)}...` : name);
}

// ---- Templates ----
// The templates of this package, which stand as files beside `src`.

const FOLDER = new URL('../../templates/', import.meta.url);
// Values are escaped for HTML and XML; only `it` is in scope.
const eta = new Eta({ views: fileURLToPath(FOLDER), autoEscape: true, cache: true, autoTrim: false });

/**
 * Fills in a template.
 *
 * @param name - of the file, without its extension
 * @param values - the template's `it`
 */
export function render(name: string, values: object): string {
  return eta.render(`./${name}`, values);
}

/** Reads a file that stands among the templates and is none. */
export function asset(name: string): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

// ---- Groups of cases ----
// Cases in groups that have a name: the old suite's by their first number, the others by their
// first word.

/** Some cases under one name. */
export interface CaseGroup {
  /** The beginning of their ids. */
  readonly key: string;
  readonly title: string;
  readonly cases: readonly Case[];
}

const TITLES: Readonly<Record<string, string>> = {
  '1': 'Framing',
  '2': 'Pings and Pongs',
  '3': 'Reserved bits',
  '4': 'Reserved opcodes',
  '5': 'Fragmentation',
  '6': 'UTF-8',
  '7': 'Closing',
  '9': 'Limits and speed',
  '10': 'Fragments of the sender’s choice',
  '12': 'Compression: payloads',
  '13': 'Compression: parameters',
  request: 'Opening handshake: requests',
  response: 'Opening handshake: responses',
  masks: 'Masks',
  lengths: 'Payload lengths',
  reserved: 'Reserved bits and opcodes, in every place',
  pings: 'Pings and Pongs, in every place',
  closing: 'Closing, in every state',
  ends: 'Ends of the transport',
  utf8: 'UTF-8, row by row',
  offer: 'Compression: offers',
  answer: 'Compression: answers',
  agreement: 'Compression: what was agreed',
  deflate: 'Compression: DEFLATE blocks',
  h2: 'HTTP/2 (RFC 8441)',
  tls: 'TLS',
};

/** The beginning of an id. */
function groupKey(id: string): string {
  return id.split('.', 1)[0]!;
}

/** The name of the group that an id is of. */
export function groupTitle(id: string): string {
  return TITLES[groupKey(id)] ?? groupKey(id);
}

/** Cases in their groups, both in the order they came. */
export function groupsOf(cases: readonly Case[]): CaseGroup[] {
  const groups = new Map<string, Case[]>();
  for (const test of cases) {
    const group = groups.get(groupKey(test.id));
    if (group === undefined) groups.set(groupKey(test.id), [test]);
    else group.push(test);
  }
  return [...groups].map(([key, group]) => ({ key, title: groupTitle(key), cases: group }));
}

// ---- Cases without a result ----
// Why there are fewer results than cases, and when an endpoint was gone: in words, for all reports.

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
