// The README's table of runtimes: no runtime is asked here, so that a new vector is noticed wherever tests run.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readTable } from '../../examples/runtimes/vectors/table.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface VectorFile {
  readonly vectors?: readonly unknown[];
  readonly negotiation?: readonly unknown[];
  readonly messages?: readonly unknown[];
}

it('each runtime passes as many vectors as there are (`npm run test:runtimes` writes the table)', () => {
  const folder = `${root}test-vectors/vectors/`;
  const count = readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(folder + name, 'utf8')) as VectorFile)
    .flatMap(({ vectors = [], negotiation = [], messages = [] }) => [vectors, negotiation, messages])
    .reduce((sum, { length }) => sum + length, 0);
  const rows = readTable(readFileSync(`${root}README.md`, 'utf8'))
    .trim()
    .split('\n')
    .slice(2);
  const counts = rows.map((row) => Number(row.split('|')[3]!.replace(',', '')));
  expect(counts).toHaveLength(11);
  expect(new Set(counts)).toEqual(new Set([count]));
});
