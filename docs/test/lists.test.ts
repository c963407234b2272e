// The first pages lead to everything: each package, and each page of the guide.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { publishedPackages } from '../../tools/packages.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = readdirSync(`${root}docs/pages/guide`).filter((page) => page.endsWith('.md'));

describe.each(['README.md', 'docs/pages/index.md'])('%s', (file) => {
  const text = readFileSync(root + file, 'utf8');

  it.each(publishedPackages())('has a row for %s', (folder) => {
    const { name } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
    expect(text).toMatch(new RegExp(`^\\| \\[\`${name}\`\\]\\([./]*${folder}/README.md\\) +\\| .{20}`, 'm'));
  });

  it.each(pages)('leads to %s', (page) => {
    expect(text).toContain(`guide/${page})`);
  });
});
