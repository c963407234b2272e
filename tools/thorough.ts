/** Whether a run may take minutes: `npm run test:thorough`, a step of CI. Tests then try more cases of the same kinds. */
export const THOROUGH: boolean = process.env['THOROUGH'] === '1';
