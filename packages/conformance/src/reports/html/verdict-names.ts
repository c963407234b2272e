/** Verdicts as pages show them. */
import type { Verdict } from '../../model/case.js';

/** No result. */
export type Shown = Verdict | 'MISSING';

/** The words of a cell of the matrix: those of the terminal and of the JSON. */
export function verdictName(verdict: Shown): string {
  return verdict === 'MISSING' ? 'NOT RUN' : verdict;
}

/** The class that gives a verdict its colour. */
export function className(verdict: Shown): string {
  return verdict.toLowerCase();
}
