import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../../', import.meta.url));

// The runtimes run what the packages publish, their dist; the test, which is the client, runs their sources.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: {
    alias: Object.fromEntries(
      ['mask', 'codec', 'handshake'].map((name) => [
        `@sanssocket/${name}`,
        `${root}packages/${name}/src/index.ts`,
      ]),
    ),
  },
  test: {
    include: ['test/**/*.runtime.ts'],
    reporters: ['default', '../../tools/vitest-summary.mjs'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
