import { defineConfig } from 'vitest/config';
import workspace, { common } from './vitest.config.js';

// The tests that can try more cases of the same kinds than a person waits for: `npm run test:thorough`.
export default defineConfig({
  ...workspace,
  test: {
    ...common,
    env: { THOROUGH: '1' },
    include: [
      'packages/codec/test/vectors.test.ts',
      'packages/codec/test/many/*.test.ts',
      'packages/deflate/test/extension/messages.test.ts',
      'packages/deflate/test/ws.test.ts',
      'test-vectors/test/reference.test.ts',
    ],
    reporters: ['./tools/vitest-summary.mjs'],
  },
});
