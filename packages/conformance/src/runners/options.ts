/** What a run is told besides its cases. */
import type { Patience } from '../conversation/conversation.js';
import { ORDINARY_MS } from '../model/case.js';
import type { LogEntry } from '../model/result.js';

/** For one case or many, in both roles. */
export interface RunOptions {
  /** The endpoint's name in the results; by default what it calls itself. */
  readonly agent?: string | undefined;
  /** For an ordinary case, 3000 by default; the deadlines of the others are longer in proportion, and so are, if it is more than
   * that, the defaults of the times below. */
  readonly timeoutMs?: number | undefined;
  /** For the answer to a Close and the end of the transport, 2000 by default. */
  readonly closeTimeoutMs?: number | undefined;
  /** For the opening handshake, 5000 by default. */
  readonly openTimeoutMs?: number | undefined;
  /** Groups 12 and 13 send 1000 messages of each size, where otherwise 8 MiB are enough; false by default. */
  readonly full?: boolean | undefined;
  /** Told of each line of the record as it is written. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined;
}

const CLOSE_MS = 2000;
const OPEN_MS = 5000;

/** How long the opening handshake may take. */
export function openTimeout(options: RunOptions): number {
  return positive(options.openTimeoutMs ?? OPEN_MS * Math.max(scaleOf(options), 1), 'openTimeoutMs');
}

/** How long everything else may take. */
export function patienceOf(options: RunOptions): Patience {
  const scale = scaleOf(options);
  return {
    scale,
    closeMs: positive(options.closeTimeoutMs ?? CLOSE_MS * Math.max(scale, 1), 'closeTimeoutMs'),
    isFull: options.full ?? false,
  };
}

function scaleOf({ timeoutMs = ORDINARY_MS }: RunOptions): number {
  return positive(timeoutMs, 'timeoutMs') / ORDINARY_MS;
}

function positive(ms: number, name: string): number {
  if (!(ms > 0) || ms > 2 ** 31 - 1)
    throw new RangeError(`${name} has to be a number of milliseconds above 0`);
  return ms;
}
