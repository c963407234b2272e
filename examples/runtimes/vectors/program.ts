/**
 * All vectors, and the properties that are quick to try, in whatever realm this runs in: a bundle of this file needs
 * nothing but ECMAScript and a web platform's `TextDecoder`, `TextEncoder` and `crypto`.
 */
import './node-stand-in.js';
import { createSimdKernel } from '@sanssocket/mask';
import {
  type ConnectionVectorFile,
  formatMismatches,
  rolesOf,
  runConnectionVector,
} from '@sanssocket/test-vectors';
import fc from 'fast-check';
import { NO_VIEWS } from '../../../packages/codec/src/memory/message-slab.js';
import { takeScan } from '../../../packages/codec/src/memory/scan.js';
import { createEndpoint, MODES } from '../../../packages/codec/test/endpoint.js';
import {
  vectors as handshakes,
  inputOf,
  run as openingOf,
} from '../../../packages/handshake/test/vectors.js';
import { messageFailures, messages, negotiationFailures, negotiations } from './deflate.js';
import { connectionFiles } from './files.js';
import { expect, isSame, tests } from './vitest-stand-in.js';
import '../../../packages/codec/test/properties.test.js';
import '../../../packages/deflate/test/properties.test.js';

/** What came of it in one runtime. */
export interface Result {
  /** Vectors, each counted once: the same in every runtime. */
  readonly vectors: number;
  readonly properties: number;
  /** What did not pass, and why. */
  readonly failures: readonly string[];
  /** Whether long payloads are masked, and chunks scanned, by WebAssembly SIMD. */
  readonly masks: 'SIMD' | 'JavaScript';
  readonly scans: 'SIMD' | 'JavaScript';
}

/** Longer inputs are not cut everywhere: Node's tests do that. */
const BYTEWISE_BYTES = 2048;

/** Whole, byte by byte, and in two within the first header, and in the middle. */
function* cuts(input: Uint8Array): Generator<Uint8Array[]> {
  yield [input];
  if (input.length <= BYTEWISE_BYTES) yield Array.from(input, (_, i) => input.subarray(i, i + 1));
  for (const at of new Set([1, 3, 7, input.length >> 1]))
    if (at < input.length) yield [input.subarray(0, at), input.subarray(at)];
}

type Check = () => Promise<string> | string;

function connectionChecks(): [string, Check][] {
  return (connectionFiles as readonly ConnectionVectorFile[]).flatMap(({ vectors }) =>
    vectors.map((vector): [string, Check] => [
      vector.id,
      async () => {
        for (const mode of MODES) {
          for (const role of rolesOf(vector)) {
            const found = await runConnectionVector(
              vector,
              role,
              (r, options) => createEndpoint(r, options, mode),
              {
                overwriteChunks: true,
                splits: cuts,
              },
            );
            if (found.length > 0) return formatMismatches(found, 1);
          }
        }
        return '';
      },
    ]),
  );
}

function openingChecks(): [string, Check][] {
  return handshakes.map((vector): [string, Check] => [
    vector.id,
    () => {
      const { length } = inputOf(vector);
      const whole = openingOf(vector, []);
      expect(whole).toMatchObject(vector.expect);
      const everywhere =
        length <= BYTEWISE_BYTES ? [Array.from({ length: length - 1 }, (_, i) => i + 1)] : [];
      for (const at of [...everywhere, [1], [length >> 1], [length - 1]])
        if (!isSame(openingOf(vector, at), whole)) return `cut at ${at}`;
      return '';
    },
  ]);
}

/** Runs everything; takes some seconds. */
export async function run(): Promise<Result> {
  // The same cases in every run and every runtime.
  fc.configureGlobal({ seed: 1 });
  const vectors: [string, Check][] = [
    ...connectionChecks(),
    ...openingChecks(),
    ...negotiations.map((vector): [string, Check] => [vector.id, () => negotiationFailures(vector)]),
    ...messages.map((vector): [string, Check] => [vector.id, () => messageFailures(vector, cuts)]),
  ];
  const properties = tests.map(([name, body]): [string, Check] => [
    name,
    async () => {
      await body();
      return '';
    },
  ]);
  const failures: string[] = [];
  const passed = async (checks: readonly [string, Check][]): Promise<number> => {
    const before = failures.length;
    for (const [name, check] of checks) {
      const failure = await Promise.resolve()
        .then(check)
        .catch((error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)));
      if (failure !== '') failures.push(`${name}: ${failure}`);
    }
    return checks.length - (failures.length - before);
  };
  return {
    vectors: await passed(vectors),
    properties: await passed(properties),
    failures,
    masks: createSimdKernel() === undefined ? 'JavaScript' : 'SIMD',
    scans: takeScan(false, NO_VIEWS) === null ? 'JavaScript' : 'SIMD',
  };
}
