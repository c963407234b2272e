/**
 * Failures among many cases are run again alone before they count: a machine with much to do makes
 * endpoints late.
 */
import type { Case } from '../model/case.js';
import type { CaseResult } from '../model/result.js';
import { weightOf } from './weight.js';

/**
 * So many in a row that came too late alone as well are not late because of others; the rest of
 * their kind then counts as it is.
 */
const ENOUGH_IN_A_ROW = 16;

/**
 * Whether another run may come to something else. Choices that are judged by counting do not depend
 * on time.
 */
export function mayBeConfirmed(test: Case, { verdict }: CaseResult): boolean {
  return verdict === 'FAILED' && test.inspects === undefined;
}

/**
 * The result of a second run, with the verdict of the first.
 *
 * @param first - among others
 * @param second - alone; it counts
 */
export function withEarlier(first: CaseResult, second: CaseResult): CaseResult {
  const { verdict, explanation } = first;
  return { ...second, earlier: { verdict, explanation } };
}

/**
 * Runs failures again, one case at a time. Those that take longest come first, as the likeliest to
 * have been late.
 *
 * @param results - by case; replaced by those that count
 * @param run - runs one case; undefined if there is nothing to run it against any more
 */
export async function confirmFailures(
  results: Map<Case, CaseResult>,
  run: (test: Case) => Promise<CaseResult | undefined>,
): Promise<void> {
  const inARow = new Map<string, number>();
  const failed = [...results].filter(([test, result]) => mayBeConfirmed(test, result));
  failed.sort(([a], [b]) => weightOf(b) - weightOf(a));
  for (const [test, first] of failed) {
    const kind = first.close.timeout;
    if (kind !== undefined && (inARow.get(kind) ?? 0) >= ENOUGH_IN_A_ROW) continue;
    const second = await run(test);
    if (second === undefined) return;
    results.set(test, withEarlier(first, second));
    if (kind === undefined) continue;
    inARow.set(kind, second.verdict === 'FAILED' ? (inARow.get(kind) ?? 0) + 1 : 0);
  }
}
