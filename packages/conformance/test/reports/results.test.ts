/**
 * Results of others: a file that the pictures are drawn from, and pictures whose names are whole.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Line {
  readonly role?: string;
  readonly name?: string;
  readonly id?: string;
  readonly explanation?: string;
  readonly groups?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

function read(name: string): string {
  return readFileSync(new URL(`../../results/${name}`, import.meta.url), 'utf8');
}

const [head, ...lines] = read('matrix.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Line & { readonly format?: string });

test('the file has a line an implementation, and a line a failure of its own', () => {
  expect(head).toMatchObject({ format: 'sanssocket-conformance-matrix', version: 2 });
  let failed = 0;
  for (const { role, groups = {}, id, explanation } of [...lines].reverse()) {
    if (role === undefined) {
      failed++;
      expect([typeof id, typeof explanation]).toEqual(['string', 'string']);
      continue;
    }
    const counted = Object.values(groups).reduce((sum, { FAILED = 0 }) => sum + FAILED, 0);
    expect(failed).toBe(counted);
    failed = 0;
  }
});

test.each(['server', 'client'])(
  'names in the picture of %ss are not cut, where the font is a wide one',
  (role) => {
    const labels = [
      ...read(`${role}s.svg`).matchAll(/<text x="(\d+)" y="\d+" text-anchor="end"[^>]*>([^<]+)</g),
    ];
    expect(labels).toHaveLength(lines.filter((line) => line.role === role).length);
    // DejaVu Sans at 13 pixels has 0.62 em a character on average.
    for (const [, x, label] of labels)
      expect([label, Number(x) - label!.length * 13 * 0.62 >= 4]).toEqual([label, true]);
  },
);
