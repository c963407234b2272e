// Every bundler makes a program of it that runs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import webpack from 'webpack';
import { allEntries, createProject, runIn } from '../src/stranger.js';

const APP = { heard: [601, 7], deflated: 1, masked: [3, 0] };
let folder: string;

beforeAll(async () => {
  folder = await createProject('bundled');
  // Everything that runs without Node, in one program.
  const portable = allEntries((name) => /\/(mask|codec|handshake|deflate|test-vectors)$/.test(name)).filter(
    (entry) => !entry.endsWith('/node-zlib'),
  );
  const everything = portable.map((entry, i) => `import * as e${i} from '${entry}';`).join('\n');
  const names = portable.map((_, i) => `Object.keys(e${i}).length`).join(', ');
  writeFileSync(join(folder, 'all.js'), `${everything}\nconsole.log(JSON.stringify([${names}]));`);
});

type Bundle = (input: string, file: string) => Promise<unknown>;

const bundlers: readonly (readonly [string, Bundle])[] = [
  [
    'esbuild',
    (input, outfile) =>
      esbuild.build({
        entryPoints: [input],
        outfile,
        bundle: true,
        minify: true,
        format: 'esm',
        logLevel: 'error',
      }),
  ],
  [
    'rollup',
    async (input, file) => {
      const bundle = await rollup({ input, plugins: [nodeResolve()], onwarn: fail });
      await bundle.write({ file, format: 'es' });
    },
  ],
  ['webpack', bundleByWebpack],
  [
    'vite',
    (input, file) =>
      vite({
        root: folder,
        logLevel: 'error',
        configFile: false,
        build: {
          outDir: join(file, '..'),
          emptyOutDir: false,
          lib: {
            entry: input,
            formats: ['es'],
            fileName: () =>
              file
                .slice(folder.length + 1)
                .split('/')
                .at(-1)!,
          },
        },
      }),
  ],
];

function fail(warning: { readonly message: string }): never {
  throw new Error(warning.message);
}

function bundleByWebpack(input: string, file: string): Promise<void> {
  const compiler = webpack({
    entry: input,
    context: folder,
    mode: 'production',
    target: 'es2022',
    experiments: { outputModule: true },
    output: { path: join(file, '..'), filename: file.split('/').at(-1)!, library: { type: 'module' } },
    performance: false,
    cache: false,
    // esbuild minifies: another minifier would take most of the time and find nothing.
    optimization: { minimize: false },
  });
  return new Promise((resolve, reject) => {
    compiler!.run((error, stats) => {
      const { errors = [], warnings = [] } = stats?.toJson({ errors: true, warnings: true }) ?? {};
      const problems = [error, ...errors, ...warnings].filter((problem) => problem);
      if (problems.length > 0) reject(new Error(problems.map((problem) => problem!.message).join('\n')));
      else resolve();
    });
  });
}

test.each(bundlers)('%s: a client and a server talk', async (name, bundle) => {
  const file = join(folder, `out-${name}`, 'app.mjs');
  await bundle(join(folder, 'app.js'), file);
  expect(JSON.parse(await runIn(folder, [process.execPath, file]))).toEqual(APP);
});

test.each(bundlers)('%s: every entry has the same names as unbundled', async (name, bundle) => {
  const file = join(folder, `out-${name}`, 'all.mjs');
  await bundle(join(folder, 'all.js'), file);
  const expected = JSON.parse(await runIn(folder, [process.execPath, 'all.js']));
  expect(JSON.parse(await runIn(folder, [process.execPath, file]))).toEqual(expected);
});

test('what is not used is not bundled', async () => {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: `import '@sanssocket/codec'; import '@sanssocket/handshake'; import '@sanssocket/mask';`,
      resolveDir: folder,
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    // It says that the imports do nothing.
    logLevel: 'error',
  });
  expect(outputFiles[0]!.text).toBe('');
});
