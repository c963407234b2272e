/**
 * The products of a run's results: a summary on the terminal, files that were asked for, and the
 * exit status.
 */
import { accessSync, constants, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
import { resultsJson, writeReportFolder } from '../reports/folder.js';
import { junitXml } from '../reports/junit.js';
import { printable } from '../reports/report.js';
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

/** Facts for a report besides the results. */
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
 * Checks the options before anything runs, so that a run is not lost to a mistake in a file.
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
  const written = [options.report, options.json, options.junit];
  if (options.updateExpect === true) written.push(options.expect);
  for (const path of written) if (path !== undefined) requireWritable(path);
}

/**
 * Folders on the way that are not there are made later: the nearest one that is there has to take
 * them.
 */
function requireWritable(path: string): void {
  let there = path;
  while (kindOf(there) === undefined) there = dirname(there);
  if (there !== path && kindOf(there) === 'file') throw new UsageError(`${path}: ${there} is no folder.`);
  try {
    accessSync(there, constants.W_OK);
  } catch (error) {
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}`);
  }
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && (found.isDirectory() ? 'folder' : 'file');
  } catch (error) {
    // A file stands where a folder is wanted.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
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
  const listed = readKnown(options);
  const known = listed?.known;
  const everything = { ...context, agents };
  const found = known === undefined ? undefined : surprises(agents, known);
  const news = new Set(found?.map(({ result }) => result));
  console.log(terminalSummary(everything, (result) => found === undefined || news.has(result)));
  const folder = options.report ?? context.outdir;
  if (folder !== undefined) {
    writeReportFolder(folder, everything, known);
    console.log(`\nPages are in ${folder}/index.html`);
  }
  if (options.json !== undefined) tell('Results are', options.json, resultsJson(everything));
  if (options.junit !== undefined) tell('JUnit XML is', options.junit, junitXml(everything, known));
  if (options.expect !== undefined && options.updateExpect === true) {
    const now = expectationsOf(agents, known ?? {}, allCases, listed?.file);
    const { length } = Object.keys(now);
    const text = `${JSON.stringify(now, null, 2)}\n`;
    tell(length === 1 ? '1 known deviation is' : `${length} known deviations are`, options.expect, text);
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

/** The file of known deviations, read, and as it is. */
interface Listed {
  readonly known: KnownDeviations;
  readonly file: Readonly<Record<string, unknown>>;
}

function readKnown({ expect, updateExpect }: ReportOptions): Listed | undefined {
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
    const file: unknown = JSON.parse(text);
    return { known: knownDeviations(file, allCases), file: file as Listed['file'] };
  } catch (error) {
    if (!(error instanceof InvalidExpectations || error instanceof SyntaxError)) throw error;
    throw new UsageError(`${expect}: ${error.message}`);
  }
}

/** Writes a file, and says where. */
function tell(what: string, file: string, text: string): void {
  const made = mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`\n${what} in ${file}${made === undefined ? '' : ', in a new folder'}`);
}

// ---- Progress ----
// News while cases run: a bar on a terminal, and a line a case where that is asked for. Failures
// are told in the summary.

const BAR = 30;

/** Tells how far a run is. */
export class Progress {
  readonly #total: number;
  readonly #isVerbose: boolean;
  readonly #isTerminal: boolean = process.stderr.isTTY === true;
  #done = 0;
  #failed = 0;

  /**
   * @param total - results that will come; 0 if nobody knows
   * @param isVerbose - a line for each of them
   */
  constructor(total: number, isVerbose: boolean) {
    this.#total = total;
    this.#isVerbose = isVerbose;
  }

  /** A result came. */
  add({ id, verdict, durationMs, explanation }: CaseResult): void {
    this.#done++;
    if (verdict === 'FAILED') this.#failed++;
    if (this.#isVerbose) {
      this.#erase();
      console.error(`${verdict.padEnd(13)} ${id}  ${Math.round(durationMs)} ms  ${printable(explanation)}`);
    }
    if (this.#isTerminal) this.#draw();
  }

  /** No more will come. */
  end(): void {
    this.#erase();
  }

  #draw(): void {
    const of = this.#total === 0 ? '' : ` of ${this.#total}`;
    const filled = this.#total === 0 ? 0 : Math.round((this.#done / this.#total) * BAR);
    const bar = this.#total === 0 ? '' : `[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}] `;
    process.stderr.write(`\r${bar}${this.#done}${of}, ${this.#failed} failed`);
  }

  #erase(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K');
  }
}
