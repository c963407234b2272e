// The examples of the documentation as files that run: every block fenced as ```ts in a doc comment of a package's sources,
// in its README or in the one at the root, but those fenced as ```ts no-run. Run as a program it writes them to
// temp/examples, where `npm run types` checks them; tools/test/doc-examples.test.ts runs them.
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
 * @returns {{ line: number, code: string }[]} each with the line it begins at, counted from 1
 */
export function exampleBlocks(text) {
  const blocks = [];
  let block;
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.replace(/^ *\* ?/, '');
    if (block === undefined) {
      if (/^```ts *$/.test(content)) block = { line: index + 2, code: '' };
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
 * @returns {{ name: string, path: string }[]} where each stands in the documentation, and the file it was written to
 */
export function writeExamples() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return documents().flatMap(({ file, prefix }) =>
    exampleBlocks(readFileSync(root + file, 'utf8')).map(({ line, code }, index) => {
      const path = `${folder}${prefix}-${index + 1}.ts`;
      writeFileSync(path, code);
      return { name: `${file}:${line}`, path };
    }),
  );
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
  return [{ file: 'README.md', prefix: 'README' }, ...inPackages].filter(({ file }) =>
    existsSync(root + file),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`${writeExamples().length} examples in temp/examples`);
}
