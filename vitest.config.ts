import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig, type TestUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = fileURLToPath(new URL('.', import.meta.url));

// Tests import packages by name and get their sources: coverage and stack traces then speak of src, not dist.
const alias = Object.fromEntries(
  [...readdirSync(`${root}packages`).map((name) => `packages/${name}`), 'test-vectors'].flatMap(sourcesOf),
);

/** Each entry point of a package, and the source it is built from; the longest names first, as prefixes match too. */
function sourcesOf(folder: string): [string, string][] {
  const { name, exports } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
  return Object.entries(exports as Record<string, { default: string } | string>)
    .flatMap(([path, target]): [string, string][] => {
      if (typeof target === 'string' || !target.default.endsWith('.js')) return [];
      const source = target.default.replace('./dist/', `${root}${folder}/src/`).replace(/\.js$/, '.ts');
      return [[path.replace('.', name), source]];
    })
    .sort(([a], [b]) => b.length - a.length);
}

/** Ownership of memory is checked in all tests of sources: functions that do nothing have those with a body in their place. */
const checkedMemory = {
  name: 'checked-memory',
  load(id: string): string | undefined {
    if (!id.endsWith('/packages/codec/src/memory/ownership.ts')) return undefined;
    return readFileSync(`${root}packages/codec/test/memory/ownership.ts`, 'utf8');
  },
};

/** The files that take longest begin: last, each would run alone for half of a minute. */
const LONGEST = [
  'packages/codec/test/vectors.test.ts',
  'packages/conformance/test/runners/client.test.ts',
  'tools/test/lesser-engines.test.ts',
  'docs/test/first-steps.test.ts',
  'examples/chat/test/several-processes.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      LONGEST.some((file) => moduleId.endsWith(`/${file}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** Files that replace modules, or look at the memory that modules hold, and so need them for themselves. */
export const ISOLATED: readonly string[] = [
  'packages/codec/test/driver/intercepted.test.ts',
  'packages/codec/test/memory/{backlog,frame-scan,given-back-twice}.test.ts',
  'packages/codec/test/many/as-published.test.ts',
  'packages/codec/test/wire/own-text.test.ts',
  'packages/deflate/test/inflate/cost.test.ts',
  'packages/deflate/test/engines/{agreement,engines}.test.ts',
  'packages/handshake/test/lesser-engines.test.ts',
  'packages/mask/test/{key-source,mask}.test.ts',
];

export const INCLUDE: readonly string[] = [
  'packages/*/test/**/*.test.ts',
  'test-vectors/test/**/*.test.ts',
  'examples/*/test/**/*.test.ts',
  'docs/test/**/*.test.ts',
  'bench/test/**/*.test.ts',
  'tools/test/**/*.test.ts',
];

/** Settings of all runs. */
export const common: TestUserConfig = {
  setupFiles: [`${root}tools/property-seed.ts`],
  reporters: [
    [
      './tools/vitest-summary.mjs',
      { takes: ': a minute and a half on two cores; `npm run test:quick` takes 20 seconds' },
    ],
  ],
  // Three also where there are two cores: a third of the time a worker waits, for sockets, timers and processes.
  maxWorkers: 3,
  sequence: { sequencer: LongestFirst },
  // No test is about time: this only ends what hangs.
  testTimeout: 300_000,
  // What is waited for comes; how soon is the machine's affair.
  expect: { poll: { timeout: 30_000 } },
  hookTimeout: 60_000,
};

export default defineConfig({
  plugins: [checkedMemory],
  resolve: { alias },
  test: {
    // Modules are loaded once a worker: loading them for each file would take as long as the tests.
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          isolate: false,
          include: [...INCLUDE],
          exclude: [...configDefaults.exclude, ...ISOLATED],
        },
      },
      { extends: true, test: { name: 'isolated', include: [...ISOLATED] } },
    ],
    ...common,
    coverage: {
      // CI takes it in the run that it makes anyway.
      enabled: process.env['COVERAGE'] === '1',
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: {
        'packages/{mask,codec,handshake,deflate}/src/**': { lines: 98, branches: 98 },
        // The pages of its reports are tried in a browser, which does not count here.
        'packages/conformance/src/**': { lines: 98, branches: 94 },
        'packages/ws/src/**': { lines: 98, branches: 93 },
        // Some of its formats are tried with tools that not every machine has.
        'packages/inspect/src/**': { lines: 90, branches: 85 },
      },
    },
  },
});
