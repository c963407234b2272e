/** The options of a run. */
import { availableParallelism, loadavg } from 'node:os';
import type { Patience } from '../conversation/conversation.js';
import { type Case, ORDINARY_MS } from '../model/case.js';
import type { HandshakeReport, LogEntry } from '../model/result.js';

/** For one case or many, in both roles. */
export interface RunOptions {
  /** The endpoint's name in the results; by default its own. */
  readonly agent?: string | undefined;
  /**
   * For an ordinary case, 3000 by default, and more on a machine that is busy; the deadlines of the
   * others are longer in proportion.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * For the answer to a Close and the end of the transport; by default 2000, and more by the time
   * that a case may take, by `timeoutMs`, and on a machine that is busy.
   */
  readonly closeTimeoutMs?: number | undefined;
  /**
   * For the opening handshake; by default 5000, and more by `timeoutMs` and on a machine that is
   * busy.
   */
  readonly openTimeoutMs?: number | undefined;
  /**
   * Groups 12 and 13 send 1000 messages of each size, where otherwise 8 MiB are enough; false by
   * default.
   */
  readonly full?: boolean | undefined;
  /** Told of both heads, as soon as they are there. */
  readonly onHandshake?: ((handshake: HandshakeReport) => void) | undefined;
  /** Told of each line of the record as it is written. */
  readonly onLog?: ((entry: LogEntry) => void) | undefined;
}

const CLOSE_MS = 2000;
const OPEN_MS = 5000;
/** How many times a busy machine may make times longer. */
const MOST_LOAD = 8;
/**
 * The same with the octets that a case has sent, which may have to be worked off before a Close is
 * heard.
 */
const MOST_TIMES = 15;

/** How long the opening handshake may take. */
export function openTimeout(options: RunOptions): number {
  const usual = OPEN_MS * Math.max(scaleOf(options), 1) * load();
  return positive(options.openTimeoutMs ?? usual, 'openTimeoutMs');
}

/** How long everything else may take. */
export function patienceOf(options: RunOptions, { deadlineMs }: Case): Patience {
  const scale = scaleOf(options);
  const longer = Math.min(Math.max(deadlineMs / ORDINARY_MS, 1) * load(), MOST_TIMES);
  const usual = CLOSE_MS * longer * Math.max(scale, 1);
  return {
    scale: options.timeoutMs === undefined ? load() : scale,
    closeMs: positive(options.closeTimeoutMs ?? usual, 'closeTimeoutMs'),
    isFull: options.full ?? false,
  };
}

/**
 * How many want each processor of this machine, which endpoints under test often run on as well; at
 * least 1. Deno asks its user first.
 */
function load(): number {
  const [lately = 0] = 'Deno' in globalThis ? [] : loadavg();
  return Math.min(Math.max(lately / availableParallelism(), 1), MOST_LOAD);
}

function scaleOf({ timeoutMs = ORDINARY_MS }: RunOptions): number {
  return positive(timeoutMs, 'timeoutMs') / ORDINARY_MS;
}

function positive(ms: number, name: string): number {
  if (!(ms > 0) || ms > 2 ** 31 - 1)
    throw new RangeError(`${name} has to be a number of milliseconds above 0`);
  return ms;
}
