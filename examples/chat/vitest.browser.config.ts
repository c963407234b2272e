import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import workspace from '../../vitest.config.js';

/** The tests that need a browser: `npx vitest run --config examples/chat/vitest.browser.config.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: workspace.resolve ?? {},
  test: {
    include: ['test/**/*.browser.ts'],
    reporters: ['default', '../../tools/vitest-summary.mjs'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
