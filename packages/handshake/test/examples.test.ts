// Every example in a doc comment and every block of TypeScript in the README runs as it stands.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as handshake from '@sanssocket/handshake';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { HANDSHAKE_FAULTS } from '../src/policy.js';

const root = new URL('../', import.meta.url);
const nodes = createRequire(import.meta.url);

function blocks(path: string, isDoc: boolean): [string, string][] {
  const source = readFileSync(new URL(path, root), 'utf8');
  const found = [...source.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
  return found.map((code, i) => [`${path} ${i + 1}`, isDoc ? code.replaceAll(/^ *\* ?/gm, '') : code]);
}

const files = readdirSync(new URL('src/', root), { encoding: 'utf8', recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`);

const examples = [...files.flatMap((file) => blocks(file, true)), ...blocks('README.md', false)];

test.each(examples)('%s', async (_name, code) => {
  const { code: script } = transformSync(code, { loader: 'ts', format: 'cjs', target: 'es2022' });
  const modules = (name: string): unknown => {
    if (name === '@sanssocket/handshake') return handshake;
    return name === 'node:assert/strict' ? assert : nodes(name);
  };
  await new Function('require', 'module', 'exports', script)(modules, { exports: {} }, {});
});

test('every function, class and constant exported has an example', () => {
  const sources = files.map((file) => readFileSync(new URL(file, root), 'utf8'));
  for (const name of Object.keys(handshake)) {
    const source = sources.find((text) =>
      new RegExp(`^export (function|class|const) ${name}\\b`, 'm').test(text),
    )!;
    const before = source.slice(
      0,
      source.search(new RegExp(`^export (function|class|const) ${name}\\b`, 'm')),
    );
    expect(before.slice(before.lastIndexOf('/**')), name).toContain('@example');
  }
});

test('the README lists every fault', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8').replaceAll(/ +/g, ' ');
  const codes = Object.entries(HANDSHAKE_FAULTS);
  expect(codes.length).toBeGreaterThan(30);
  const rows = codes.map(
    ([code, { section, status, sentence }]) =>
      `| \`${code}\` | ${section} |${status === 0 ? '' : ` ${status}`} | ${sentence} |`,
  );
  expect(rows.filter((row) => !readme.includes(row))).toEqual([]);
});
