import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import {
  type ConnectionVectorFile,
  formatMismatches,
  rolesOf,
  runConnectionVector,
} from '@sanssocket/test-vectors';
import { describe, expect, it } from 'vitest';
import { THOROUGH } from '../../../tools/thorough.js';
import { createEndpoint, type Mode, ownKernel } from './endpoint.js';
import { fewSplits } from './few-splits.js';

const folder = fileURLToPath(new URL('../../../test-vectors/vectors/', import.meta.url));
// Those of the connection; the handshake's and the extension's vectors have schemas and tests of their own.
const files = readdirSync(folder).filter((name) =>
  readFileSync(folder + name, 'utf8').includes('connection.schema.json'),
);

const allocate = (bytes: number): Uint8Array => Buffer.allocUnsafe(bytes);

interface Way extends Mode {
  readonly buffers: boolean;
}

/**
 * Every delivery and both kernels, of chunks in arrays or in Node's Buffers, which may be given away. These five reach every block
 * that all eight reach.
 */
const WAYS: readonly Way[] = [
  { messages: 'whole', buffers: false },
  { messages: 'whole', transferInput: true, allocate, buffers: true },
  { messages: 'bytes', transferInput: true, buffers: true },
  { messages: 'borrowed', allocate, buffers: true },
  { messages: 'streamed', mask: ownKernel, buffers: false },
];

/** Further combinations, which `npm run test:thorough` tries too. */
const MORE_WAYS: readonly Way[] = [
  { messages: 'whole', mask: ownKernel, transferInput: true, buffers: true },
  { messages: 'borrowed', mask: ownKernel, buffers: false },
  { messages: 'streamed', buffers: true },
];

const ways = THOROUGH ? [...WAYS, ...MORE_WAYS] : WAYS;

describe.each(files)('%s', (name) => {
  const { vectors } = JSON.parse(readFileSync(folder + name, 'utf8')) as ConnectionVectorFile;
  it.each(vectors)('$id', async (vector) => {
    for (const { buffers, ...mode } of ways) {
      for (const role of rolesOf(vector)) {
        const mismatches = await runConnectionVector(
          vector,
          role,
          (r, options) => createEndpoint(r, options, mode, buffers),
          // Chunks are overwritten once they have been received: nothing may be kept by reference.
          { overwriteChunks: true, splits: fewSplits },
        );
        expect(formatMismatches(mismatches), inspect({ ...mode, buffers })).toBe('');
      }
    }
  });
});
