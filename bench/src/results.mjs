/** The files of committed results. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CASES } from './cases/index.mjs';

const file = (name) => fileURLToPath(new URL(`../results/${name}`, import.meta.url));

export const RESULTS = file('results.json');
export const MACHINE = file('machine.json');
export const CHART = file('chart.svg');

/**
 * Rows measured now in the place of those from before. Rows of cases that are no more are left out,
 * so that results may be renewed part by part.
 *
 * @param {import('./runner.mjs').Row[]} before
 * @param {import('./runner.mjs').Row[]} now
 */
export function mergeRows(before, now) {
  const rows = new Map([...before, ...now].map((row) => [`${row.runtime} ${row.case}`, row]));
  const order = CASES.map(({ id }) => id);
  return [...rows.values()]
    .filter((row) => row.runtime !== undefined && order.includes(row.case))
    .sort((a, b) => order.indexOf(a.case) - order.indexOf(b.case) || (a.runtime < b.runtime ? -1 : 1));
}

/** @param {string} path */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** @param {string} path @param {unknown} value */
export function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
