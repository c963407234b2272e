/** Every fault there is. Which case is proved by which stands in `test/faults/proofs.ts`. */

import { CLOSINGS } from './faults-closing.js';
import { ECHOES } from './faults-echo.js';
import { HEARINGS } from './faults-hearing.js';
import { ANSWERS } from './faults-opening.js';

/** An endpoint that does everything right. */
export const NONE = { name: 'none', sentence: 'Does everything right.' } as const;

/** All of them. */
export const FAULTS = [...ANSWERS, ...HEARINGS, ...ECHOES, ...CLOSINGS];
