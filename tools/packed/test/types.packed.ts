// Declarations stand alone: without the DOM, without Node's types, every `.d.ts` checked, in each way to resolve modules, from the oldest
// TypeScript that the READMEs name to the newest.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { allEntries, createProject, runIn } from '../src/stranger.js';

const require = createRequire(import.meta.url);
const compilers = [
  { name: 'the oldest', tsc: require.resolve('typescript-oldest/bin/tsc'), asyncIterable: [] },
  { name: 'the newest', tsc: require.resolve('typescript/bin/tsc'), asyncIterable: ['DOM.AsyncIterable'] },
].map((compiler) => ({ ...compiler, version: versionOf(compiler.tsc) }));
const resolutions = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
];
/** Packages of programs with a command line do I/O, and have Node's types. */
const isPortable = (name: string): boolean => /\/(mask|codec|handshake|deflate|test-vectors)$/.test(name);

function versionOf(tsc: string): string {
  return JSON.parse(readFileSync(join(tsc, '../../package.json'), 'utf8')).version;
}

let folder: string;
beforeAll(async () => {
  folder = await createProject('types');
  const imports = allEntries(isPortable).map((entry, i) => `export * as e${i} from '${entry}';`);
  writeFileSync(join(folder, 'all.ts'), imports.join('\n'));
});

/** What a compiler says of files. */
async function compile(tsc: string, files: readonly string[], options: object): Promise<string> {
  const config = {
    compilerOptions: {
      target: 'es2022',
      lib: ['ES2022'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      ...options,
    },
    files,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return runIn(folder, [process.execPath, tsc, '-p', '.']).catch((error: Error) => error.message);
}

describe.each(compilers)('$name TypeScript, $version', ({ tsc, asyncIterable }) => {
  test.each(resolutions)('module $module, moduleResolution $moduleResolution', async (resolution) => {
    expect(await compile(tsc, ['all.ts', 'types.ts'], resolution)).toBe('');
  });

  test('with the DOM', async () => {
    const options = { ...resolutions.at(-1), lib: ['ES2022', 'DOM', ...asyncIterable] };
    expect(await compile(tsc, ['all.ts', 'types.ts', 'platform.ts'], options)).toBe('');
  });

  // Node's own declarations are checked by others.
  const node = { types: ['node'], typeRoots: [join(require.resolve('@types/node/package.json'), '../..')] };
  test.each([['ES2022'], ['ES2022', 'DOM', ...asyncIterable]])("with Node's types, %s", async (...lib) => {
    const options = { ...resolutions.at(-1), lib, ...node, skipLibCheck: true };
    expect(await compile(tsc, ['types.ts', 'node.ts'], options)).toBe('');
  });
});

test('the READMEs name the oldest TypeScript', () => {
  const [oldest] = compilers;
  const named = oldest!.version.split('.').slice(0, 2).join('.');
  for (const name of [
    'packages/mask',
    'packages/codec',
    'packages/handshake',
    'packages/deflate',
    'test-vectors',
  ]) {
    const readme = readFileSync(new URL(`../../../${name}/README.md`, import.meta.url), 'utf8');
    expect(readme, name).toContain(`TypeScript ${named}`);
  }
});
