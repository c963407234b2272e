/** Bundles the program for each kind of realm: sources of the packages, helpers of their tests, and the vectors. */
import { copyFileSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import workspace from '../../../vitest.config.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const mask = fileURLToPath(new URL('../../../packages/mask/', import.meta.url));

const standIns: Plugin = {
  name: 'stand-ins',
  setup({ onResolve }) {
    onResolve({ filter: /^vitest$/ }, () => ({ path: `${here}vitest-stand-in.ts` }));
    onResolve({ filter: /^node:/ }, () => ({ path: `${here}node-stand-in.ts` }));
    onResolve({ filter: /\/engines\.js$/ }, () => ({ path: `${here}engines.ts` }));
    onResolve({ filter: /\/simd\.wasm$/ }, () => ({ path: './simd.wasm', external: true }));
  },
};

/**
 * @returns a folder with `print.mjs`, `page.js`, `worker.js` and what a Worker needs besides
 */
export async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sanssocket-runtimes-'));
  await build({
    entryPoints: ['print.ts', 'page.ts', 'worker.ts'].map((file) => here + file),
    outdir: folder,
    bundle: true,
    format: 'esm',
    // Files of tests stand in packages that declare to have no side effects, and are imported for theirs.
    ignoreAnnotations: true,
    target: 'es2022',
    // Workers have no URL of a module.
    define: { 'import.meta.url': '"file:///vectors/test/program.js"' },
    alias: (workspace.resolve?.alias ?? {}) as Record<string, string>,
    plugins: [standIns],
  });
  // Outside of a package, Node takes a file for a module by its extension.
  renameSync(join(folder, 'print.js'), join(folder, 'print.mjs'));
  copyFileSync(`${here}worker.capnp`, join(folder, 'worker.capnp'));
  copyFileSync(`${mask}wasm/simd.wasm`, join(folder, 'simd.wasm'));
  return folder;
}
