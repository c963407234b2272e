import { expandSegments, toHex } from './bytes.js';
import { splits } from './splits.js';
import type {
  ConnectionVector,
  EndpointOptions,
  ExpectedEvent,
  ObservedEvent,
  PerRole,
  Role,
  Segment,
} from './types.js';

/** The endpoint under test, as the runner drives it. A few lines wrap most implementations. */
export interface Endpoint {
  /** Takes the next bytes, never none. Called also after the endpoint has failed or closed. */
  receive(chunk: Uint8Array): void;
  /** Takes note that the input has ended. */
  eof(): void;
  /** All events so far, in order. Messages are whole; pieces of a streaming interface must be put together. */
  events(): readonly ObservedEvent[];
  /** All bytes produced so far, in order. A client uses masking keys of zero. */
  output(): Uint8Array;
}

/** Makes a fresh endpoint whose opening handshake is over. */
export type EndpointFactory = (role: Role, options: EndpointOptions) => Endpoint;

/** Settings of {@link runConnectionVector}. */
export interface RunOptions {
  /** Overwrite each chunk once `receive` has returned, as a host that reads into one buffer does. Default false. */
  readonly overwriteChunks?: boolean;
}

/** One way in which an endpoint did not do what a vector says. */
export interface Mismatch {
  readonly id: string;
  readonly role: Role;
  /** How the input was cut: `whole`, `bytewise`, or `2+9` for chunks of 2 and 9 bytes. */
  readonly split: string;
  /** What is wrong, with a line for each event that differs: `-` expected, `+` observed. */
  readonly message: string;
}

function isPerRole<T extends object>(value: T | PerRole<T>): value is PerRole<T> {
  return !Array.isArray(value);
}

/**
 * The roles a vector applies to.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ConnectionVector, rolesOf } from '@sanssocket/test-vectors';
 *
 * const vector: ConnectionVector = {
 *   id: 'example/text', section: '5.7', about: 'Text.', input: { client: ['8101 61'] },
 *   events: [{ type: 'text', data: 'a' }],
 * };
 * assert.deepEqual(rolesOf(vector), ['client']);
 * ```
 */
export function rolesOf(vector: ConnectionVector): Role[] {
  const roles: Role[] = ['client', 'server'];
  return roles.filter((role) => vector.input[role] !== undefined);
}

/**
 * The events a vector expects of one role.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ConnectionVector, expectedEvents } from '@sanssocket/test-vectors';
 *
 * const vector: ConnectionVector = {
 *   id: 'example/text', section: '5.7', about: 'Text.', input: { client: ['8101 61'] },
 *   events: { client: [{ type: 'text', data: 'a' }] },
 * };
 * assert.deepEqual(expectedEvents(vector, 'client'), [{ type: 'text', data: 'a' }]);
 * assert.deepEqual(expectedEvents(vector, 'server'), []);
 * ```
 */
export function expectedEvents(vector: ConnectionVector, role: Role): readonly ExpectedEvent[] {
  const { events } = vector;
  return isPerRole(events) ? (events[role] ?? []) : events;
}

function dataOf(data: Uint8Array | readonly Segment[]): string {
  const bytes = data instanceof Uint8Array ? data : expandSegments(data);
  return toHex(bytes, bytes.length);
}

function textOf(segments: readonly Segment[]): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(expandSegments(segments));
}

/** An event in full as one line; equal events, however they are written, give equal lines. */
function describe(event: ObservedEvent): string {
  switch (event.type) {
    case 'text':
      return `text ${JSON.stringify('data' in event ? event.data : textOf(event.bytes))}`;
    case 'binary':
    case 'ping':
    case 'pong':
      return `${event.type} ${dataOf(event.data)}`.trimEnd();
    case 'close':
      return `close ${event.code} ${JSON.stringify(event.reason)}`;
    case 'fail':
      return `fail ${event.code} (close code ${event.closeCode}) at byte ${event.offset}`;
    case 'end':
      return event.clean
        ? `end, clean, ${event.code}`
        : `end, not clean, ${event.code}, truncated: ${event.truncated}`;
  }
}

/** A line short enough to read; of a long one its beginning, its length, and what stands where it first differs. */
function shorten(line: string, other: string): string {
  if (line.length <= 160) return line;
  let at = 0;
  while (at < line.length && line[at] === other[at]) at++;
  const differs = other === '' ? '' : `; from ${at}: ${line.slice(at, at + 24)}`;
  return `${line.slice(0, 96)}... (${line.length} characters${differs})`;
}

function difference(expected: readonly string[], observed: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < Math.max(expected.length, observed.length); i++) {
    const want = expected[i];
    const got = observed[i];
    if (want === got) lines.push(`    ${shorten(want ?? '', '')}`);
    else {
      if (want !== undefined) lines.push(`  - ${shorten(want, got ?? '')}`);
      if (got !== undefined) lines.push(`  + ${shorten(got, want ?? '')}`);
    }
  }
  return lines;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, i) => line === b[i]);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function nameOf(chunks: readonly Uint8Array[]): string {
  if (chunks.length <= 1) return 'whole';
  return chunks.length === 2 ? `${chunks[0]!.length}+${chunks[1]!.length}` : 'bytewise';
}

interface Expectation {
  readonly events: readonly string[];
  readonly output: Uint8Array;
  readonly consumed: number;
  readonly eof: boolean;
}

/** Runs one split and says what is wrong, or nothing. */
function runSplit(
  chunks: readonly Uint8Array[],
  endpoint: Endpoint,
  expected: Expectation,
  overwrite: boolean,
): string {
  let received = 0;
  let early: readonly string[] | undefined;
  for (const chunk of chunks) {
    endpoint.receive(chunk);
    if (overwrite) chunk.fill(0xa5);
    received += chunk.length;
    if (early === undefined && received >= expected.consumed) early = endpoint.events().map(describe);
  }
  if (expected.eof) endpoint.eof();
  const events = endpoint.events().map(describe);
  const problems: string[] = [];
  if (!same(expected.events, events)) problems.push('events', ...difference(expected.events, events));
  else if (early !== undefined && !same(expected.events, early)) {
    problems.push(
      `events once ${expected.consumed} bytes were received`,
      ...difference(expected.events, early),
    );
  }
  const output = endpoint.output();
  if (!sameBytes(expected.output, output)) {
    problems.push('output', `  - ${toHex(expected.output, 256)}`, `  + ${toHex(output, 256)}`);
  }
  return problems.join('\n');
}

/**
 * Runs a vector in one role, with its input cut in each of the ways of `splits`, each time on a fresh endpoint.
 *
 * @param vector - a vector of one of the connection files.
 * @param role - the role of the endpoint; the vector must have an input for it.
 * @param createEndpoint - makes the endpoint under test. What it throws is a mismatch too.
 * @returns what differed, at most one mismatch for each split; an empty array when the endpoint passes.
 * @throws RangeError when the vector does not apply to `role`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ConnectionVector, type Endpoint, runConnectionVector } from '@sanssocket/test-vectors';
 *
 * const vector: ConnectionVector = {
 *   id: 'example/empty-ping', section: '5.5.2', about: 'A ping is answered.',
 *   input: { client: ['8900'] },
 *   events: [{ type: 'ping', data: [] }],
 *   output: { client: ['8a80 00000000'] },
 * };
 * const deaf = (): Endpoint => ({ receive() {}, eof() {}, events: () => [], output: () => new Uint8Array(0) });
 * const mismatches = runConnectionVector(vector, 'client', deaf);
 * assert.equal(mismatches.length, 3); // whole, bytewise, 1+1
 * assert.equal(mismatches[0]?.message, 'events\n  - ping\noutput\n  - 8a8000000000\n  + ');
 * ```
 */
export function runConnectionVector(
  vector: ConnectionVector,
  role: Role,
  createEndpoint: EndpointFactory,
  options: RunOptions = {},
): Mismatch[] {
  const segments = vector.input[role];
  if (segments === undefined) throw new RangeError(`${vector.id} does not apply to the role ${role}`);
  const input = expandSegments(segments);
  const { consumed, eof = false } = vector;
  const events = expectedEvents(vector, role).map(describe);
  const expected: Expectation = {
    events,
    output: expandSegments(vector.output?.[role] ?? []),
    consumed: (typeof consumed === 'object' ? consumed[role] : consumed) ?? Number.POSITIVE_INFINITY,
    eof,
  };
  const mismatches: Mismatch[] = [];
  for (const views of splits(input)) {
    // Copies: an endpoint may unmask in place.
    const chunks = views.map((view) => Uint8Array.from(view));
    let message: string;
    try {
      const endpoint = createEndpoint(role, vector.options ?? {});
      message = runSplit(chunks, endpoint, expected, options.overwriteChunks ?? false);
    } catch (error) {
      message = `threw ${String(error)}`;
    }
    if (message !== '') mismatches.push({ id: vector.id, role, split: nameOf(views), message });
  }
  return mismatches;
}

/**
 * Mismatches as text to read: the first few in full, then how many more there are.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { formatMismatches } from '@sanssocket/test-vectors';
 *
 * const text = formatMismatches([{ id: 'a/b', role: 'client', split: '1+2', message: 'events' }]);
 * assert.equal(text, 'a/b, client, 1+2: events');
 * ```
 */
export function formatMismatches(mismatches: readonly Mismatch[], limit: number = 3): string {
  const shown = mismatches
    .slice(0, limit)
    .map(({ id, role, split, message }) => `${id}, ${role}, ${split}: ${message}`);
  if (mismatches.length > limit) shown.push(`... and ${mismatches.length - limit} more`);
  return shown.join('\n');
}
