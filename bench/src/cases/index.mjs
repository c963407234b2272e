/** All cases, in the order of the report. */
import { afterGcCases } from './after-gc.mjs';
import { broadcastCases } from './broadcast.mjs';
import { deflateCases } from './deflate.mjs';
import { engineCases } from './engines.mjs';
import { facadeCases } from './facade.mjs';
import { handshakeCases } from './handshake.mjs';
import { keepaliveCases } from './keepalive.mjs';
import { maskCases } from './mask.mjs';
import { memoryCases } from './memory.mjs';
import { mixedCases } from './mixed.mjs';
import { outsideCases } from './outside.mjs';
import { receiveCases } from './receive.mjs';
import { sendCases } from './send.mjs';
import { singleCases } from './single.mjs';

/** @type {import('../runner.mjs').Case[]} */
export const CASES = [
  ...outsideCases,
  ...facadeCases,
  ...singleCases,
  ...receiveCases,
  ...sendCases,
  ...broadcastCases,
  ...handshakeCases,
  ...memoryCases,
  ...afterGcCases,
  ...mixedCases,
  ...deflateCases,
  ...engineCases,
  ...maskCases,
  ...keepaliveCases,
];
