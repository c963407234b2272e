import { describe, expect, test } from 'vitest';
import { formatMismatches, rolesOf, runConnectionVector } from '../src/index.js';
import { files } from './files.js';
import { Reference } from './reference.js';

describe.each([...files])('%s', (_name, file) => {
  test.each(file.vectors.map((vector) => [vector.id, vector] as const))('%s', async (_id, vector) => {
    for (const role of rolesOf(vector)) {
      const mismatches = await runConnectionVector(vector, role, (...args) => new Reference(...args), {
        overwriteChunks: true,
      });
      expect(formatMismatches(mismatches)).toBe('');
    }
  });
});
