/** The runtimes, and how each runs a program of `src` that imports `sanssocket`. */
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const folder: string = fileURLToPath(new URL('..', import.meta.url));
const DENO = ['run', '--quiet', '--no-config', '--no-lock', '--no-remote', '--no-check', '-A'];

/** Bundles a program for Node, which has no map of imports: the package is not installed here. */
function bundle(name: string): string {
  const outfile = `${folder}dist/${name}-node.mjs`;
  buildSync({
    absWorkingDir: folder,
    entryPoints: [`src/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { sanssocket: '../../packages/sanssocket/dist/node.js' },
  });
  return outfile;
}

/** Names, and commands with their arguments, to be run in the folder of this example. */
export const RUNTIMES: readonly (readonly [name: string, command: (program: string) => string[]])[] = [
  ['Node', (program) => [process.execPath, bundle(program)]],
  ['Bun', (program) => [`${folder}node_modules/@oven/bun-linux-x64/bin/bun`, 'run', `src/${program}.ts`]],
  [
    'Deno',
    (program) => [
      `${folder}node_modules/@deno/linux-x64-glibc/deno`,
      ...DENO,
      '--import-map=imports.json',
      `src/${program}.ts`,
    ],
  ],
];

export { folder };
