/**
 * Writes the figures of the root README from committed results: a table between two comments, wins
 * and losses alike.
 *
 *   npm run figures                   writes it
 *   npm run figures -- --check        exits with 1 unless it stands there
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MACHINE, RESULTS, readJson } from '../results.mjs';
import { REFERENCE_NODE } from '../runtimes.mjs';
import { GROUPS } from './rows.mjs';

/** @typedef {import('../runner.mjs').Row} Row */

const README = fileURLToPath(new URL('../../../README.md', import.meta.url));

/** The comments around the figures. */
const BEGIN = '<!-- Figures: made by `npm run figures` in bench from bench/results; not to be edited. -->';
const END = '<!-- End of the figures. -->';

/** @type {[runtime: string, heading: string][]} */
const COLUMNS = [
  ['node 22', 'Node 22'],
  ['node 24', 'Node 24'],
  ['node 26', 'Node 26'],
  ['bun', 'Bun'],
  ['deno', 'Deno'],
];

const OUTSIDE = 'outside/';

/**
 * The row of a case in a runtime. Cases of other runtimes have their name in them.
 *
 * @param {Row[]} results
 * @param {string} id
 * @param {string} runtime
 */
function find(results, id, runtime) {
  const other = id.startsWith(OUTSIDE) && !runtime.startsWith('node');
  const name = other ? `${OUTSIDE}${runtime}/${id.slice(OUTSIDE.length)}` : id;
  return results.find((row) => row.case === name && row.runtime === runtime);
}

/** @param {number} value - to two digits, or to the unit */
function short(value) {
  return value >= 10 ? String(Math.round(value)) : value.toFixed(value < 1 ? 2 : 1);
}

/** @param {number} value - as 1.2k or 45k */
function thousands(value) {
  return value < 1000 ? String(Math.round(value)) : `${short(value / 1000)}k`;
}

/**
 * @param {Row | undefined} row
 * @param {'ratio' | 'both'} cells
 */
function cell(row, cells = 'ratio') {
  if (row === undefined) return '';
  if (cells === 'both') return `${short(row.ours)} / ${short(row.theirs)}`;
  const [low, high] = (row.ratios ?? [row.ratio, row.ratio]).map(short);
  return low === high ? low : `${low}-${high}`;
}

/**
 * @param {Row[]} results
 * @param {{ cpu: string, cores: number, date: string, nodes: Record<string, string>, peers: Record<string, string> }} machine
 * @returns {string} Markdown
 */
export function tableOf(results, { cpu, cores, date, nodes, peers }) {
  const lines = [
    `Measured on ${date}: ${cores} cores of an ${cpu}, Node ${Object.values(nodes).join(', ')}, ws ${peers.ws} with bufferutil, ` +
      `websocket-driver ${peers['websocket-driver']}, Bun ${peers.bun}, Deno ${peers.deno}. A figure is the ratio to \`ws\`, or to the peer ` +
      'that the row names, in the same run: above 1 ours is faster or smaller. Of three runs both ends are given where they differ. ' +
      "On Bun and Deno the peer is the runtime's own server.",
  ];
  const rates = `messages/s, Node ${REFERENCE_NODE}: ours / peer`;
  for (const group of GROUPS) {
    const columns = COLUMNS.filter(([runtime]) => group.rows.some(([id]) => find(results, id, runtime)));
    if (columns.length === 0) continue;
    const header = [group.title, ...columns.map(([, heading]) => heading), ...(group.rates ? [rates] : [])];
    lines.push('', `| ${header.join(' | ')} |`, `|${'---|'.repeat(header.length)}`);
    for (const [id, words] of group.rows) {
      const cells = columns.map(([runtime]) => cell(find(results, id, runtime), group.cells));
      if (cells.every((text) => text === '')) continue;
      if (group.rates) {
        const row = find(results, id, `node ${REFERENCE_NODE}`);
        cells.push(row?.rates ? `${thousands(row.rates.ours)} / ${thousands(row.rates.theirs)}` : '');
      }
      lines.push(`| ${[words, ...cells].join(' | ')} |`);
    }
  }
  return lines.join('\n');
}

/** @returns {[before: string, after: string]} the README, and the README with today's figures */
function renewed() {
  const before = readFileSync(README, 'utf8');
  const [begin, end] = [before.indexOf(BEGIN), before.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('README.md lacks the comments around the figures');
  const table = tableOf(readJson(RESULTS), readJson(MACHINE));
  return [before, `${before.slice(0, begin + BEGIN.length)}\n${table}\n${before.slice(end)}`];
}

/** Writes the table of the committed results. */
export function writeTable() {
  writeFileSync(README, renewed()[1]);
  console.log('wrote the figures of README.md');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) writeTable();
  else {
    const [before, after] = renewed();
    if (before !== after) {
      console.log('the figures of README.md are not those of bench/results: npm run figures');
      process.exitCode = 1;
    }
  }
}
