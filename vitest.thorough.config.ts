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
      'packages/codec/test/connection/unmasked-frames.test.ts',
      'packages/codec/test/driver/driver.test.ts',
      'packages/codec/test/memory/transferred.test.ts',
      'packages/deflate/test/{properties,ws}.test.ts',
      'packages/deflate/test/engines/agreement.test.ts',
      'packages/deflate/test/extension/{messages,resources}.test.ts',
      'packages/deflate/test/inflate/memory.test.ts',
      'packages/handshake/test/vectors.test.ts',
      'packages/mask/test/utf8.test.ts',
      'test-vectors/test/reference.test.ts',
    ],
    reporters: ['./tools/vitest-summary.mjs'],
  },
});
