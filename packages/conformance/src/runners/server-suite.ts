/** Many cases against a server. */
import { findCases } from '../cases/all.js';
import { makeCase, NORMAL, right, send, textEvent, textFrame } from '../cases/build.js';
import type { Case, StandardOpening } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { addressOf, connectLink } from '../wire/link.js';
import { openTimeout, type RunOptions } from './options.js';
import {
  announcesConnect,
  type ObservedRun,
  overTcp,
  runServerCase,
  type ServerTarget,
  withoutConnect,
} from './server-case.js';
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

// ---- The echo probe ----
// The first connection of a run: whether there is a server, and whether it echoes.

/**
 * A server that cannot be tested.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { once } from 'node:events';
 * import { createServer, type AddressInfo } from 'node:net';
 * import { NotAnEchoServer, runServerCases } from '@sanssocket/conformance';
 *
 * const server = createServer().listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const { port } = server.address() as AddressInfo;
 * server.close();
 * await assert.rejects(runServerCases({ url: `ws://127.0.0.1:${port}/` }), NotAnEchoServer);
 * ```
 */
export class NotAnEchoServer extends Error {
  /** The result of the first try. */
  readonly result: CaseResult;
  /**
   * @param result - of the case that shows it
   * @param consequence - why that ends everything
   */
  constructor(result: CaseResult, consequence: string = NO_ECHO) {
    super(`${result.explanation} ${consequence}`);
    this.name = 'NotAnEchoServer';
    this.result = result;
  }
}

const NO_ECHO = 'The server does not echo, and only a server that echoes can be tested.';
const LATE = `${NO_ECHO} If it is only slow, it needs more time (--timeout).`;
const NOBODY = 'Nothing can be tested.';
const REFUSED =
  'Nothing can be tested. The server may want another path, a subprotocol (--protocol) or an Origin (--origin).';
const SILENT = 'Nothing can be tested. If the server is only slow, it needs more time (--timeout).';

/** Small letters and capitals, so that a server that changes them is noticed. */
const TEXT = 'Is there an ECHO? One that gives back each Letter, 0 to 9.';

const probe: Case & { readonly opening: StandardOpening } = {
  ...makeCase({
    id: 'echo',
    section: '5.6',
    sentence: 'A text is echoed.',
    sent: 'A text.',
    right: 'The text is echoed.',
    wrong: 'The text does not come back as it was.',
    steps: [send([textFrame(TEXT)])],
    outcomes: [right(NORMAL, textEvent(TEXT))],
  }),
  opening: { kind: 'standard' },
};

/**
 * Sends one message, and sees whether it comes back. A server that breaks a rule in doing so is one
 * to be tested.
 *
 * @param target - the server
 * @param options - patience
 * @throws NotAnEchoServer if it does not, or there is nobody to send it to
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { once } from 'node:events';
 * import { createServer, type AddressInfo } from 'node:net';
 * import { checkEcho } from '@sanssocket/conformance';
 *
 * const server = createServer().listen(0, '127.0.0.1');
 * await once(server, 'listening');
 * const { port } = server.address() as AddressInfo;
 * server.close();
 * const url = `ws://127.0.0.1:${port}/`;
 * await assert.rejects(checkEcho({ url }), /No connection could be made/);
 * ```
 */
export async function checkEcho(target: ServerTarget, options: RunOptions = {}): Promise<void> {
  const quiet = { ...options, onLog: undefined, onHandshake: undefined };
  const { result, opened, observation } = await overTcp(
    target,
    addressOf(target.url),
    probe,
    probe.opening,
    quiet,
  );
  if (opened === undefined) throw new NotAnEchoServer(result, NOBODY);
  if (opened.state === 'silent') throw new NotAnEchoServer(result, SILENT);
  if (opened.state === 'refused') throw new NotAnEchoServer(result, REFUSED);
  if (isAnEcho(observation)) return;
  throw new NotAnEchoServer(result, observation?.timeout === 'case' ? LATE : NO_ECHO);
}

/** A fault in a handshake that was accepted, or in frames, is for the cases to tell of. */
function isAnEcho(observation: ObservedRun['observation']): boolean {
  if (observation === undefined || observation.endpoint.faults.length > 0) return true;
  const { events } = observation.endpoint;
  return events.length === 1 && events[0]!.type === 'text' && Buffer.from(events[0]!.payload).equals(WANTED);
}

const WANTED = Buffer.from(TEXT);
