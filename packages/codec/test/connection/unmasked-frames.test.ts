/** Servers that take frames without a mask, by the option `allowUnmasked`: from devices that cannot mask (RFC 6455 5.1). */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ConnectionVectorFile,
  formatMismatches,
  rolesOf,
  runConnectionVector,
} from '@sanssocket/test-vectors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BINARY, FIN, TEXT } from '../../src/frames.js';
import { Connection } from '../../src/index.js';
import { createEndpoint, drain, MODES, type Mode, type ModeOptions, open } from '../endpoint.js';
import { fewSplits } from '../few-splits.js';
import {
  characters,
  chunkSizes,
  chunks,
  concat,
  encodeStream,
  hex,
  masked,
  mutatedStreams,
  plain,
  readable,
  streams,
} from '../frames.js';

const WAYS: readonly Mode[] = [...MODES, { messages: 'whole', transferInput: true }];

function hear(options: ModeOptions, input: Uint8Array, sizes: readonly number[]): unknown[] {
  const { connection, events } = open(options);
  for (const chunk of chunks(input, sizes)) {
    connection.receive(chunk);
    if (options.transferInput !== true) chunk.fill(0xee);
  }
  connection.receiveEof();
  return readable(events);
}

/** Whether a frame's mask was what was wrong, for the role that takes one kind only. */
function isOfMask(events: readonly unknown[]): boolean {
  return /MASK_(?:REQUIRED|FORBIDDEN)/.test(JSON.stringify(events));
}

describe.each(WAYS)('messages $messages, kernel $mask.name, transferInput $transferInput', (mode) => {
  const lenient = { ...mode, role: 'server', allowUnmasked: true } as const;

  it('hears what a valid stream says, each frame masked or not, for any split', () => {
    fc.assert(
      fc.property(
        streams,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        fc.oneof(chunkSizes, fc.constant([100_000])),
        (stream, maskedOnes, sizes) => {
          const bytes = stream.frames.map(({ first, payload }, i) =>
            maskedOnes[i % maskedOnes.length] ? masked(first, payload, 7 * i) : plain(first, payload),
          );
          const heard = hear(lenient, concat(...bytes), sizes);
          expect(heard.slice(0, stream.events.length)).toEqual(readable(stream.events));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('judges everything else as before: masked streams as a server, others as a client', () => {
    for (const role of ['server', 'client'] as const) {
      fc.assert(
        fc.property(mutatedStreams(role), chunkSizes, (input, sizes) => {
          const strict = hear({ ...mode, role }, input, [100_000]);
          fc.pre(!isOfMask(strict));
          expect(hear(lenient, input, [100_000])).toEqual(strict);
          expect(hear(lenient, input, sizes)).toEqual(strict);
        }),
        { numRuns: 50 },
      );
    }
  });

  it('cut at every byte: a message without a mask between two with one', () => {
    const bytes = concat(
      masked(FIN | BINARY, 'a'.repeat(200)),
      plain(FIN | TEXT, 'b'.repeat(200)),
      masked(FIN | TEXT, 'c'.repeat(70)),
      plain(TEXT, 'd'),
      masked(FIN, 'e'),
      encodeStream({ frames: [{ first: FIN | BINARY, payload: hex('01') }], events: [] }, 'client'),
    );
    const whole = hear(lenient, bytes, [bytes.length]);
    expect(whole.length).toBe(6);
    for (let cut = 1; cut < bytes.length; cut++)
      expect(hear(lenient, bytes, [cut, bytes.length])).toEqual(whole);
  });
});

it('answers without a mask, and keeps messages whole beside each other', () => {
  const heard: Uint8Array[] = [];
  const server: Connection = new Connection(
    { role: 'server', allowUnmasked: true },
    {
      binary: (bytes) => {
        heard.push(bytes);
        server.sendBinary(bytes.subarray(0, 1));
      },
    },
  );
  const frames = Array.from({ length: 300 }, (_, i) =>
    (i % 3 === 0 ? masked : plain)(FIN | BINARY, new Uint8Array(100).fill(i)),
  );
  server.receive(concat(...frames));
  expect(heard.map((bytes) => characters(bytes))).toEqual(
    frames.map((_, i) => characters(new Uint8Array(100).fill(i))),
  );
  expect(characters(drain(server))).toBe(
    characters(concat(...frames.map((_, i) => plain(FIN | BINARY, Uint8Array.of(i))))),
  );
});

it('is off by default, and refused of a client', () => {
  expect(hear({ role: 'server' }, plain(FIN | TEXT, 'a'), [9])).toMatchObject([{ code: 'MASK_REQUIRED' }]);
  expect(hear({ role: 'server', allowUnmasked: false }, plain(FIN | TEXT, 'a'), [9])).toMatchObject([
    { code: 'MASK_REQUIRED' },
  ]);
  for (const options of [
    { role: 'client', allowUnmasked: true },
    { role: 'server', allowUnmasked: 1 },
  ]) {
    expect(() => new Connection(options as never, {})).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  }
});

const folder = fileURLToPath(new URL('../../../../test-vectors/vectors/', import.meta.url));
const vectors = readdirSync(folder)
  .map((name) => readFileSync(folder + name, 'utf8'))
  .filter((text) => text.includes('connection.schema.json'))
  .flatMap((text) => (JSON.parse(text) as ConnectionVectorFile).vectors)
  .filter(
    (vector) => rolesOf(vector).includes('server') && !JSON.stringify(vector).includes('MASK_REQUIRED'),
  );

it('every vector of a server holds with it on, but those of frames without a mask', async () => {
  expect(vectors.length).toBeGreaterThan(100);
  for (const vector of vectors) {
    for (const messages of ['whole', 'streamed'] as const) {
      const mode = { messages, allowUnmasked: true } as Mode;
      const mismatches = await runConnectionVector(
        vector,
        'server',
        (role, options) => createEndpoint(role, options, mode),
        // The option is about the second byte of a frame.
        { splits: (input) => fewSplits(input, 64) },
      );
      expect(formatMismatches(mismatches)).toBe('');
    }
  }
});
