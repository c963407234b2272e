/**
 * Many cases against one server, which may die of one of them.
 *
 * ```
 * TOGETHER -- nobody answers --> GONE -- it comes back --> SUSPECTS -- each was run alone -->
 * TOGETHER
 *     |                            `-- it does not, --> LOST
 *     `-- all were run --> CONFIRMING (failures alone) --> DONE
 * ```
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Case } from '../model/case.js';
import { NOTHING, type Payload } from '../model/payload.js';
import type { CaseResult, Death } from '../model/result.js';

/** A process that falls is gone within this time after the case that brought it down. */
const FALL_MS = 50;
/** How often in a row cases may have no connection although one can be made. */
const MOST_VAIN = 3;
/** Between two looks whether a server is back. */
const LOOK_MS = 100;

/** A server, as a run needs it. */
export interface ServerUnderTest {
  /** Runs one case. */
  readonly run: (test: Case) => Promise<CaseResult>;
  /** Whether a connection can be made. */
  readonly isThere: () => Promise<boolean>;
  /** How long is waited for a server that is gone. */
  readonly returnMs: number;
}

/** A case that was begun, by `performance.now()`. */
interface Begun {
  readonly test: Case;
  readonly from: number;
  to: number;
  /**
   * Whether its connection was made, which a process that is about to end may leave to its system.
   */
  isConnected: boolean;
  /** Whether its request was answered: the server was alive then. */
  isAnswered: boolean;
  isGood: boolean;
}

/** One run. */
export class ServerRun {
  readonly #server: ServerUnderTest;
  readonly #connections: number;
  readonly #onResult: (result: CaseResult) => void;
  readonly #results = new Map<Case, CaseResult>();
  readonly #deaths: Death[] = [];
  readonly #told = new Set<Case>();
  /** Of these there is a result alone. */
  readonly #wasAlone = new Set<Case>();
  #isLost = false;

  /**
   * @param connections - cases at a time
   * @param onResult - told of each result that counts, once
   */
  constructor(server: ServerUnderTest, connections: number, onResult: (result: CaseResult) => void) {
    this.#server = server;
    this.#connections = connections;
    this.#onResult = onResult;
  }

  /** When the server was gone. */
  get deaths(): readonly Death[] {
    return this.#deaths;
  }

  /**
   * Runs cases.
   *
   * @param cases - in the order of the results
   * @param confirms - whether failures are run again alone
   * @returns results that count; cases without one were not run, or nobody can tell whether they or
   * others ended the server
   */
  async run(cases: readonly Case[], confirms: boolean): Promise<CaseResult[]> {
    let vain = 0;
    for (let waiting = cases; waiting.length > 0 && !this.#isLost; ) {
      const begun: Begun[] = [];
      waiting = await this.#together(waiting, begun);
      if (waiting.length === 0) break;
      const suspects = suspectsOf(begun);
      // A server that takes connections and then none for a case is no more use than one that is
      // gone.
      vain = suspects.length === 0 ? vain + 1 : 0;
      if (suspects.length > 0) await this.#investigate(suspects);
      else if (vain === MOST_VAIN || !(await this.#comesBack())) {
        this.#isLost = true;
        this.#deaths.push({ inFlight: [], culprit: undefined, cameBack: false });
      }
    }
    if (confirms && cases.length > 1 && !this.#isLost) {
      const doubtful = new Map([...this.#results].filter(([test]) => !this.#wasAlone.has(test)));
      await confirmFailures(doubtful, (test) => this.#alone(test));
      for (const [test, result] of doubtful) this.#results.set(test, result);
    }
    for (const [test, result] of this.#results) if (!this.#told.has(test)) this.#onResult(result);
    return cases.flatMap((test) => this.#results.get(test) ?? []);
  }

  /** Runs cases many at a time, until nobody answers. Returns those that had no connection. */
  async #together(cases: readonly Case[], begun: Begun[]): Promise<Case[]> {
    let isGone = false;
    const run = async (test: Case): Promise<Case | undefined> => {
      if (isGone) return test;
      const entry: Begun = {
        test,
        from: performance.now(),
        to: Infinity,
        isConnected: true,
        isAnswered: false,
        isGood: false,
      };
      begun.push(entry);
      let result = await this.#server.run(test);
      // Once more, as a server may have been busy.
      if (wasNotReached(result) && !isGone) result = await this.#server.run(test);
      entry.to = performance.now();
      entry.isConnected = result.handshake.request !== '';
      entry.isAnswered = result.handshake.response !== '';
      if (wasNotReached(result)) {
        isGone = true;
        return test;
      }
      this.#results.set(test, result);
      entry.isGood = result.verdict !== 'FAILED';
      if (entry.isGood) {
        this.#told.add(test);
        this.#onResult(result);
      }
      return undefined;
    };
    const left = await inParallel(cases, this.#connections, weightOf, run);
    return left.filter((test) => test !== undefined);
  }

  /**
   * Finds the case that ended the server, if there are several that can have done so and it comes
   * back to be asked.
   */
  async #investigate(begun: readonly Begun[]): Promise<void> {
    const suspects = begun.map(({ test }) => test);
    const bad = begun.filter(({ isGood }) => !isGood);
    // One at a time: the server had answered this one, and did not outlive it.
    const isPlain =
      suspects.length === 1 || (this.#connections === 1 && bad.length === 1 && bad[0]!.isAnswered);
    const inFlight = (isPlain ? suspects.slice(0, 1) : suspects).map(({ id }) => id);
    const [first] = suspects;
    if (first !== undefined && isPlain) {
      this.#wasAlone.add(first);
      this.#results.set(first, deathOf(this.#results.get(first)!));
      this.#deaths.push({ inFlight, culprit: first.id, cameBack: await this.#comesBack() });
      return;
    }
    // Those of them that FAILED did so because the server was gone, and only one of them ended it.
    for (const test of suspects)
      if (this.#results.get(test)?.verdict === 'FAILED') this.#results.delete(test);
    if (!(await this.#comesBack())) {
      this.#deaths.push({ inFlight, culprit: undefined, cameBack: false });
      return;
    }
    const before = this.#deaths.length;
    for (const test of suspects) {
      const result = await this.#alone(test, true);
      if (result === undefined) break;
      this.#results.set(test, result);
    }
    const found = this.#deaths.splice(before);
    if (found.length === 0) this.#deaths.push({ inFlight, culprit: undefined, cameBack: true });
    else this.#deaths.push(...found.map((death) => ({ ...death, inFlight })));
  }

  /** Runs one case while nothing else runs, and sees whether the server lives on. */
  async #alone(test: Case, isSuspect = false): Promise<CaseResult | undefined> {
    if (this.#isLost) return undefined;
    this.#wasAlone.add(test);
    const result = await this.#server.run(test);
    if (!isSuspect && result.verdict !== 'FAILED') return result;
    await wait(FALL_MS);
    if (await this.#server.isThere()) return result;
    this.#deaths.push({ inFlight: [test.id], culprit: test.id, cameBack: await this.#comesBack() });
    return deathOf(result);
  }

  /** Waits for a server that somebody starts again. */
  async #comesBack(): Promise<boolean> {
    const end = performance.now() + this.#server.returnMs;
    while (!(await this.#server.isThere())) {
      if (performance.now() > end) {
        this.#isLost = true;
        return false;
      }
      await wait(LOOK_MS);
    }
    return true;
  }
}

/**
 * Those that can have ended the server: when it answered for the last time it was there, so that
 * cases that were over by then are not among them, but for those that had ended just before. Those
 * that came to no good end are first.
 */
function suspectsOf(begun: readonly Begun[]): Begun[] {
  const connected = begun.filter(({ isConnected }) => isConnected);
  const alive = Math.max(...begun.filter(({ isAnswered }) => isAnswered).map(({ from }) => from));
  const suspects = connected.filter(({ to }) => to >= alive - FALL_MS);
  return suspects.sort((a, b) => Number(a.isGood) - Number(b.isGood));
}

/** Whether no connection could be made. */
function wasNotReached({ handshake, verdict }: CaseResult): boolean {
  return verdict === 'FAILED' && handshake.request === '';
}

function deathOf(result: CaseResult): CaseResult {
  return {
    ...result,
    verdict: 'FAILED',
    behavior: 'FAILED',
    explanation: `The endpoint was gone after this case: nobody answered any more. ${result.explanation}`,
  };
}

// ---- Failures again alone ----
// Failures among many cases are run again alone before they count: a machine with much to do makes
// endpoints late.

/**
 * So many in a row that came too late alone as well are not late because of others; the rest of
 * their kind then counts as it is.
 */
const ENOUGH_IN_A_ROW = 16;

/**
 * Whether another run may come to something else. Choices that are judged by counting do not depend
 * on time.
 */
export function mayBeConfirmed(test: Case, { verdict }: CaseResult): boolean {
  return verdict === 'FAILED' && test.inspects === undefined;
}

/**
 * The result of a second run, with the verdict of the first.
 *
 * @param first - among others
 * @param second - alone; it counts
 */
export function withEarlier(first: CaseResult, second: CaseResult): CaseResult {
  const { verdict, explanation } = first;
  return { ...second, earlier: { verdict, explanation } };
}

/**
 * Runs failures again, one case at a time. Those that take longest come first, as the likeliest to
 * have been late.
 *
 * @param results - by case; replaced by those that count
 * @param run - runs one case; undefined if there is nothing to run it against any more
 */
export async function confirmFailures(
  results: Map<Case, CaseResult>,
  run: (test: Case) => Promise<CaseResult | undefined>,
): Promise<void> {
  const inARow = new Map<string, number>();
  const failed = [...results].filter(([test, result]) => mayBeConfirmed(test, result));
  failed.sort(([a], [b]) => weightOf(b) - weightOf(a));
  for (const [test, first] of failed) {
    const kind = first.close.timeout;
    if (kind !== undefined && (inARow.get(kind) ?? 0) >= ENOUGH_IN_A_ROW) continue;
    const second = await run(test);
    if (second === undefined) return;
    results.set(test, withEarlier(first, second));
    if (kind === undefined) continue;
    inARow.set(kind, second.verdict === 'FAILED' ? (inARow.get(kind) ?? 0) + 1 : 0);
  }
}

// ---- Many at a time ----
// Many at a time, in an order of one's own, with results in the order of the items.

/**
 * Runs tasks, so many at a time.
 *
 * @param items - the work, in the order of the results
 * @param limit - how many at a time
 * @param weigh - the heaviest are begun first, so that the last to finish is not the longest
 * @param run - does one
 * @returns all results
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  weigh: (item: T) => number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const order = items.map((_, nth) => nth).sort((a, b) => weigh(items[b]!) - weigh(items[a]!));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < order.length) {
      const nth = order[next++]!;
      results[nth] = await run(items[nth]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

// ---- Weights ----
// How long cases take, roughly.

/** Cases that take longest by far, or wait, are begun first. */
export function weightOf({ deadlineMs, steps }: Case): number {
  const waits = steps.reduce((sum, step) => sum + ('ms' in step ? step.ms : 0), 0);
  const octets = steps.reduce((sum, step) => {
    if (step.do === 'exchange') return sum + step.count * (step.size + 200);
    return step.do === 'send'
      ? sum + step.frames.reduce((all, frame) => all + sizeOf(frame.payload ?? NOTHING), 0)
      : sum;
  }, 0);
  return waits * 1000 + octets + deadlineMs / 1000;
}

function sizeOf(payload: Payload): number {
  return 'repeat' in payload ? payload.bytes : 0;
}
