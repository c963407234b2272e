/** Many cases against a server. */
import { findCases } from '../cases/all.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { addressOf, connectLink } from '../wire/link.js';
import { announcesConnect, withoutConnect } from './connect-case.js';
import { checkEcho } from './echo-probe.js';
import { openTimeout, type RunOptions } from './options.js';
import { runServerCase, type ServerTarget } from './server-case.js';
import { ServerRun } from './server-run.js';

/** For many cases. */
export interface SuiteOptions extends RunOptions {
  /** Cases run at a time, 16 by default. */
  readonly connections?: number | undefined;
  /**
   * Whether a case that FAILED among others is run again alone before it counts; true by default.
   */
  readonly confirm?: boolean | undefined;
  /** Told of each result that counts, with how many there are and will be. */
  readonly onResult?: ((result: CaseResult, done: number, total: number) => void) | undefined;
}

/** Cases run at a time by default. */
export const CONNECTIONS = 16;

/**
 * Runs cases against a server that echoes. A case that FAILED among others is run again alone
 * before it counts. When the server is gone, the cases that ran then are run one at a time to find
 * the one that it died of, and the others go on, if it comes back.
 *
 * @param target - the server
 * @param cases - by default all that are for servers
 * @param options - patience, and how many at a time
 * @returns all results, in the order of the cases. Those over TLS are left out where the URL is not
 * `wss:`, and those that were to come after the server was gone for good, or that FAILED when it
 * died of one of several
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
  const server = {
    run: (test: Case): Promise<CaseResult> =>
      test.transport === 'h2' && !speaksHttp2
        ? Promise.resolve(withoutConnect(test, options))
        : runServerCase(target, test, options),
    isThere: async (): Promise<boolean> => {
      const link = await connectLink(address, target, openTimeout(options)).catch(() => undefined);
      link?.drop();
      return link !== undefined;
    },
    returnMs: openTimeout(options),
  };
  const run = new ServerRun(server, options.connections ?? CONNECTIONS, (result) =>
    options.onResult?.(result, ++done, reachable.length),
  );
  const results = await run.run(reachable, options.confirm ?? true);
  const agent =
    options.agent ?? results.find(({ agent }) => agent !== 'UnknownServer')?.agent ?? 'UnknownServer';
  return {
    agent,
    role: 'server',
    target: target.url,
    startedAt,
    durationMs: Date.now() - startedAt,
    cases: results.map((result) => ({ ...result, agent })),
    ...(run.deaths.length === 0 ? {} : { deaths: run.deaths }),
  };
}
