/** The table of the README. */
import type { Result } from './program.js';

const BEGIN = '<!-- Runtimes: made by `npm run test:runtimes`; not to be edited. -->';
const END = '<!-- End of the runtimes. -->';

/** A row: a runtime, its version, and what came of it. */
export type Row = readonly [name: string, version: string, result: Result];

const NAMES = ['runtime', 'version', 'vectors passed', 'properties', 'masks', 'scans'];

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(([name, version, { vectors, properties, masks, scans }]) =>
    [name, version, vectors.toLocaleString('en'), properties, masks, scans].join(' | '),
  );
  return [NAMES.join(' | '), NAMES.map(() => '---').join(' | '), ...lines]
    .map((line) => `| ${line} |\n`)
    .join('');
}

function placeIn(text: string): [start: number, end: number] {
  const start = text.indexOf(BEGIN) + BEGIN.length + 1;
  const end = text.indexOf(END);
  if (start <= BEGIN.length || end < start) throw new Error(`no table between ${BEGIN} and ${END}`);
  return [start, end];
}

/** @returns the table that stands in a text */
export function readTable(text: string): string {
  return text.slice(...placeIn(text));
}

/** @returns the text with another table */
export function withTable(text: string, table: string): string {
  const [start, end] = placeIn(text);
  return text.slice(0, start) + table + text.slice(end);
}

/** @returns the table without its versions, which are the machine's */
export function withoutVersions(table: string): string {
  return table.replaceAll(/^(\|[^|]*)\|[^|]*/gm, '$1');
}
