/** Many cases against a server. */
import { findCases } from '../cases/select.js';
import type { Case } from '../model/case.js';
import { NOTHING, type Payload } from '../model/payload.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { addressOf } from '../transport/connect.js';
import { announcesConnect, withoutConnect } from './connect-case.js';
import { openTimeout, type RunOptions } from './options.js';
import { inParallel } from './parallel.js';
import { runServerCase, type ServerTarget } from './server-case.js';

/** For many cases. */
export interface SuiteOptions extends RunOptions {
  /** Cases run at a time, 16 by default. */
  readonly connections?: number | undefined;
  /** Told of each result as it comes, with how many there are and will be. */
  readonly onResult?: ((result: CaseResult, done: number, total: number) => void) | undefined;
}

/** Cases run at a time by default. */
export const CONNECTIONS = 16;

/**
 * A server that cannot be tested.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { NotAnEchoServer, runServerCases } from '@sanssocket/conformance';
 *
 * await assert.rejects(runServerCases({ url: 'ws://127.0.0.1:1/' }), NotAnEchoServer);
 * ```
 */
export class NotAnEchoServer extends Error {
  /** What came of the first try. */
  readonly result: CaseResult;
  /** @param result - of the case that shows it */
  constructor(result: CaseResult) {
    super(`The server does not echo, and only a server that echoes can be tested. ${result.explanation}`);
    this.name = 'NotAnEchoServer';
    this.result = result;
  }
}

/**
 * Runs cases against a server that echoes.
 *
 * @param target - the server
 * @param cases - by default all that are for servers
 * @param options - patience, and how many at a time
 * @returns all results, in the order of the cases. Those over TLS are left out where the URL is not `wss:`, and those that were to
 * come after the server was gone
 * @throws NotAnEchoServer if a simple message does not come back
 *
 * @example
 * ```ts no-run
 * import { runServerCases } from '@sanssocket/conformance';
 *
 * const { agent, cases } = await runServerCases({ url: 'ws://localhost:8080/' });
 * console.log(agent, cases.filter(({ verdict }) => verdict === 'FAILED').length);
 * ```
 */
export async function runServerCases(
  target: ServerTarget,
  cases: readonly Case[] = findCases({ role: 'server' }),
  options: SuiteOptions = {},
): Promise<AgentResults> {
  const startedAt = Date.now();
  await checkEcho(target, options);
  const address = addressOf(target.url);
  const reachable = cases.filter(({ transport }) => transport !== 'tls' || address.secure);
  const wantsHttp2 = reachable.some(({ transport }) => transport === 'h2');
  const speaksHttp2 = wantsHttp2 && (await announcesConnect(address, target, openTimeout(options)));
  let done = 0;
  let isGone = false;
  const run = async (test: Case): Promise<CaseResult | undefined> => {
    if (isGone) return undefined;
    const isUnspoken = test.transport === 'h2' && !speaksHttp2;
    let result = isUnspoken ? withoutConnect(test, options) : await runServerCase(target, test, options);
    // Once more, as a server may have been busy; then it is gone, and every further case would say the same.
    if (wasNotReached(result)) result = await runServerCase(target, test, options);
    if (wasNotReached(result)) {
      if (isGone) return undefined;
      isGone = true;
    }
    options.onResult?.(result, ++done, reachable.length);
    return result;
  };
  const all = await inParallel(reachable, options.connections ?? CONNECTIONS, weightOf, run);
  const results = all.filter((result) => result !== undefined);
  const agent =
    options.agent ?? results.find(({ agent }) => agent !== 'UnknownServer')?.agent ?? 'UnknownServer';
  return {
    agent,
    role: 'server',
    target: target.url,
    startedAt,
    durationMs: Date.now() - startedAt,
    cases: results.map((result) => ({ ...result, agent })),
  };
}

/** Whether no connection could be made. */
function wasNotReached({ handshake, verdict }: CaseResult): boolean {
  return verdict === 'FAILED' && handshake.request === '';
}

/**
 * Sends one message, and sees whether it comes back.
 *
 * @param target - the server
 * @param options - patience
 * @throws NotAnEchoServer if it does not
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { checkEcho } from '@sanssocket/conformance';
 *
 * await assert.rejects(checkEcho({ url: 'ws://127.0.0.1:1/' }), /No connection could be made/);
 * ```
 */
export async function checkEcho(target: ServerTarget, options: RunOptions = {}): Promise<void> {
  const [test] = findCases({ patterns: ['1.1.2'] });
  const result = await runServerCase(target, test!, { ...options, onLog: undefined });
  if (result.events.length !== 1 || result.behavior !== 'OK') throw new NotAnEchoServer(result);
}

/** What takes longest by far, or waits, is begun first. */
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
