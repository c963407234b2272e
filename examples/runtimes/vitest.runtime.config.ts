import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import workspace from '../../vitest.config.js';

// The runtimes run what the packages publish, their dist; the tests, which are the other end, run their sources.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: workspace.resolve ?? {},
  test: {
    include: ['test/**/*.runtime.ts'],
    reporters: ['../../tools/vitest-summary.mjs'],
    testTimeout: 120_000,
    // What is waited for comes; how soon is the machine's affair.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 30_000,
  },
});
