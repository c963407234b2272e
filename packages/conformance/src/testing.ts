/**
 * Cases as tests of a project's own: one test each, with vitest, `node:test`, or another function
 * that registers tests by name.
 */
import { findCases } from './cases/all.js';
import { runClientCase, type StartClient } from './fuzzing-server/client-suite.js';
import type { Case, Verdict } from './model/case.js';
import type { CaseResult } from './model/result.js';
import type { RunOptions } from './runners/options.js';
import { runServerCase, type ServerTarget } from './runners/server-case.js';
import { mayBeConfirmed, withEarlier } from './runners/server-run.js';

/** Registers a test: `test` of vitest or `node:test`. */
export type RegisterTest = (name: string, run: () => Promise<void>) => unknown;

/** The choice of cases, and of verdicts that pass. */
export interface TestingOptions extends RunOptions {
  /** By default all cases of the role over TCP that are not slow. */
  readonly cases?: readonly Case[] | undefined;
  /** Verdicts that fail a test; by default `FAILED` only. */
  readonly failing?: readonly Verdict[] | undefined;
  /**
   * Verdicts that are known, by id. Such a case fails if it comes to another one, a better one too.
   */
  readonly known?: Readonly<Record<string, Verdict>> | undefined;
}

/**
 * Registers a test for each case against a server that echoes.
 *
 * @param register - `test` of the test runner
 * @param target - the server, or a function that gives it once it listens
 * @param options - the choice of cases, and of verdicts that pass
 *
 * @example
 * ```ts no-run
 * import { test } from 'node:test';
 * import { testServer } from '@sanssocket/conformance';
 *
 * testServer(test, { url: 'ws://localhost:8080/' });
 * ```
 */
export function testServer(
  register: RegisterTest,
  target: ServerTarget | (() => ServerTarget),
  options: TestingOptions = {},
): void {
  const run = (each: Case): Promise<CaseResult> =>
    runServerCase(typeof target === 'function' ? target() : target, each, options);
  registerAll(register, casesOf('server', options), run, options);
}

/**
 * Registers a test for each case against a client.
 *
 * @param register - `test` of the test runner
 * @param start - connects the client to a URL and lets it echo
 * @param options - the choice of cases, and of verdicts that pass
 *
 * @example
 * ```ts no-run
 * import { test } from 'node:test';
 * import { testClient } from '@sanssocket/conformance';
 *
 * testClient(test, (url) => {
 *   const socket = new WebSocket(url);
 *   socket.onmessage = ({ data }) => socket.send(data);
 * });
 * ```
 */
export function testClient(register: RegisterTest, start: StartClient, options: TestingOptions = {}): void {
  registerAll(register, casesOf('client', options), (each) => runClientCase(start, each, options), options);
}

/**
 * A test each. A failure is run again before it counts, one at a time: the machine may have been
 * busy.
 */
function registerAll(
  register: RegisterTest,
  cases: readonly Case[],
  run: (test: Case) => Promise<CaseResult>,
  options: TestingOptions,
): void {
  let again: Promise<unknown> = Promise.resolve();
  let before: string | undefined;
  for (const each of cases) {
    register(nameOf(each), async () => {
      const first = await run(each);
      const isConfirmed = !mayBeConfirmed(each, first);
      const second = isConfirmed ? first : again.then(async () => withEarlier(first, await run(each)));
      again = Promise.resolve(second).catch(() => {});
      const result = await second;
      const isLost = result.verdict === 'FAILED' && result.handshake.request === '';
      const hint =
        isLost && before !== undefined ? ` The case that had a connection last was ${before}.` : '';
      if (!isLost) before = each.id;
      check({ ...result, explanation: `${result.explanation}${hint}` }, options);
    });
  }
}

function casesOf(role: 'server' | 'client', { cases }: TestingOptions): readonly Case[] {
  return cases ?? findCases({ role, quick: true }).filter(({ transport }) => transport === 'tcp');
}

function nameOf({ id, sentence }: Case): string {
  return `${id}: ${sentence}`;
}

function check(
  { id, verdict, explanation, section, earlier }: CaseResult,
  { failing = ['FAILED'], known = {} }: TestingOptions,
): void {
  const wanted = Object.hasOwn(known, id) ? known[id] : undefined;
  const again = earlier?.verdict !== verdict ? '' : ' when it is run again, too';
  if (wanted !== undefined && wanted !== verdict) {
    throw new Error(`${id} is ${verdict}, and was known as ${wanted}${again} (${section}): ${explanation}`);
  }
  if (wanted === undefined && failing.includes(verdict))
    throw new Error(`${id} is ${verdict}${again} (${section}): ${explanation}`);
}
