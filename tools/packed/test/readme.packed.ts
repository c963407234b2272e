// The lines by which README and First steps pack and install, as they stand: in a copy of the repository that has nothing installed,
// and in a project beside it. Then the first program of the README runs there.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { exampleBlocks } from '../../doc-examples.mjs';
import { allEntries, runIn } from '../src/stranger.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const PAGES = ['README.md', 'docs/pages/guide/first-steps.md'];

/** The block of shell lines of a page that packs, and its line for a project. */
function linesOf(page: string): { readonly pack: string; readonly install: string } {
  const text = readFileSync(root + page, 'utf8');
  const pack = exampleBlocks(text, 'sh').find(({ code }) => code.includes('pnpm pack'));
  const install = /`(npm install path\/to\/[^`]+)`/.exec(text);
  return { pack: pack!.code, install: install![1]! };
}

let clone: string;
let project: string;

beforeAll(async () => {
  clone = join(inject('folder'), 'clone');
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((name) => name !== '' && existsSync(root + name))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(root + file, join(clone, file));
  }
  await runIn(clone, ['sh', '-ec', linesOf(PAGES[0]!).pack]);
  project = join(inject('folder'), 'project');
  mkdirSync(join(project, 'path/to'), { recursive: true });
  symlinkSync(clone, join(project, 'path/to/sanssocket'));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await runIn(project, ['sh', '-ec', linesOf(PAGES[0]!).install]);
}, 600_000);

// Here, as removing all that was installed takes seconds in which the run would not hear of this file's end.
afterAll(() => rm(clone, { recursive: true, force: true }));

test('both pages have the same lines', () => {
  expect(linesOf(PAGES[1]!)).toEqual(linesOf(PAGES[0]!));
});

test('every entry can be imported', async () => {
  const code = allEntries((name) => name !== '@sanssocket/deflate')
    .map((entry) => `await import('${entry}');`)
    .join('\n');
  writeFileSync(join(project, 'entries.js'), code);
  await runIn(project, [process.execPath, 'entries.js']);
});

test("the README's first program runs", async () => {
  const [first] = exampleBlocks(readFileSync(`${root}README.md`, 'utf8'));
  writeFileSync(join(project, 'first.js'), first!.code);
  await runIn(project, [process.execPath, 'first.js']);
});
