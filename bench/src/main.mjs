/**
 * The benchmark's command line; `--help` says how. Cases run one after the other, each in a
 * process of its own, on each Node that is asked for.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './cases/index.mjs';
import { drawChart } from './figures/chart.mjs';
import { writeTable } from './figures/table.mjs';
import { describeMachine } from './machine.mjs';
import { Report } from './report.mjs';
import { MACHINE, mergeRows, RESULTS, readJson, writeJson } from './results.mjs';
import { currentNode, findNode, REFERENCE_NODE } from './runtimes.mjs';
import { Session } from './session.mjs';

/** The Node versions, and how often each row is measured, for committed results. */
const SAVED_NODES = '22,24,26';
const SAVED_RUNS = 3;

const USAGE = `npm run bench -- [options]

  --quick          short rounds: under 2 minutes, noisier
  --check          runs each case once, only to compare results with the peers'; fetches nothing
  --filter TEXT    only cases whose name contains TEXT; more than once: any of them
  --node LIST      Node versions, such as 22,24,26; those that are not here come from npm. By default the one that runs this
  --runs N         measures each case N times; its row has the range of the ratios
  --before FOLDER  a built clone of another commit, for the rows that compare with it
  --json FILE      writes the rows as JSON
  --save           puts the rows into results/, and makes the chart and the README's table of them;
                   --node ${SAVED_NODES} --runs ${SAVED_RUNS} unless said otherwise
  --list           prints the cases and their targets
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    filter: { type: 'string', multiple: true, default: [''] },
    node: { type: 'string' },
    runs: { type: 'string' },
    before: { type: 'string' },
    json: { type: 'string' },
    save: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const cases = CASES.filter(({ id }) => values.filter.some((text) => id.includes(text)));
if (values.help) console.log(USAGE);
else if (values.list) list();
else await run();

function list() {
  for (const { id, peer, unit, target, most } of cases) {
    const aim = target ?? (most === undefined ? '-' : `<= ${most}`);
    console.log(`${id.padEnd(46)}${peer.padEnd(20)}${unit.padEnd(16)}${aim}`);
  }
}

async function run() {
  if (values.before !== undefined) process.env.BENCH_BEFORE = here(values.before);
  const report = new Report(values.check);
  const rows = [];
  const versions = {};
  for (const name of (values.node ?? (values.save ? SAVED_NODES : currentNode())).split(',')) {
    const binary = findNode(name, !values.check);
    versions[name] = binary.version;
    rows.push(...(await runOn(name, binary.path, report)));
  }
  report.end();
  if (values.json !== undefined) writeJson(here(values.json), rows);
  if (values.save) save(rows, versions);
  if (report.failed) process.exitCode = 1;
}

/**
 * All cases that are measured on one Node.
 *
 * @param {string} name - of the Node version
 * @param {string} binary
 * @param {Report} report
 * @returns {Promise<import('./runner.mjs').Row[]>}
 */
async function runOn(name, binary, report) {
  const budget = values.check ? 'check' : values.quick ? 'quick' : 'full';
  const session = new Session(binary, budget, Number(values.runs ?? (values.save ? SAVED_RUNS : 1)));
  // Rows that do not depend on Node, or say little about it, are measured with one of several.
  const names = values.node ?? (values.save ? SAVED_NODES : name);
  const first = names.split(',').includes(REFERENCE_NODE) ? REFERENCE_NODE : names.split(',')[0];
  const wanted = cases.filter(({ once, runtime }) => name === first || !(once || runtime));
  const rows = [];
  const found = (outcome) => {
    progress('');
    const benchCase = wanted.find(({ id }) => id === outcome.id);
    const row = outcome.row && { ...outcome.row, runtime: benchCase.runtime ?? `node ${name}` };
    report.add(benchCase, { ...outcome, row });
    if (row !== undefined) rows.push(row);
  };
  report.begin(name);
  if (values.check) {
    await session.check(wanted, found);
    return rows;
  }
  const alone = new Map();
  for (const [i, benchCase] of wanted.entries()) {
    if (benchCase.prepare === undefined) continue;
    progress(`node ${name}: ${i + 1}/${wanted.length} ${benchCase.id}`);
    const outcome = await session.measure(benchCase);
    if (outcome.row !== undefined) alone.set(benchCase.id, outcome.row);
    found(outcome);
  }
  const mixed = wanted.filter(({ of }) => of !== undefined);
  if (mixed.length === 0) return rows;
  progress(`node ${name}: mixed`);
  for (const { of } of mixed.filter(({ of }) => !alone.has(of))) {
    const { row } = await session.measure(CASES.find(({ id }) => id === of));
    if (row !== undefined) alone.set(of, row);
  }
  for (const outcome of await session.measureMixed(mixed, alone)) found(outcome);
  return rows;
}

/**
 * @param {import('./runner.mjs').Row[]} rows
 * @param {Record<string, string>} versions - of Node, by the names they were asked for with
 */
function save(rows, versions) {
  writeJson(RESULTS, mergeRows(readJson(RESULTS), rows));
  writeJson(MACHINE, describeMachine(versions));
  drawChart();
  writeTable();
}

/** A path is relative to where npm was called. */
function here(path) {
  return resolve(process.env.INIT_CWD ?? '.', path);
}

/** The case that is under way, on a terminal that can take it back. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
