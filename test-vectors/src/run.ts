/** Runs vectors on an endpoint. */
import { expandSegments } from './bytes.js';
import { type Comparison, compareEvents, compareOutput, unpackEvent } from './comparison.js';
import type { Endpoint, EndpointFactory } from './endpoint.js';
import type { Mismatch, Problem } from './mismatch.js';
import { splits } from './splits.js';
import type { ConnectionVector, ObservedEvent, Role } from './types.js';
import { expectedEvents, rolesOf } from './vector.js';

/** Settings of {@link runConnectionVector}. */
export interface RunOptions {
  /**
   * The parts that are compared; everything by default. {@link RFC_ONLY} is a good beginning for
   * an implementation that exists.
   */
  readonly compare?: Comparison;
  /**
   * Overwrite each chunk once `receive` is done, as a caller that reads into one buffer does.
   * False by default.
   */
  readonly overwriteChunks?: boolean;
  /**
   * How an input is cut; {@link splits} by default. With `(input) => [[input]]` a slow endpoint
   * has a quick first run.
   */
  readonly splits?: (input: Uint8Array) => Iterable<Uint8Array[]>;
}

/** Settings of {@link runConnectionVectors}. */
export interface RunAllOptions extends RunOptions {
  /**
   * Vectors to leave out, for instance those that ask for an option the implementation does not
   * have.
   */
  readonly skip?: (vector: ConnectionVector, role: Role) => boolean;
}

/** The outcome of many vectors; each counts once for each of its roles. */
export interface Report {
  /** Vectors that passed however their input was cut: `id role`. */
  readonly passed: readonly string[];
  /** Vectors that did not pass. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  /** One for each way of cutting with which an endpoint did something wrong. */
  readonly mismatches: readonly Mismatch[];
}

function nameOf(chunks: readonly Uint8Array[]): string {
  if (chunks.length <= 1) return 'whole';
  return chunks.length === 2 ? `${chunks[0]!.length}+${chunks[1]!.length}` : 'bytewise';
}

interface Expectation {
  readonly events: readonly ObservedEvent[];
  readonly output: Uint8Array;
  readonly consumed: number;
  readonly eof: boolean;
}

function expectationOf(vector: ConnectionVector, role: Role): Expectation {
  const { consumed, eof = false } = vector;
  return {
    events: expectedEvents(vector, role).map(unpackEvent),
    output: expandSegments(vector.output?.[role] ?? []),
    consumed: (typeof consumed === 'object' ? consumed[role] : consumed) ?? Number.POSITIVE_INFINITY,
    eof,
  };
}

/**
 * Runs one split and gives its problems, if any. Waits only where there is a promise: most
 * endpoints have none.
 */
async function runSplit(
  chunks: readonly Uint8Array[],
  endpoint: Endpoint,
  expected: Expectation,
  { compare = {}, overwriteChunks = false }: RunOptions,
): Promise<Problem[]> {
  const { consumed } = expected;
  let received = 0;
  let early: readonly ObservedEvent[] | undefined;
  for (const chunk of chunks) {
    const taken = endpoint.receive(chunk);
    if (taken !== undefined) await taken;
    if (overwriteChunks) chunk.fill(0xa5);
    received += chunk.length;
    if (compare.prompt !== false && early === undefined && received >= consumed) {
      early = [...(await endpoint.events())];
    }
  }
  if (expected.eof) await endpoint.eof();
  const problems: Problem[] = [];
  const events = compareEvents(expected.events, await endpoint.events(), compare);
  const late = early === undefined ? undefined : compareEvents(expected.events, early, compare);
  if (events !== undefined) problems.push({ kind: 'events', ...events });
  else if (late !== undefined) problems.push({ kind: 'late', consumed, ...late });
  const output = compareOutput(expected.output, await endpoint.output(), compare);
  if (output !== undefined) problems.push({ kind: 'output', ...output });
  return problems;
}

/**
 * Runs a vector in one role, with its input cut in many ways, each time on a fresh endpoint, one
 * after the other.
 *
 * @param vector - a vector of one of the connection files.
 * @param role - the role of the endpoint; the vector must have an input for it.
 * @param createEndpoint - makes the endpoint under test. An exception of it is a mismatch too.
 * @returns the mismatches, at most one for each split; an empty array when the endpoint passes.
 * Rejects with a RangeError when the vector does not apply to `role`.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { type ConnectionVector, type Endpoint, formatMismatches, runConnectionVector } from '@sanssocket/test-vectors';
 *
 * const vector: ConnectionVector = {
 *   id: 'example/empty-ping', section: '5.5.2', about: 'A ping is answered.',
 *   input: { client: ['8900'] },
 *   events: [{ type: 'ping', data: [] }],
 *   output: { client: ['8a80 00000000'] },
 * };
 * const deaf = (): Endpoint => ({ receive() {}, eof() {}, events: () => [], output: () => new Uint8Array(0) });
 * const mismatches = await runConnectionVector(vector, 'client', deaf);
 * assert.equal(mismatches.length, 3); // whole, bytewise, 1+1
 * assert.deepEqual(mismatches[0]?.problems.map(({ kind }) => kind), ['events', 'output']);
 * assert.equal(
 *   formatMismatches(mismatches, 1),
 *   'example/empty-ping, client, whole: events\n  - ping\noutput\n  - 8a8000000000\n  + \n... and 2 more',
 * );
 * ```
 */
export async function runConnectionVector(
  vector: ConnectionVector,
  role: Role,
  createEndpoint: EndpointFactory,
  options: RunOptions = {},
): Promise<Mismatch[]> {
  const segments = vector.input[role];
  if (segments === undefined) throw new RangeError(`${vector.id} does not apply to the role ${role}`);
  const expected = expectationOf(vector, role);
  const mismatches: Mismatch[] = [];
  const cut = options.splits ?? splits;
  for (const views of cut(expandSegments(segments))) {
    // Copies: an endpoint may unmask in place.
    const chunks = views.map((view) => Uint8Array.from(view));
    let problems: readonly Problem[];
    let endpoint: Endpoint | undefined;
    try {
      endpoint = await createEndpoint(role, vector.options ?? {});
      problems = await runSplit(chunks, endpoint, expected, options);
    } catch (error) {
      problems = [{ kind: 'threw', error }];
    }
    await endpoint?.dispose?.();
    if (problems.length > 0) mismatches.push({ id: vector.id, role, split: nameOf(views), problems });
  }
  return mismatches;
}

/**
 * Runs many vectors, each in both roles where it has both.
 *
 * @param vectors - of one or more of the connection files.
 * @param createEndpoint - makes the endpoint under test.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { readFileSync } from 'node:fs';
 * import { type Endpoint, RFC_ONLY, runConnectionVectors } from '@sanssocket/test-vectors';
 *
 * const url = import.meta.resolve('@sanssocket/test-vectors/vectors/eof.json');
 * const { vectors } = JSON.parse(readFileSync(new URL(url), 'utf8'));
 * const deaf = (): Endpoint => ({ receive() {}, eof() {}, events: () => [], output: () => new Uint8Array(0) });
 * const report = await runConnectionVectors(vectors, deaf, { compare: RFC_ONLY, skip: (_, role) => role === 'client' });
 * assert.equal(report.passed.length, 0);
 * assert.ok(report.failed.includes('eof/header/7-bit-server-1 server'));
 * ```
 */
export async function runConnectionVectors(
  vectors: Iterable<ConnectionVector>,
  createEndpoint: EndpointFactory,
  options: RunAllOptions = {},
): Promise<Report> {
  const passed: string[] = [];
  const failed: string[] = [];
  const skipped: string[] = [];
  const mismatches: Mismatch[] = [];
  for (const vector of vectors) {
    for (const role of rolesOf(vector)) {
      const name = `${vector.id} ${role}`;
      if (options.skip?.(vector, role)) {
        skipped.push(name);
        continue;
      }
      const found = await runConnectionVector(vector, role, createEndpoint, options);
      (found.length === 0 ? passed : failed).push(name);
      mismatches.push(...found);
    }
  }
  return { passed, failed, skipped, mismatches };
}
