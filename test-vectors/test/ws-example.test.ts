// The example with ws is what it says: everything passes but the differences it names.
import { expect, test } from 'vitest';
import { DIFFERENCES, FILES, runFiles } from '../examples/ws.mjs';
import { formatMismatches } from '../src/index.js';

const isKnown = (id: string): boolean => DIFFERENCES.some(([pattern]) => pattern.test(id));

test('every file, with inputs whole', async () => {
  const report = await runFiles(FILES, { splits: (input) => [input.length === 0 ? [] : [input]] });
  expect(formatMismatches(report.mismatches.filter(({ id }) => !isKnown(id)))).toBe('');
  for (const [pattern, why] of DIFFERENCES) {
    expect(
      report.failed.some((name) => pattern.test(name)),
      why,
    ).toBe(true);
  }
  const { passed, failed, skipped } = report;
  expect([passed.length, failed.length, skipped.length]).toEqual([1651, 68, 198]);
});

test('some files, cut everywhere', async () => {
  const report = await runFiles(['control', 'close', 'eof']);
  expect(formatMismatches(report.mismatches)).toBe('');
  expect(report.passed.length).toBeGreaterThan(450);
});
