// The record of all runs: a line an implementation and role with counts by group and the ids of
// what is tolerated, then a line a
// failure; and pictures of it. `node matrix.mjs` draws the pictures again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { groupsOf } from '../dist/reports/groups.js';
import { tally, VERDICTS } from '../dist/reports/report.js';

const FOLDER = new URL('../results/', import.meta.url);
const FILE = new URL('matrix.jsonl', FOLDER);
const eta = new Eta({ views: fileURLToPath(new URL('.', import.meta.url)) });

/** Results of all peers. */
export class Matrix {
  #rows = [];
  #falls = new Map();

  /** The process of a server ended over a case. */
  fell(agent, id) {
    this.#falls.set(agent, [...new Set([...(this.#falls.get(agent) ?? []), id])]);
  }

  /** Adds one run. Of its results only what a matrix needs is kept. */
  add(name, version, { agent, role, cases: results }, cases) {
    const groups = Object.fromEntries(
      groupsOf(cases).map(({ key, cases: group }) => {
        const ids = new Set(group.map(({ id }) => id));
        return [key, counts(results.filter(({ id }) => ids.has(id)))];
      }),
    );
    const failures = results
      .filter(({ verdict }) => verdict === 'FAILED')
      .map(({ id, section, explanation }) => ({ id, section, explanation: steady(explanation) }));
    const notRun = cases.length - results.length;
    const fell = role === 'server' ? (this.#falls.get(agent) ?? []) : [];
    this.#rows.push({
      name,
      version,
      role,
      cases: results.length,
      ...(notRun > 0 ? { notRun } : {}),
      ...(fell.length > 0 ? { processEndedOver: fell } : {}),
      groups,
      nonStrict: idsOf(results, 'NON-STRICT'),
      informational: idsOf(results, 'INFORMATIONAL'),
      failures,
    });
  }

  /** One line. */
  summary({ cases }) {
    return tally(cases)
      .map(([verdict, count]) => `${count} ${verdict}`)
      .join(', ');
  }

  /**
   * Writes the files.
   *
   * @param isWhole - whether all peers were run; otherwise their rows take the place of those that are there
   */
  async write(isWhole) {
    mkdirSync(FOLDER, { recursive: true });
    const rows = isWhole || !existsSync(FILE) ? this.#rows : merge(read().rows, this.#rows);
    const date = new Date().toISOString().slice(0, 10);
    const lines = [{ format: 'sanssocket-conformance-matrix', version: 2, date }];
    for (const { failures, ...row } of rows) lines.push(row, ...failures);
    writeFileSync(FILE, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    draw(rows);
  }
}

/** The rows of the file: lines with a role begin an implementation, the others are its failures. */
function read() {
  const [head, ...lines] = readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const rows = [];
  for (const line of lines) {
    if (line.role === undefined) rows.at(-1).failures.push(line);
    else rows.push({ ...line, failures: [] });
  }
  return { head, rows };
}

function draw(rows) {
  for (const role of ['server', 'client']) {
    const drawn = rows.filter((row) => row.role === role);
    writeFileSync(new URL(`${role}s.svg`, FOLDER), picture(role, drawn));
  }
}

function idsOf(results, verdict) {
  return results
    .filter((result) => result.verdict === verdict)
    .map(({ id }) => id)
    .join(' ');
}

function counts(results) {
  return Object.fromEntries(tally(results));
}

/** Ports and hosts differ from run to run. */
function steady(explanation) {
  return explanation.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1');
}

function merge(before, now) {
  const keyOf = ({ name, role }) => `${role} ${name}`;
  const fresh = new Map(now.map((row) => [keyOf(row), row]));
  const kept = before.map((row) => {
    const key = keyOf(row);
    const replacement = fresh.get(key) ?? row;
    fresh.delete(key);
    return replacement;
  });
  return [...kept, ...fresh.values()];
}

const COLORS = {
  OK: '#3aa76d',
  INFORMATIONAL: '#8090f0',
  'NON-STRICT': '#e3a92f',
  UNIMPLEMENTED: '#c3c8d4',
  FAILED: '#c62f26',
  'not run': '#ffffff',
};
/** A character of the labels, where the font is a wide one: DejaVu Sans has 0.62 em on average. */
const LETTER = 13 * 0.64;
const MARGIN = 16;
const CELL = 30;
const TOP = 118;
const ROW = 26;

/** A row an implementation, a column a group; each cell is divided as its verdicts are. */
function picture(role, rows) {
  const keys = [...new Set(rows.flatMap(({ groups }) => Object.keys(groups)))];
  const labels = rows.map(({ name, version }) => `${name} ${version}`);
  const left = Math.ceil(MARGIN + 12 + LETTER * Math.max(...labels.map(({ length }) => length)));
  const width = left + keys.length * CELL + 160;
  const drawn = rows.map(({ groups, failures, notRun = 0, processEndedOver = [] }, nth) => ({
    label: labels[nth],
    y: TOP + nth * ROW,
    failed: failures.length,
    rest:
      notRun > 0
        ? `, ${notRun} not run`
        : processEndedOver.length > 0
          ? `, ${processEndedOver.length} crash${processEndedOver.length === 1 ? '' : 'es'}`
          : '',
    cells: keys.flatMap((key, column) => stripes(key, groups[key] ?? {}, left + column * CELL)),
  }));
  return eta.render('./matrix', {
    title: `Verdicts of ${role}s by group of cases`,
    width,
    height: TOP + rows.length * ROW + 42,
    left,
    top: TOP,
    rows: drawn,
    columns: keys.map((key, nth) => ({ key, x: left + nth * CELL + CELL / 2 })),
    legend: VERDICTS.map((verdict, nth) => ({ verdict, color: COLORS[verdict], x: left + nth * 130 })),
  });
}

/** A failure is always wide enough to be seen. */
function stripes(key, group, x) {
  const total = Object.values(group).reduce((sum, count) => sum + count, 0);
  const inner = CELL - 3;
  const least = 3;
  const widths = VERDICTS.filter((verdict) => group[verdict] > 0).map((verdict) => ({
    verdict,
    count: group[verdict],
    width: Math.max(least, (group[verdict] / total) * inner),
  }));
  const scale = inner / widths.reduce((sum, { width }) => sum + width, 0);
  let at = x;
  return widths.map(({ verdict, count, width }) => {
    const stripe = { x: at.toFixed(1), width: (width * scale).toFixed(1), color: COLORS[verdict] };
    at += width * scale;
    return { ...stripe, title: `${key}: ${count} ${verdict} of ${total}` };
  });
}

if (import.meta.filename === process.argv[1]) draw(read().rows);
