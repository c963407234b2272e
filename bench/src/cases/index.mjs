/** All cases, in the order of the report. */
import { broadcastCases } from './broadcast.mjs';
import { deflateCases } from './deflate.mjs';
import { echoCases } from './echo.mjs';
import { engineCases } from './engines.mjs';
import { handshakeCases } from './handshake.mjs';
import { keepaliveCases } from './keepalive.mjs';
import { maskCases } from './mask.mjs';
import { memoryCases } from './memory.mjs';
import { receiveCases } from './receive.mjs';
import { sendCases } from './send.mjs';

/** @type {import('../runner.mjs').Case[]} */
export const CASES = [
  ...receiveCases,
  ...sendCases,
  ...broadcastCases,
  ...keepaliveCases,
  ...maskCases,
  ...memoryCases,
  ...echoCases,
  ...handshakeCases,
  ...deflateCases,
  ...engineCases,
];
