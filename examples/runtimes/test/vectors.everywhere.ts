// All vectors, and the properties that are quick to try, in every runtime; the README has the table.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, findBinaries, versionOf } from '../vectors/binaries.mjs';
import { bundle } from '../vectors/bundle.js';
import { runtimesOf } from '../vectors/runtimes.js';
import { type Row, readTable, tableOf, withoutVersions, withTable } from '../vectors/table.js';

const readme = fileURLToPath(new URL('../../../README.md', import.meta.url));
const runtimes = runtimesOf(findBinaries());
const rows = new Map<string, Row>();
let folder: string;

beforeAll(async () => {
  folder = await bundle();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.concurrent.each(runtimes)('$name', async ({ name, binary, run }) => {
  if (binary === CHROMIUM && !existsSync(binary)) throw new Error(`Debian's chromium is not at ${CHROMIUM}`);
  const result = await run(folder);
  expect(result.failures).toEqual([]);
  rows.set(name, [name, versionOf(binary), result]);
});

test('what takes WebAssembly away takes SIMD away', () => {
  const kernelOf = (name: string): unknown[] => [rows.get(name)![2].masks, rows.get(name)![2].scans];
  expect(kernelOf('Node 22, 2 GB of address space')).toEqual(['JavaScript', 'JavaScript']);
  expect(kernelOf('Chromium, strict content security policy')).toEqual(['JavaScript', 'JavaScript']);
  for (const name of ['Node 24', 'workerd', 'Chromium']) expect(kernelOf(name)).toEqual(['SIMD', 'SIMD']);
});

test('the table of the README: written, but in CI, where it must have the same counts', () => {
  const table = tableOf(runtimes.map(({ name }) => rows.get(name)!));
  console.log(`\n${table}`);
  const text = readFileSync(readme, 'utf8');
  if (process.env['CI'] === undefined) writeFileSync(readme, withTable(text, table));
  else expect(withoutVersions(readTable(text))).toBe(withoutVersions(table));
});
