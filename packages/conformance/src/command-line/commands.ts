/** The actions of `sanssocket-conformance server` and `sanssocket-conformance client`. */
import { spawn } from 'node:child_process';
import { generate } from 'selfsigned';
import { isExcluded } from '../fuzzing-server/results-store.js';
import { FuzzingServer, type FuzzingServerOptions } from '../fuzzing-server/server.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { countOfCases, needsTls, printable, resultsById } from '../reports/report.js';
import type { ServerTarget } from '../runners/server-case.js';
import { mayBeConfirmed, withEarlier } from '../runners/server-run.js';
import { NotAnEchoServer, runServerCases } from '../runners/server-suite.js';
import { addressOf } from '../wire/link.js';
import { clientAgain, REPLAY, repeated, serverAgain, worstOfAgents } from './again.js';
import { type Configuration, readConfiguration } from './config-file.js';
import {
  type ClientOptions,
  chosenCases,
  printCases,
  runOptions,
  type ServerOptions,
  UsageError,
} from './options.js';
import { Progress, report } from './reports.js';
import { readGiven } from './usage-error.js';

// ---- Server ----

/**
 * Tests servers.
 *
 * @param url - of one; without it those of the configuration
 * @returns the exit status: 0 if nothing failed, 1 if something did, 2 if a server cannot be tested
 * @throws UsageError for options that make no sense
 */
export async function runServerCommand(url: string | undefined, options: ServerOptions): Promise<number> {
  const configuration = readConfiguration(options.config);
  const cases = chosenCases('server', options, configuration.chooses);
  if (options.list === true) {
    printCases('server', cases);
    return 0;
  }
  const targets = targetsOf(url, options, configuration);
  const { openTimeoutMs, closeTimeoutMs } = configuration;
  const agents: AgentResults[] = [];
  for (const { agent, ...target } of targets) {
    const chosen = cases.filter(
      ({ id }) => !isExcluded(configuration.exclusions, options.agent ?? agent ?? '', id),
    );
    const progress = new Progress(chosen.length * options.repeat, options.verbose ?? false);
    const runOnce = (): Promise<AgentResults> =>
      runServerCases(target, chosen, {
        ...runOptions(options),
        agent: options.agent ?? agent,
        openTimeoutMs,
        closeTimeoutMs,
        // Of several runs the worst counts, alone or not.
        confirm: options.repeat === 1,
        onResult: (result) => progress.add(result),
        ...(options.replay === undefined ? {} : REPLAY),
      });
    try {
      agents.push(await repeated(options.repeat, runOnce));
    } catch (error) {
      if (!(error instanceof NotAnEchoServer || error instanceof RangeError)) throw error;
      progress.end();
      console.error(`${target.url}: ${printable(error.message)}`);
      return 2;
    }
    progress.end();
  }
  const commandFor = ({ id, agent }: CaseResult): string => {
    const target = targets.find((each) => each.agent === agent) ?? targets[0]!;
    return serverAgain(id, target, options);
  };
  return report(agents, { cases, commandFor, outdir: configuration.outdir }, options);
}

type NamedTarget = ServerTarget & { readonly agent: string | undefined };

function targetsOf(
  url: string | undefined,
  options: ServerOptions,
  { servers }: Configuration,
): NamedTarget[] {
  const { origin, protocol: protocols, servername } = options;
  const ca = options.ca === undefined ? undefined : readGiven(options.ca);
  if (url !== undefined) return [{ url, origin, protocols, servername, ca, agent: undefined }];
  if (servers.length === 0) throw new UsageError('A URL is needed, or --config with servers.');
  return servers.map((server) => ({ ...server, ca }));
}

// ---- Client ----

/**
 * Tests clients: listens until the command that starts them is over, a client asks to stop, or the
 * process is interrupted.
 *
 * @param command - starts the clients; empty: somebody else does
 * @returns the exit status: 0 if nothing failed, 1 if something did, 2 if no client came
 * @throws UsageError for options that make no sense
 */
export async function runClientCommand(command: readonly string[], options: ClientOptions): Promise<number> {
  const configuration = readConfiguration(options.config);
  const cases = chosenCases('client', options, configuration.chooses);
  if (options.list === true) {
    printCases('client', cases);
    return 0;
  }
  const progress = new Progress(0, options.verbose ?? false);
  const commandFor = ({ id }: CaseResult): string => clientAgain(id, command, options);
  const stop = stopper();
  const context = { cases, commandFor, outdir: configuration.outdir };
  const shared: FuzzingServerOptions = {
    ...runOptions(options),
    ...(await listening(options, configuration)),
    onStop: stop.stop,
    onError: stop.fail,
    ...(options.replay === undefined ? {} : REPLAY),
  };
  const server = await startServer({
    ...shared,
    cases,
    onResult: (result) => progress.add(result),
    // With a command of ours everything is reported once, when it is over.
    ...(command.length === 0 ? { onReports: (results) => report(results, context, options) } : {}),
  });
  console.error(
    `Clients are tested at ${[server.url, server.secureUrl].filter((url) => url !== undefined).join(' and ')}`,
  );
  const overTls = needsTls('client', cases);
  if (server.secureUrl === undefined && overTls !== '')
    console.error(`${countOfCases(cases.length)}, ${overTls}`);
  process.once('SIGINT', stop.stop);
  let results: AgentResults[] = [];
  try {
    try {
      for (let nth = 0; nth < (command.length === 0 ? 1 : options.repeat); nth++) {
        await (command.length === 0 ? stop.stopped : runCommand(command, server, stop.stopped));
        await server.idle();
        // The server has the last result of each case.
        results = worstOfAgents(results, server.results());
        if (stop.isStopped()) break;
      }
    } finally {
      await server.close();
    }
    // Of several runs the worst counts, alone or not; and nobody but the user can start clients
    // again that the user has started.
    if (command.length > 0 && options.repeat === 1 && cases.length > 1 && !stop.isStopped())
      results = await confirmed(results, cases, shared, (again) => runCommand(command, again, stop.stopped));
  } finally {
    process.off('SIGINT', stop.stop);
    progress.end();
  }
  if (results.length === 0) {
    console.error('No client ran a case.');
    return 2;
  }
  return report(results, context, options);
}

/** Runs cases that FAILED again, with nothing else on offer. */
async function confirmed(
  results: readonly AgentResults[],
  cases: readonly Case[],
  shared: FuzzingServerOptions,
  runClients: (server: FuzzingServer) => Promise<void>,
): Promise<AgentResults[]> {
  const byId = new Map(cases.map((test) => [test.id, test]));
  const isDoubtful = (result: CaseResult): boolean => mayBeConfirmed(byId.get(result.id)!, result);
  const doubtful = new Set(results.flatMap(({ cases: all }) => all.filter(isDoubtful).map(({ id }) => id)));
  if (doubtful.size === 0) return [...results];
  const server = await startServer({ ...shared, cases: cases.filter(({ id }) => doubtful.has(id)) });
  try {
    await runClients(server);
    await server.idle();
  } finally {
    await server.close();
  }
  const second = new Map(server.results().map((each) => [each.agent, resultsById(each)]));
  return results.map((each) => ({
    ...each,
    cases: each.cases.map((first) => {
      const again = isDoubtful(first) ? second.get(each.agent)?.get(first.id) : undefined;
      return again === undefined ? first : withEarlier(first, again);
    }),
  }));
}

/** The ways in which the waiting for clients ends. */
function stopper() {
  let isStopped = false;
  let stop = (): void => {};
  let fail = (_: unknown): void => {};
  const stopped = new Promise<void>((resolve, reject) => {
    stop = () => {
      isStopped = true;
      resolve();
    };
    fail = reject;
  });
  return { stop, fail, stopped, isStopped: () => isStopped };
}

/** Ports that are taken and files that are no certificate are mistakes in the options. */
async function startServer(options: FuzzingServerOptions): Promise<FuzzingServer> {
  try {
    return await FuzzingServer.start(options);
  } catch (error) {
    throw new UsageError(`The server cannot be started: ${(error as Error).message}`);
  }
}

async function listening(
  options: ClientOptions,
  configuration: Configuration,
): Promise<Partial<FuzzingServerOptions>> {
  const { openTimeoutMs, closeTimeoutMs, exclusions, url } = configuration;
  const address = url === undefined ? undefined : addressOf(url);
  const [keyFile, certFile] = [options.key ?? configuration.key, options.cert ?? configuration.cert];
  if ((keyFile === undefined) !== (certFile === undefined))
    throw new UsageError('--key and --cert belong together.');
  const tlsPort = options.tlsPort ?? (address?.secure === true ? address.port : undefined);
  const shared = { openTimeoutMs, closeTimeoutMs, exclusions, host: options.host };
  const port = address?.secure === false ? address.port : options.port;
  if (tlsPort === undefined && keyFile === undefined) return { ...shared, port };
  const pair =
    keyFile === undefined || certFile === undefined
      ? await selfSigned()
      : { key: readGiven(keyFile), cert: readGiven(certFile) };
  return { ...shared, port, tls: { ...pair, port: tlsPort } };
}

async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  return { key, cert };
}

/**
 * Runs the command of the user's, with the URL in its arguments and its environment, until it is
 * over or is not needed any more.
 */
async function runCommand(
  command: readonly string[],
  server: FuzzingServer,
  stopped: Promise<void>,
): Promise<void> {
  const [program, ...args] = command.map((part) => part.replaceAll('{url}', server.url));
  const child = spawn(program!, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, FUZZING_SERVER_URL: server.url },
  });
  const over = new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new UsageError(`${program}: ${error.message}`)));
    child.once('close', () => resolve());
  });
  try {
    await Promise.race([over, stopped]);
  } finally {
    child.kill();
    // One that does not heed the signal is not waited for.
    child.unref();
  }
}
