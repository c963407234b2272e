import { defineConfig } from 'vitest/config';
import workspace from './vitest.config.js';

// The tests that need Debian's chromium at /usr/bin/chromium: `npm run test:browser`.
export default defineConfig({
  resolve: workspace.resolve ?? {},
  test: {
    include: [
      'examples/*/test/**/*.browser.ts',
      'docs/test/**/*.browser.ts',
      'packages/*/test/**/*.browser.ts',
    ],
    reporters: ['./tools/vitest-summary.mjs'],
    testTimeout: 120_000,
    // What is waited for comes; how soon is the machine's affair.
    expect: { poll: { timeout: 30_000 } },
    hookTimeout: 60_000,
  },
});
