import { defineConfig } from 'vitest/config';
import workspace, { common } from './vitest.config.js';

// Each case of the conformance suite against an endpoint with the fault that it is about, and the chat's processes killed,
// frozen and cut off: `npm run test:faults`.
export default defineConfig({
  ...workspace,
  test: {
    ...common,
    include: ['packages/*/test/**/*.faults.ts', 'examples/*/test/**/*.faults.ts'],
    reporters: ['./tools/vitest-summary.mjs'],
  },
});
