/** The options of the command, and their meaning for a run. */
import { findCases } from '../cases/all.js';
import type { Case, Role } from '../model/case.js';
import { countOfCases, needsTls } from '../reports/report.js';
import type { RunOptions } from '../runners/options.js';
import { checkReportOptions, type ReportOptions } from './reports.js';
import { UsageError } from './usage-error.js';

/** Where clients connect, if nothing else is said. */
export const DEFAULT_PORT = 9001;

/** For an ordinary case, if nothing else is said. */
export const DEFAULT_TIMEOUT_MS = 3000;

/** Options of both commands. */
export interface CommonOptions extends ReportOptions {
  readonly case?: readonly string[];
  readonly exclude?: readonly string[];
  readonly section?: readonly string[];
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly list?: boolean;
  readonly config?: string;
  readonly agent?: string;
  readonly connections: number;
  readonly timeout: number;
  readonly repeat: number;
  readonly verbose?: boolean;
  readonly replay?: string;
}

/** Further options of `server`. */
export interface ServerOptions extends CommonOptions {
  readonly origin?: string;
  readonly protocol?: readonly string[];
  readonly ca?: string;
  readonly servername?: string;
}

/** Further options of `client`. */
export interface ClientOptions extends CommonOptions {
  readonly host?: string;
  readonly port: number;
  readonly tlsPort?: number;
  readonly key?: string;
  readonly cert?: string;
}

export { UsageError };

/**
 * Chooses the cases.
 *
 * @param isConfigured - whether a configuration file chooses a case
 * @throws UsageError if none is left, or for options of reports that make no sense
 */
export function chosenCases(
  role: Role,
  options: CommonOptions,
  isConfigured: (id: string) => boolean,
): Case[] {
  checkReportOptions(options);
  const { replay } = options;
  const cases = findCases({
    role,
    patterns: replay === undefined ? options.case : [replay],
    exclude: options.exclude,
    sections: options.section,
    quick: options.quick,
  }).filter(({ id }) => replay !== undefined || isConfigured(id));
  if (cases.length === 0)
    throw new UsageError(`No case for ${role}s is chosen; --list prints those there are.`);
  return cases;
}

/** The options that the runners get. */
export function runOptions(options: CommonOptions): RunOptions & { readonly connections: number } {
  const { agent, timeout: timeoutMs, connections, full } = options;
  // The default grows with the load of the machine, a number of the user's does not.
  return { agent, timeoutMs: timeoutMs === DEFAULT_TIMEOUT_MS ? undefined : timeoutMs, connections, full };
}

/** Prints cases, a line each. */
export function printCases(role: Role, cases: readonly Case[]): void {
  const idWidth = Math.max(...cases.map(({ id }) => id.length));
  const sectionWidth = Math.max(...cases.map(({ section }) => section.length));
  for (const { id, section, sentence } of cases) {
    console.log(`${id.padEnd(idWidth)}  ${section.padEnd(sectionWidth)}  ${sentence}`);
  }
  const overTls = needsTls(role, cases);
  console.log(`${countOfCases(cases.length)}${overTls === '' ? '' : `, ${overTls}`}`);
}
