import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

// Tests import packages by name and get their sources: coverage and stack traces then speak of src, not dist.
const alias = {
  '@sanssocket/codec/unchecked': `${root}packages/codec/src/unchecked-frame.ts`,
  ...Object.fromEntries(
    ['node-zlib', 'pako', 'fflate', 'streams'].map((engine) => [
      `@sanssocket/deflate/${engine}`,
      `${root}packages/deflate/src/${engine}.ts`,
    ]),
  ),
  '@sanssocket/test-vectors': `${root}test-vectors/src/index.ts`,
  ...packages(),
};

function packages() {
  return Object.fromEntries(
    readdirSync(`${root}packages`).map((name) => [
      `@sanssocket/${name}`,
      `${root}packages/${name}/src/index.ts`,
    ]),
  );
}

export default defineConfig({
  resolve: { alias },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'test-vectors/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'tools/test/**/*.test.ts',
    ],
    reporters: ['default', './tools/vitest-summary.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 98, branches: 98 },
    },
  },
});
