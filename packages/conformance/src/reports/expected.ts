/**
 * Known deviations: a file that names them, so that a project's CI fails on news, and on mended
 * cases that are still listed.
 */
import { matcherOf } from '../cases/all.js';
import type { Case, Verdict } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { printable, printableName, VERDICTS } from './report.js';

/** Case ids, with `*` for anything, and the knowledge about them. */
export interface KnownDeviations {
  readonly [pattern: string]: KnownDeviation;
}

/** A verdict that is known, and why it is put up with. */
export interface KnownDeviation {
  readonly verdict: Verdict;
  readonly because?: string | undefined;
}

/** A difference between a run and the known deviations. */
export interface Surprise {
  /**
   * `news`: a failure that is not listed, or a worse verdict than the listed one. `mended`: a
   * better verdict than the listed one.
   */
  readonly kind: 'news' | 'mended';
  readonly result: CaseResult;
  readonly known: Verdict | undefined;
}

/** The file is not one of known deviations. */
export class InvalidExpectations extends Error {}

/**
 * Reads the content of a file of known deviations: an object from case ids, with `*` for anything,
 * to a verdict, or to an object with `verdict` and `because`.
 *
 * @param file - parsed JSON
 * @param cases - all there are, so that an id that names none is noticed
 * @throws InvalidExpectations for anything else
 */
export function knownDeviations(file: unknown, cases: readonly Case[]): KnownDeviations {
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    throw new InvalidExpectations('an object from case ids to verdicts is needed');
  const known: Record<string, KnownDeviation> = {};
  for (const [pattern, value] of Object.entries(file)) {
    const matches = matcherOf([pattern]);
    if (!cases.some(({ id }) => matches(id))) throw new InvalidExpectations(`there is no case ${pattern}`);
    known[pattern] = deviation(pattern, value);
  }
  return known;
}

function deviation(pattern: string, value: unknown): KnownDeviation {
  const { verdict, because } =
    typeof value === 'object' && value !== null
      ? (value as { verdict?: unknown; because?: unknown })
      : { verdict: value, because: undefined };
  const isVerdict = VERDICTS.some((each) => each === verdict);
  if (!isVerdict) throw new InvalidExpectations(`${pattern}: one of ${VERDICTS.join(', ')} is needed`);
  if (because !== undefined && typeof because !== 'string')
    throw new InvalidExpectations(`${pattern}: because has to be a string`);
  return { verdict: verdict as Verdict, because };
}

/**
 * The knowledge about a case. An id wins over a pattern, and a later pattern over an earlier one.
 */
export function lookUp(known: KnownDeviations, id: string): KnownDeviation | undefined {
  if (Object.hasOwn(known, id)) return known[id];
  const pattern = Object.keys(known)
    .reverse()
    .find((each) => matcherOf([each])(id));
  return pattern === undefined ? undefined : known[pattern];
}

/** Finds verdicts that nobody expected. A listed case that was not run is no surprise. */
export function surprises(agents: readonly AgentResults[], known: KnownDeviations): Surprise[] {
  return agents.flatMap(({ cases }) =>
    cases.flatMap((result): Surprise[] => {
      const verdict = lookUp(known, result.id)?.verdict;
      if (verdict === undefined)
        return result.verdict === 'FAILED' ? [{ kind: 'news', result, known: verdict }] : [];
      const change = VERDICTS.indexOf(result.verdict) - VERDICTS.indexOf(verdict);
      return change === 0 ? [] : [{ kind: change > 0 ? 'news' : 'mended', result, known: verdict }];
    }),
  );
}

/**
 * The file that lists the deviations of a run: all failures, and among the cases that were listed
 * before also those with another verdict than OK. An entry of before stays unless all the cases
 * that it is for were run. An entry that does not change keeps its form and its place.
 *
 * @param cases - all there are
 * @param file - the entries of before, in the form that the file has them
 */
export function expectationsOf(
  agents: readonly AgentResults[],
  before: KnownDeviations,
  cases: readonly Case[],
  file: Readonly<Record<string, unknown>> = before,
): Record<string, unknown> {
  const run = new Set(agents.flatMap(({ cases }) => cases.map(({ id }) => id)));
  const stays = (pattern: string): boolean => {
    const matches = matcherOf([pattern]);
    const meant = cases.filter(
      ({ id, roles }) => matches(id) && agents.some(({ role }) => roles.includes(role)),
    );
    return meant.length === 0 || meant.some(({ id }) => !run.has(id));
  };
  const kept = Object.fromEntries(Object.entries(before).filter(([pattern]) => stays(pattern)));
  const found = new Map<string, unknown>();
  for (const { id, verdict } of agents.flatMap(({ cases }) => cases)) {
    const known = lookUp(before, id);
    // A pattern that stays may claim a deviation of this case, which has to be taken back.
    const isMended = verdict === 'OK' && lookUp(kept, id) === undefined;
    if (verdict !== 'FAILED' && (known === undefined || isMended)) continue;
    const because = known?.verdict === verdict ? known.because : undefined;
    const isSame = Object.hasOwn(before, id) && before[id]!.verdict === verdict;
    found.set(id, isSame ? file[id] : because === undefined ? verdict : { verdict, because });
  }
  const places = Object.keys(before).filter((id) => id in kept || found.has(id));
  return Object.fromEntries(
    [...new Set([...places, ...found.keys()])].map((id) => [id, found.has(id) ? found.get(id) : file[id]]),
  );
}

/**
 * Surprises as lines for a terminal, or that there are none.
 *
 * @param found - those that were told at length are only named
 */
export function describeSurprises(
  found: readonly Surprise[],
  agents: readonly AgentResults[],
  known: KnownDeviations,
): string {
  if (found.length === 0) {
    const ids = new Set(agents.flatMap(({ cases }) => cases.map(({ id }) => id)));
    const met = [...ids].filter((id) => (lookUp(known, id)?.verdict ?? 'OK') !== 'OK').length;
    return `As expected: ${met === 0 ? 'none of the known deviations was run' : `${met} known deviation${met === 1 ? '' : 's'}`}.`;
  }
  const lines = found.map(({ kind, result, known: listed }) => {
    const { id, verdict } = result;
    const agent = printableName(result.agent);
    return kind === 'news'
      ? `NEW     ${agent} ${id}: ${verdict}${listed === undefined ? '' : ` in place of ${listed}`}.${verdict === 'FAILED' ? '' : ` ${printable(result.explanation)}`}`
      : `MENDED  ${agent} ${id}: ${verdict} in place of ${listed}. Take it off the list.`;
  });
  return lines.join('\n');
}
