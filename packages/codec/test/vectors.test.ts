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
// Those of the connection; the handshake's and the extension's vectors have schemas and tests of their own.
const files = readdirSync(folder).filter((name) =>
  readFileSync(folder + name, 'utf8').includes('connection.schema.json'),
);

describe.each(files)('%s', (name) => {
  const { vectors } = JSON.parse(readFileSync(folder + name, 'utf8')) as ConnectionVectorFile;
  describe.each(MODES)('delivery $delivery, by $by', (mode) => {
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
