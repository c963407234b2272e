import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ConnectionVectorFile,
  formatMismatches,
  rolesOf,
  runConnectionVector,
} from '@sanssocket/test-vectors';
import { describe, expect, it } from 'vitest';
import { createEndpoint, MODES } from './endpoint.js';

const folder = fileURLToPath(new URL('../../../test-vectors/vectors/', import.meta.url));
const files = readdirSync(folder).filter((name) => name !== 'handshake.json');

describe.each(files)('%s', (name) => {
  const { vectors } = JSON.parse(readFileSync(folder + name, 'utf8')) as ConnectionVectorFile;
  describe.each(MODES)('delivery $delivery, inPlace $inPlace', (mode) => {
    it.each(vectors.flatMap((vector) => rolesOf(vector).map((role) => ({ id: vector.id, role, vector }))))(
      '$id as $role',
      ({ vector, role }) => {
        // Chunks are overwritten once they have been received: nothing may be kept by reference.
        const mismatches = runConnectionVector(
          vector,
          role,
          (r, options) => createEndpoint(r, options, mode),
          {
            overwriteChunks: true,
          },
        );
        expect(formatMismatches(mismatches)).toBe('');
      },
    );
  });
});
