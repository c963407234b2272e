/** One case, or many, against a client that the caller starts. */
import { findCases } from '../cases/all.js';
import { faultResult, Recorder } from '../conversation/record.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { openingFault } from '../opening/faults.js';
import { openTimeout, type RunOptions } from '../runners/options.js';
import { confirmFailures, inParallel, weightOf } from '../runners/server-run.js';
import { CONNECTIONS, type SuiteOptions } from '../runners/server-suite.js';
import { FuzzingServer, type FuzzingServerOptions } from './server.js';

/**
 * Connects a client under test to a URL and lets it echo until the connection is gone.
 *
 * @param url - of one case
 * @returns when the client is done, if it is known; errors and rejections do not matter
 */
export type StartClient = (url: string) => unknown;

/**
 * Runs one case against a client.
 *
 * @param start - connects the client
 * @param test - the case
 * @param options - patience, and callbacks for events
 * @returns the result; it never rejects for anything a client does
 * @throws Error for a case that is not for clients over TCP
 *
 * @example
 * ```ts no-run
 * import { findCases, runClientCase } from '@sanssocket/conformance';
 *
 * const [test] = findCases({ role: 'client', patterns: ['1.1.1'] });
 * const result = await runClientCase((url) => {
 *   const socket = new WebSocket(url);
 *   socket.onmessage = ({ data }) => socket.send(data);
 * }, test!);
 * console.log(result.verdict, result.explanation);
 * ```
 */
export async function runClientCase(
  start: StartClient,
  test: Case,
  options: RunOptions = {},
): Promise<CaseResult> {
  const { cases } = await runClientCases(start, [test], options);
  return cases[0]!;
}

/**
 * Runs cases against a client, many at a time: each gets a connection, and a URL of its own. A case
 * that FAILED among others is run again alone before it counts.
 *
 * @param start - connects the client
 * @param cases - by default all that are for clients over TCP
 * @param options - patience, and how many at a time
 * @returns all results, in the order of the cases
 *
 * @example
 * ```ts no-run
 * import { findCases, runClientCases } from '@sanssocket/conformance';
 *
 * const start = (url: string) => {
 *   const socket = new WebSocket(url);
 *   socket.onmessage = ({ data }) => socket.send(data);
 * };
 * const { cases } = await runClientCases(start, findCases({ role: 'client', patterns: ['1.*'] }));
 * console.log(cases.map(({ id, verdict }) => `${id} ${verdict}`));
 * ```
 */
export async function runClientCases(
  start: StartClient,
  cases: readonly Case[] = findCases({ role: 'client' }).filter(({ transport }) => transport === 'tcp'),
  options: SuiteOptions & Pick<FuzzingServerOptions, 'tls'> = {},
): Promise<AgentResults> {
  const unfit = cases.find((test) => !test.roles.includes('client'));
  if (unfit !== undefined) throw new Error(`case ${unfit.id} is not for clients`);
  const overTls = cases.find(({ transport }) => transport !== 'tcp');
  if (overTls !== undefined && options.tls === undefined)
    throw new Error(`case ${overTls.id} needs a certificate`);
  const startedAt = Date.now();
  const agent = options.agent ?? 'client';
  let done = 0;
  const begun = new Set<string>();
  const waiting = new Map<string, (result: CaseResult) => void>();
  let fail = (_: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const server = await FuzzingServer.start({
    ...options,
    agent,
    cases,
    onBegin: ({ id }) => begun.add(id),
    onResult: (each) => waiting.get(each.id)?.(each),
    onError: fail,
  });
  const run = async (test: Case): Promise<CaseResult> => {
    const base = test.transport === 'tcp' ? server.url : server.secureUrl;
    const once = (): Promise<CaseResult> =>
      new Promise((resolve) => {
        begun.delete(test.id);
        const timer = setTimeout(
          () => begun.has(test.id) || resolve(noConnection(test, agent)),
          openTimeout(options),
        );
        waiting.set(test.id, (each) => {
          clearTimeout(timer);
          resolve(each);
        });
        void startQuietly(start, `${base}/case/${encodeURIComponent(test.id)}`);
      });
    // A nonce is compared with that of another connection.
    if (test.inspects === 'nonces') await once();
    const result = await once();
    return result;
  };
  const confirms = options.confirm !== false && cases.length > 1;
  const tell = (result: CaseResult): void => options.onResult?.(result, ++done, cases.length);
  const allOf = async (): Promise<CaseResult[]> => {
    const found = new Map<Case, CaseResult>();
    await inParallel(cases, options.connections ?? CONNECTIONS, weightOf, async (test) => {
      const result = await run(test);
      found.set(test, result);
      if (!confirms || result.verdict !== 'FAILED') tell(result);
    });
    if (confirms) {
      const failures = [...found].filter(([, { verdict }]) => verdict === 'FAILED');
      await confirmFailures(found, run);
      for (const [test] of failures) tell(found.get(test)!);
    }
    return cases.map((test) => found.get(test)!);
  };
  let results: CaseResult[];
  try {
    results = await Promise.race([allOf(), failed]);
  } finally {
    await server.close();
  }
  return {
    agent,
    role: 'client',
    target: agent,
    startedAt,
    durationMs: Date.now() - startedAt,
    cases: results,
  };
}

/** Whether the client is done, or has failed, is not asked: the case ends with its connection. */
async function startQuietly(start: StartClient, url: string): Promise<void> {
  try {
    await start(url);
  } catch {
    // A client that cannot be started is one that never comes.
  }
}

function noConnection(test: Case, agent: string): CaseResult {
  const handshake = { request: '', response: '', status: undefined };
  const subject = {
    test,
    role: 'client',
    agent,
    startedAt: Date.now(),
    handshake,
    record: new Recorder(),
  } as const;
  return faultResult(subject, openingFault('NO_CONNECTION'));
}
