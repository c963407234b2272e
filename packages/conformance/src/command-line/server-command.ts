/** `sanssocket-conformance server`. */
import { isExcluded } from '../fuzzing-server/results-store.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import { printable } from '../reports/report.js';
import type { ServerTarget } from '../runners/server-case.js';
import { NotAnEchoServer, runServerCases } from '../runners/server-suite.js';
import { serverAgain } from './again.js';
import { type Configuration, readConfiguration } from './config-file.js';
import { chosenCases, printCases, runOptions, type ServerOptions, UsageError } from './options.js';
import { Progress } from './progress.js';
import { repeated } from './repeat.js';
import { REPLAY } from './replay.js';
import { report } from './reports.js';
import { readGiven } from './usage-error.js';

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
