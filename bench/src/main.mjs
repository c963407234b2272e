/**
 * The benchmark's command line; `--help` says how. Cases run one after the other, each in a
 * process of its own.
 */
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './cases/index.mjs';
import { describeMachine } from './machine.mjs';
import { Report } from './report.mjs';

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url));

/** How often a row with servers is measured for committed results. */
const SERVER_RUNS = 3;

const USAGE = `npm run bench -- [options]

  --quick          short rounds: under 90 s, noisier
  --check          runs each case once, only to compare results with the peers'
  --filter TEXT    only cases whose name contains TEXT; more than once: any of them
  --json FILE      writes the rows as JSON
  --save           writes results/results.json and, beside it, what they were measured on
  --list           prints the cases and their targets
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    filter: { type: 'string', multiple: true, default: [''] },
    json: { type: 'string' },
    save: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const cases = CASES.filter(({ id }) => values.filter.some((text) => id.includes(text)));
if (values.help) console.log(USAGE);
else if (values.list) list();
else await run(values.check ? 'check' : values.quick ? 'quick' : 'full');

function list() {
  for (const { id, peer, unit, target } of cases) {
    console.log(`${id.padEnd(32)}${peer.padEnd(18)}${unit.padEnd(16)}${target ?? '-'}`);
  }
}

/** @param {'full' | 'quick' | 'check'} budget */
async function run(budget) {
  const check = budget === 'check';
  const report = new Report(check);
  const rows = [];
  const ids = cases.map(({ id }) => id);
  const found = (outcome) => {
    progress('');
    report.add(
      cases.find(({ id }) => id === outcome.id),
      outcome,
    );
    if (outcome.row !== undefined) rows.push(outcome.row);
  };
  // To compare results, one process does for all.
  if (check) {
    progress('comparing');
    await work(budget, ids, found);
  }
  for (const { id, timing } of check ? [] : cases) {
    progress(`${ids.indexOf(id) + 1}/${ids.length} ${id}`);
    const outcomes = [];
    const runs = budget === 'full' && timing === 'servers' ? SERVER_RUNS : 1;
    for (let i = 0; i < runs; i++) await work(budget, [id], (outcome) => outcomes.push(outcome));
    found(summary(outcomes));
  }
  report.end();
  // A path is relative to where npm was called.
  if (values.json !== undefined) writeJson(resolve(process.env.INIT_CWD ?? '.', values.json), rows);
  if (values.save) {
    mkdirSync(RESULTS, { recursive: true });
    writeJson(`${RESULTS}results.json`, rows);
    writeJson(`${RESULTS}machine.json`, describeMachine());
  }
  if (report.failed) process.exitCode = 1;
}

/**
 * One outcome of several runs: the row with the ratio in the middle, and the two between which
 * all ratios are. The kernel and the network stack differ from run to run, and not only from
 * round to round.
 *
 * @param {import('./report.mjs').Outcome[]} outcomes
 * @returns {import('./report.mjs').Outcome}
 */
function summary(outcomes) {
  const without = outcomes.find(({ row }) => row === undefined);
  if (outcomes.length === 1 || without !== undefined) return without ?? outcomes[0];
  const sorted = outcomes.toSorted((a, b) => a.row.ratio - b.row.ratio);
  const { id, row } = sorted[sorted.length >> 1];
  return { id, row: { ...row, ratios: [sorted[0].row.ratio, sorted.at(-1).row.ratio] } };
}

/**
 * Runs cases in a process of their own (worker.mjs).
 *
 * @param {string} budget
 * @param {string[]} ids
 * @param {(outcome: import('./report.mjs').Outcome) => void} onOutcome - called once for each
 */
function work(budget, ids, onOutcome) {
  const waiting = new Set(ids);
  return new Promise((done) => {
    const child = fork(new URL('./worker.mjs', import.meta.url), [budget, ...ids], {
      execArgv: ['--expose-gc', '--max-old-space-size=6144'],
    });
    child.on('message', (outcome) => {
      waiting.delete(outcome.id);
      onOutcome(outcome);
    });
    child.on('exit', () => {
      for (const id of waiting) onOutcome({ id, failed: 'the process ended before its result' });
      done();
    });
  });
}

/** The case that is under way, on a terminal that can take it back. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
