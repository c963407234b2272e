// The page "Who talks to whom" is what `npm run interop` found, with the notes as they are now.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { pageOf } from '../../interop/src/page.mjs';
import { peers } from '../../interop/src/peers.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const results = JSON.parse(readFileSync(`${root}interop/results.json`, 'utf8'));

it('is what the results give (`npm run interop -- --only NAME` writes it)', () => {
  expect(readFileSync(`${root}docs/pages/guide/who-talks-to-whom.md`, 'utf8')).toBe(pageOf(results));
});

it('has a row for each implementation in each of its roles', () => {
  const wanted = peers.flatMap(({ name, roles }) => roles.map((role) => `${name}, ${role}`));
  const rows = (results.rows as { name: string; role: string }[]).map(({ name, role }) => `${name}, ${role}`);
  expect(rows.sort()).toEqual(wanted.sort());
  expect(rows.length).toBeGreaterThan(60);
});
