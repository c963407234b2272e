// The examples of the documentation as files that run: every block fenced as ```ts in a doc
// comment of a package's sources, in its README, in the one at the root or on a page of docs/,
// but not those fenced as ```ts no-run. Programs of their own, fenced as ```ts node, are written
// as well, but run by docs/test/first-steps.test.ts; those of other runtimes (```ts bun) are left
// to examples/runtimes/test. As a program this file writes the examples to temp/examples, where
// `npm run types` checks them; tools/test/doc-examples.test.ts runs them.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}temp/examples/`;

/** Names of the folders under packages/, in alphabetical order. */
export function packageNames() {
  return readdirSync(`${root}packages`).sort();
}

/**
 * Takes the runnable blocks out of a text.
 *
 * @param {string} text - a source file or a README
 * @param {string} [fence] - the word behind the three backticks
 * @returns {{ line: number, code: string }[]} each with the line it begins at, counted from 1
 */
export function exampleBlocks(text, fence = 'ts') {
  const blocks = [];
  let block;
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.replace(/^ *\* ?/, '');
    if (block === undefined) {
      if (content.trimEnd() === `\`\`\`${fence}`) block = { line: index + 2, code: '' };
    } else if (content.startsWith('```')) {
      blocks.push(block);
      block = undefined;
    } else {
      block.code += `${content}\n`;
    }
  }
  if (block !== undefined) throw new Error(`the block at line ${block.line} has no end`);
  return blocks;
}

/**
 * Writes all examples, and nothing else, to temp/examples.
 *
 * @returns {{ name: string, path: string }[]} the examples that can be imported, each with its
 * place in the documentation and the file it was written to
 */
export function writeExamples() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return documents().flatMap(({ file, prefix }) => {
    const text = readFileSync(root + file, 'utf8');
    for (const { line, code } of exampleBlocks(text, 'ts node')) {
      writeFileSync(`${folder}${prefix}-program-${line}.ts`, code);
    }
    return exampleBlocks(text).map(({ line, code }, index) => {
      const path = `${folder}${prefix}-${index + 1}.ts`;
      writeFileSync(path, code);
      return { name: `${file}:${line}`, path };
    });
  });
}

function documents() {
  const inPackages = packageNames().flatMap((name) => [
    { file: `packages/${name}/README.md`, prefix: `${name}-README` },
    ...readdirSync(`${root}packages/${name}/src`, { recursive: true })
      .filter((source) => source.endsWith('.ts'))
      .map((source) => ({
        file: `packages/${name}/src/${source}`,
        prefix: `${name}-${source.replace(/\.ts$/, '').replaceAll('/', '-')}`,
      })),
  ]);
  const pages = readdirSync(`${root}docs/pages`, { recursive: true })
    .filter((page) => page.endsWith('.md'))
    .sort()
    .map((page) => ({
      file: `docs/pages/${page}`,
      prefix: `docs-${page.replace(/\.md$/, '').replaceAll('/', '-')}`,
    }));
  return [{ file: 'README.md', prefix: 'README' }, ...pages, ...inPackages].filter(({ file }) =>
    existsSync(root + file),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`${writeExamples().length} examples in temp/examples`);
}
