/**
 * The benchmark's command line; `--help` says how. Each case runs in a process of its own (worker.mjs), one after the other.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES } from './cases/index.mjs';
import { describeMachine } from './machine.mjs';
import { Report } from './report.mjs';

const USAGE = `npm run bench -- [options]

  --quick          short rounds: under 90 s, noisier
  --check          runs each case once, only to compare results with the peers'
  --filter TEXT    only cases whose name contains TEXT; more than once: any of them
  --json FILE      writes the rows as JSON
  --machine FILE   writes what they were measured on
  --list           prints the cases and their targets
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    filter: { type: 'string', multiple: true, default: [''] },
    json: { type: 'string' },
    machine: { type: 'string' },
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
  const report = new Report();
  const rows = [];
  const check = budget === 'check';
  for (const [i, benchCase] of cases.entries()) {
    progress(`${i + 1}/${cases.length} ${benchCase.id}`);
    const { row, skipped, failed } = await measureApart(benchCase.id, budget);
    progress('');
    if (failed !== undefined) report.fail(benchCase, failed);
    else if (skipped !== undefined) report.skip(benchCase, skipped);
    else if (check) report.verified(benchCase);
    else report.row(benchCase, row);
    if (row !== undefined) rows.push(row);
  }
  report.end(check);
  if (values.json !== undefined) writeJson(values.json, rows);
  if (values.machine !== undefined) writeJson(values.machine, describeMachine());
  if (report.failed) process.exitCode = 1;
}

/** Measures a case in a process of its own. */
function measureApart(id, budget) {
  return new Promise((resolvePromise) => {
    const child = fork(new URL('./worker.mjs', import.meta.url), [id, budget], {
      execArgv: ['--expose-gc', '--max-old-space-size=6144'],
    });
    let outcome = { failed: 'the process ended without a result' };
    child.on('message', (message) => {
      outcome = message;
    });
    child.on('exit', () => resolvePromise(outcome));
  });
}

/** What is under way, on a terminal that can take it back. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Paths are relative to where npm was called. */
function writeJson(file, value) {
  writeFileSync(resolve(process.env.INIT_CWD ?? '.', file), `${JSON.stringify(value, null, 2)}\n`);
}
