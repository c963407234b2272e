import { describe, expect, test } from 'vitest';
import { THOROUGH } from '../../tools/thorough.js';
import { formatMismatches, rolesOf, runConnectionVector, splits } from '../src/index.js';
import { files } from './files.js';
import { Reference } from './reference.js';

/** The reference reads a byte at a time, so that all cuts of a long input are one path of it: a few will do. */
function* fewSplits(input: Uint8Array): Generator<Uint8Array[], void, undefined> {
  if (THOROUGH || input.length <= 1024) {
    yield* splits(input);
    return;
  }
  yield [input];
  for (const at of [1, 5, input.length - 1]) yield [input.subarray(0, at), input.subarray(at)];
}

describe.each([...files])('%s', (_name, file) => {
  test.each(file.vectors.map((vector) => [vector.id, vector] as const))('%s', async (_id, vector) => {
    for (const role of rolesOf(vector)) {
      const mismatches = await runConnectionVector(vector, role, (...args) => new Reference(...args), {
        overwriteChunks: true,
        splits: fewSplits,
      });
      expect(formatMismatches(mismatches)).toBe('');
    }
  });
});
