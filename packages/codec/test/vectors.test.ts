import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ConnectionVectorFile,
  formatMismatches,
  rolesOf,
  runConnectionVector,
} from '@sanssocket/test-vectors';
import { describe, expect, it } from 'vitest';
import { createEndpoint, type Mode, ownKernel } from './endpoint.js';

const folder = fileURLToPath(new URL('../../../test-vectors/vectors/', import.meta.url));
// Those of the connection; the handshake's and the extension's vectors have schemas and tests of their own.
const files = readdirSync(folder).filter((name) =>
  readFileSync(folder + name, 'utf8').includes('connection.schema.json'),
);

const allocate = (bytes: number): Uint8Array => Buffer.allocUnsafe(bytes);
/** Every delivery, read either way, of chunks in arrays or in Node's Buffers, which may be given away. */
const WAYS: readonly (Mode & { readonly buffers: boolean })[] = [
  { delivery: 'messages', buffers: false },
  { delivery: 'messages', handOver: true, allocate, buffers: true },
  { delivery: 'messages', mask: ownKernel, handOver: true, buffers: true },
  { delivery: 'spans', allocate, buffers: true },
  { delivery: 'spans', mask: ownKernel, buffers: false },
  { delivery: 'pieces', buffers: true },
  { delivery: 'pieces', mask: ownKernel, buffers: false },
];

describe.each(files)('%s', (name) => {
  const { vectors } = JSON.parse(readFileSync(folder + name, 'utf8')) as ConnectionVectorFile;
  describe.each(WAYS)(
    'delivery $delivery, kernel $mask.name, handOver $handOver, Buffers $buffers',
    (way) => {
      const { buffers, ...mode } = way;
      it.each(vectors.flatMap((vector) => rolesOf(vector).map((role) => ({ id: vector.id, role, vector }))))(
        '$id as $role',
        async ({ vector, role }) => {
          // Chunks are overwritten once they have been received: nothing may be kept by reference.
          const mismatches = await runConnectionVector(
            vector,
            role,
            (r, options) => createEndpoint(r, options, mode, buffers),
            {
              overwriteChunks: true,
            },
          );
          expect(formatMismatches(mismatches)).toBe('');
        },
      );
    },
  );
});
