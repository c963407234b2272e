import { defineConfig } from 'vitest/config';
import workspace, { common } from './vitest.config.js';

// Each case of the conformance suite against an endpoint with the fault that it is about: `npm run test:faults`.
export default defineConfig({
  ...workspace,
  test: {
    ...common,
    include: ['packages/*/test/**/*.faults.ts'],
    reporters: ['./tools/vitest-summary.mjs'],
  },
});
