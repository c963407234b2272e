import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// All vectors in every runtime: alone, as it keeps two cores busy, and other tests wait for programs.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['test/**/*.everywhere.ts'],
    reporters: ['../../tools/vitest-summary.mjs'],
    testTimeout: 120_000,
    maxConcurrency: 2,
  },
});
