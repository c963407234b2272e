/**
 * The price of a full collection: our side right after one, against itself in steady state. V8
 * throws code away that knows classes of which no object is alive, and makes it again as it can.
 */
import { broadcastCases } from './broadcast.mjs';
import { handshakeCases } from './handshake.mjs';
import { receiveCases } from './receive.mjs';
import { sendCases } from './send.mjs';
import { singleCases } from './single.mjs';

/** Time enough for V8 to have optimised anew. */
const STEADY_MS = 50;
const STEADY_IN_CHECK_MS = 0;

const CASES = [...receiveCases, ...singleCases, ...sendCases, ...broadcastCases, ...handshakeCases];

const OF = [
  'receive/16B/borrowed',
  'receive/16B/string',
  'receive/client/16B/borrowed',
  'receive/single/binary/125B',
  'send/16B/text/server',
  'send/16B/text/client',
  'broadcast/128B/1000',
  'handshake/server',
  'handshake/client',
];

/**
 * @param {import('../runner.mjs').Case} benchCase
 * @param {import('../budgets.mjs').Budget} budget
 * @returns {Promise<import('../runner.mjs').Subject>}
 */
async function prepare(benchCase, budget) {
  const { ours, verify } = await benchCase.prepare(budget);
  const steadyMs = budget.check ? STEADY_IN_CHECK_MS : STEADY_MS;
  return {
    verify,
    ours: (ms) => {
      ours(steadyMs);
      globalThis.gc();
      return ours(ms);
    },
    theirs: (ms) => {
      ours(steadyMs);
      return ours(ms);
    },
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const afterGcCases = OF.map((id) => {
  const benchCase = CASES.find((candidate) => candidate.id === id);
  return {
    id: `after-gc/${id}`,
    peer: 'itself before',
    unit: benchCase.unit,
    target: 0.8,
    timing: 'collected',
    prepare: (budget) => prepare(benchCase, budget),
  };
});
