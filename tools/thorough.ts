/** Whether a run may take minutes: `npm run test:thorough`, a step of CI. Tests then try more cases of the same kinds. */
export const THOROUGH: boolean = process.env['THOROUGH'] === '1';

/** A number of cases: so few where a person waits, so many where nobody does. */
export function cases(few: number, many: number): number {
  return THOROUGH ? many : few;
}
