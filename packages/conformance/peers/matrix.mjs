// What is kept of all runs: counts by group, every case that is not OK, and why; as JSON and as a picture.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import { groupsOf } from '../dist/reports/groups.js';
import { tally, VERDICTS } from '../dist/reports/report.js';

const FOLDER = new URL('../results/', import.meta.url);
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
    const exceptions = results
      .filter(({ verdict }) => verdict !== 'OK')
      .map(({ id, verdict, section, explanation }) => ({
        id,
        verdict,
        ...(verdict === 'FAILED' ? { section, explanation: steady(explanation) } : {}),
      }));
    const notRun = cases.length - results.length;
    const fell = role === 'server' ? (this.#falls.get(agent) ?? []) : [];
    this.#rows.push({
      name,
      version,
      role,
      cases: results.length,
      ...(notRun > 0 ? { notRun } : {}),
      ...(fell.length > 0 ? { processEndedOver: fell } : {}),
      counts: counts(results),
      groups,
      exceptions,
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
    const file = new URL('matrix.json', FOLDER);
    const rows = isWhole ? this.#rows : merge(JSON.parse(readFileSync(file, 'utf8')).rows, this.#rows);
    const head = {
      format: 'sanssocket-conformance-matrix',
      version: 1,
      date: new Date().toISOString().slice(0, 10),
    };
    writeFileSync(file, `${JSON.stringify({ ...head, rows }, null, 1)}\n`);
    for (const role of ['server', 'client'])
      writeFileSync(
        new URL(`${role}s.svg`, FOLDER),
        picture(
          role,
          rows.filter((row) => row.role === role),
        ),
      );
  }
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
const LEFT = 250;
const CELL = 30;
const TOP = 118;
const ROW = 26;

/** A row an implementation, a column a group; each cell is divided as its verdicts are. */
function picture(role, rows) {
  const keys = [...new Set(rows.flatMap(({ groups }) => Object.keys(groups)))];
  const width = LEFT + keys.length * CELL + 160;
  const drawn = rows.map(
    ({ name, version, groups, counts: all, notRun = 0, processEndedOver = [] }, nth) => ({
      label: `${name} ${version}`,
      y: TOP + nth * ROW,
      failed: all.FAILED ?? 0,
      rest:
        notRun > 0
          ? `, ${notRun} not run`
          : processEndedOver.length > 0
            ? `, ${processEndedOver.length} crashes`
            : '',
      cells: keys.flatMap((key, column) => stripes(key, groups[key] ?? {}, LEFT + column * CELL)),
    }),
  );
  return eta.render('./matrix', {
    title: `Verdicts of ${role}s by group of cases`,
    width,
    height: TOP + rows.length * ROW + 42,
    left: LEFT,
    top: TOP,
    rows: drawn,
    columns: keys.map((key, nth) => ({ key, x: LEFT + nth * CELL + CELL / 2 })),
    legend: VERDICTS.map((verdict, nth) => ({ verdict, color: COLORS[verdict], x: LEFT + nth * 130 })),
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
