/** Verdicts as pages show them. */
import type { Verdict } from '../../model/case.js';

/** No result. */
export type Shown = Verdict | 'MISSING';

const SHORT: Readonly<Record<Shown, string>> = {
  OK: 'OK',
  'NON-STRICT': 'Non-strict',
  INFORMATIONAL: 'Info',
  FAILED: 'Failed',
  UNIMPLEMENTED: 'Not spoken',
  MISSING: 'Not run',
};

/** What a cell of the matrix says. */
export function shortVerdict(verdict: Shown): string {
  return SHORT[verdict];
}

/** The class that gives a verdict its colour. */
export function className(verdict: Shown): string {
  return verdict.toLowerCase();
}
