/** Mismatches, as values for programs and as text for readers. */
import { toHex } from './bytes.js';
import { type Difference, describeEvent } from './comparison.js';
import type { ObservedEvent, Role } from './types.js';

/** One point in which an endpoint did not do as a vector says. */
export type Problem =
  /** The events differ, at the end of all input. */
  | ({ readonly kind: 'events' } & Difference<readonly ObservedEvent[]>)
  /** They are right in the end, but some came later than the bytes that decide them. */
  | ({ readonly kind: 'late'; readonly consumed: number } & Difference<readonly ObservedEvent[]>)
  | ({ readonly kind: 'output' } & Difference<Uint8Array>)
  /** The endpoint threw, or one of its promises was rejected. */
  | { readonly kind: 'threw'; readonly error: unknown };

/** One way of cutting a vector's input with which an endpoint did not do as the vector says. */
export interface Mismatch {
  readonly id: string;
  readonly role: Role;
  /** How the input was cut: `whole`, `bytewise`, or `2+9` for chunks of 2 and 9 bytes. */
  readonly split: string;
  /** At least one. */
  readonly problems: readonly Problem[];
}

/** How many characters of a line are shown, and how many of a long one's beginning. */
const LINE = 160;
const BEGINNING = 96;
/** How many bytes of output are shown. */
const OUTPUT_BYTES = 256;

/**
 * A line short enough to read; of a long one its beginning, its length, and the part where it
 * first differs.
 */
function shorten(line: string, other: string): string {
  if (line.length <= LINE) return line;
  let at = 0;
  while (at < line.length && line[at] === other[at]) at++;
  const differs = other === '' ? '' : `; from ${at}: ${line.slice(at, at + 24)}`;
  return `${line.slice(0, BEGINNING)}... (${line.length} characters${differs})`;
}

function formatEvents({ expected, observed }: Difference<readonly ObservedEvent[]>): string[] {
  const lines: string[] = [];
  for (let i = 0; i < Math.max(expected.length, observed.length); i++) {
    const [want, got] = [expected[i], observed[i]].map((event) => event && describeEvent(event));
    if (want === got) lines.push(`    ${shorten(want ?? '', '')}`);
    else {
      if (want !== undefined) lines.push(`  - ${shorten(want, got ?? '')}`);
      if (got !== undefined) lines.push(`  + ${shorten(got, want ?? '')}`);
    }
  }
  return lines;
}

function formatProblem(problem: Problem): string[] {
  switch (problem.kind) {
    case 'events':
      return ['events', ...formatEvents(problem)];
    case 'late':
      return [`events once ${problem.consumed} bytes were received`, ...formatEvents(problem)];
    case 'output': {
      const { expected, observed } = problem;
      return ['output', `  - ${toHex(expected, OUTPUT_BYTES)}`, `  + ${toHex(observed, OUTPUT_BYTES)}`];
    }
    case 'threw':
      return [`threw ${String(problem.error)}`];
  }
}

/**
 * Mismatches as text to read: the first few in full, then how many more there are. Lines with `-`
 * are expected, with `+` observed.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { formatMismatches } from '@sanssocket/test-vectors';
 *
 * const problems = [{ kind: 'threw', error: new TypeError('no') }] as const;
 * const text = formatMismatches([{ id: 'a/b', role: 'client', split: '1+2', problems }]);
 * assert.equal(text, 'a/b, client, 1+2: threw TypeError: no');
 * ```
 */
export function formatMismatches(mismatches: readonly Mismatch[], limit: number = 3): string {
  const shown = mismatches
    .slice(0, limit)
    .map(
      ({ id, role, split, problems }) =>
        `${id}, ${role}, ${split}: ${problems.flatMap(formatProblem).join('\n')}`,
    );
  if (mismatches.length > limit) shown.push(`... and ${mismatches.length - limit} more`);
  return shown.join('\n');
}
