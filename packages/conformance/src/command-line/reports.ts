/** What is made of results when a run is over: a summary on the terminal, files that were asked for, and the exit status. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { allCases } from '../cases/all.js';
import type { Case } from '../model/case.js';
import type { AgentResults, CaseResult } from '../model/result.js';
import {
  describeSurprises,
  expectationsOf,
  InvalidExpectations,
  type KnownDeviations,
  knownDeviations,
  surprises,
} from '../reports/expected.js';
import { writeReportFolder } from '../reports/folder.js';
import { resultsJson } from '../reports/json.js';
import { junitXml } from '../reports/junit.js';
import { terminalSummary } from '../reports/terminal.js';
import { UsageError } from './usage-error.js';

/** Options that are about reports only. */
export interface ReportOptions {
  readonly report?: string;
  readonly json?: string;
  readonly junit?: string;
  readonly expect?: string;
  readonly updateExpect?: boolean;
}

/** What a report may have to know besides the results. */
export interface ReportContext {
  /** The cases that were chosen, in order. */
  readonly cases: readonly Case[];
  /** The command that runs one case again. */
  readonly commandFor: (result: CaseResult) => string;
  /** Where the old suite's configuration wants its reports. */
  readonly outdir?: string | undefined;
}

/** Adds the options to a command. */
export function withReportOptions(command: Command): Command {
  return command
    .option('--report <folder>', 'write HTML pages, and JSON and JUnit files, into this folder')
    .option('--json <file>', 'write all results as JSON')
    .option('--junit <file>', 'write JUnit XML')
    .option('--expect <file>', 'known deviations, as JSON: fail on new ones, and on those that are mended')
    .option('--update-expect', 'write the deviations of this run to the file of --expect, and do not fail');
}

/**
 * Checks what can be checked before anything runs, so that a run is not lost to a mistake in a file.
 *
 * @throws UsageError for options that make no sense
 */
export function checkReportOptions(options: ReportOptions): void {
  if (options.updateExpect === true && options.expect === undefined)
    throw new UsageError('--update-expect needs --expect.');
  if (options.updateExpect !== true) readKnown(options);
  for (const file of [options.json, options.junit, options.expect])
    if (file !== undefined && kindOf(file) === 'folder') throw new UsageError(`${file} is a folder.`);
  if (options.report !== undefined && kindOf(options.report) === 'file')
    throw new UsageError(`${options.report} is no folder.`);
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && (found.isDirectory() ? 'folder' : 'file');
}

/**
 * Reports on a run.
 *
 * @param agents - all results
 * @returns the exit status: 0 only if nothing failed, or with `--expect` if all was as expected
 * @throws UsageError if the file of known deviations is none
 */
export async function report(
  agents: readonly AgentResults[],
  context: ReportContext,
  options: ReportOptions,
): Promise<number> {
  const known = readKnown(options);
  const everything = { ...context, agents };
  const found = known === undefined ? undefined : surprises(agents, known);
  const news = new Set(found?.map(({ result }) => result));
  console.log(terminalSummary(everything, (result) => found === undefined || news.has(result)));
  const folder = options.report ?? context.outdir;
  if (folder !== undefined) {
    writeReportFolder(folder, everything, known);
    console.log(`\nPages are in ${folder}/index.html`);
  }
  if (options.json !== undefined) write(options.json, resultsJson(everything));
  if (options.junit !== undefined) write(options.junit, junitXml(everything, known));
  if (options.expect !== undefined && options.updateExpect === true) {
    const listed = expectationsOf(agents, known ?? {}, allCases);
    write(options.expect, `${JSON.stringify(listed, null, 2)}\n`);
    console.log(`\n${Object.keys(listed).length} known deviations are in ${options.expect}`);
    return 0;
  }
  const hasDied = agents.some(({ deaths = [] }) => deaths.some(({ culprit }) => culprit === undefined));
  if (known !== undefined && found !== undefined) {
    console.log(`\n${describeSurprises(found, agents, known)}`);
    return found.length === 0 && !hasDied ? 0 : 1;
  }
  const hasFailed = agents.some(({ cases }) => cases.some(({ verdict }) => verdict === 'FAILED'));
  return hasFailed || hasDied ? 1 : 0;
}

function readKnown({ expect, updateExpect }: ReportOptions): KnownDeviations | undefined {
  if (expect === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(expect, 'utf8');
  } catch (error) {
    if (updateExpect === true) return undefined;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const hint = 'there is no such file; --update-expect writes it, with what this run finds.';
    throw new UsageError(`${expect}: ${isMissing ? hint : (error as Error).message}`);
  }
  try {
    return knownDeviations(JSON.parse(text), allCases);
  } catch (error) {
    if (!(error instanceof InvalidExpectations || error instanceof SyntaxError)) throw error;
    throw new UsageError(`${expect}: ${error.message}`);
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
