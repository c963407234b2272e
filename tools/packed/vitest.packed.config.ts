import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// What is published, in the hands of strangers. Needs the packages built, `npm ci --prefix examples/runtimes`, and the registry.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    include: ['test/**/*.packed.ts'],
    globalSetup: ['src/pack.ts'],
    reporters: ['default', '../vitest-summary.mjs'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
