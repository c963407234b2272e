/** What tests say of many results at once. */
import type { CaseResult, Verdict } from '../../src/index.js';

/** Ids and verdicts of all that are not OK, so that a difference names them. */
export function exceptions(results: readonly CaseResult[]): Record<string, Verdict> {
  return Object.fromEntries(
    results.filter(({ verdict }) => verdict !== 'OK').map(({ id, verdict }) => [id, verdict]),
  );
}

/** Results that failed, as lines that tell why. */
export function failures(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ verdict }) => verdict === 'FAILED')
    .map(({ id, section, explanation }) => `${id} (${section}) ${explanation}`);
}
