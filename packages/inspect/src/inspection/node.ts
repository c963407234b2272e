/** Inspections in Node: of files too, and with tshark's help of TLS. */

import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { nodeZlib } from '@sanssocket/deflate/node-zlib';
import { rawPair } from '../formats/raw.js';
import { InputError, type Reader } from '../formats/reader.js';
import type { InspectEvent } from '../model/event.js';
import type { Platform } from '../model/platform.js';
import { Session } from '../model/session.js';
import { decrypt } from './decrypt.js';
import { createHeaderDecoder } from './hpack.js';
import { finish, inspect, type ReadOptions, type Source } from './inspect.js';

/** Options of an inspection. */
export interface InspectOptions extends ReadOptions {
  /** A key log (`SSLKEYLOGFILE`) for the TLS of a capture, which is read through tshark. */
  readonly keyLogFile?: string;
}

const platform: Platform = { engine: nodeZlib(), createHeaderDecoder, gunzip };

/** Octets that are read from a file at a time. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Decodes the WebSocket traffic of an input: pcap, pcapng, tshark's output, HAR, a recording, a hex
 * dump, or the bytes of one direction; its first octets tell which, also behind gzip.
 *
 * @param source - the octets, in chunks of any size
 * @returns the events, in the order in which they are found, and a {@link Summary} at last
 * @throws InputError, from the iterator, for an input that cannot be read; faults of the traffic are
 * events
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { inspectStream } from '@sanssocket/inspect';
 *
 * const dump = new TextEncoder().encode('00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n');
 * const texts: string[] = [];
 * for await (const event of inspectStream([dump])) {
 *   if (event.type === 'message' && event.text !== undefined) texts.push(`${event.from}: ${event.text}`);
 * }
 * assert.deepEqual(texts, ['client: Hello']);
 * ```
 */
export async function* inspectStream(
  source: Source,
  options: InspectOptions = {},
): AsyncGenerator<InspectEvent, void, void> {
  yield* inspectFrom(source, options, undefined);
}

/** @param path - of the file that the octets are from, if they are from one */
async function* inspectFrom(
  source: Source,
  options: InspectOptions,
  path: string | undefined,
): AsyncGenerator<InspectEvent, void, void> {
  const { keyLogFile } = options;
  // tshark, which reads it, says nothing of a key log that is not there.
  if (keyLogFile !== undefined) await access(keyLogFile, constants.R_OK);
  yield* inspect(source, options, platform, (session, capture) =>
    decrypt(session, capture, path, keyLogFile),
  );
}

/**
 * Decodes a file, as {@link inspectStream} does.
 *
 * @param path - of the file, or of the two files that hold the bytes of the two directions of one
 * connection
 * @throws InputError as {@link inspectStream}; the errors of the file system, also for a key log
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { inspectFile } from '@sanssocket/inspect';
 *
 * const file = join(mkdtempSync(join(tmpdir(), 'inspect-')), 'server.bin');
 * writeFileSync(file, Uint8Array.of(0x81, 5, 72, 101, 108, 108, 111, 0x88, 2, 3, 0xe8));
 * const types: string[] = [];
 * for await (const event of inspectFile(file)) types.push(event.type);
 * assert.deepEqual(types, ['connection', 'note', 'note', 'frame', 'message', 'frame', 'summary']);
 * ```
 */
export async function* inspectFile(
  path: string | readonly [string, string],
  options: InspectOptions = {},
): AsyncGenerator<InspectEvent, void, void> {
  if (typeof path === 'string') yield* inspectFrom(chunksOf(path), options, path);
  else yield* inspectPair(path, options);
}

/** Both directions, a chunk of each in turn, so that neither has to be kept whole. */
async function* inspectPair(
  paths: readonly [string, string],
  options: InspectOptions,
): AsyncGenerator<InspectEvent, void, void> {
  let events: InspectEvent[] = [];
  const session = new Session((event) => events.push(event), platform, options);
  const readers: readonly Reader[] = rawPair(session);
  const sources = paths.map((path) => chunksOf(path)[Symbol.asyncIterator]());
  const open = new Set([0, 1]);
  let bytes = 0;
  while (open.size > 0) {
    for (const index of open) {
      const { done, value } = await sources[index]!.next();
      if (done === true) {
        open.delete(index);
        readers[index]!.end();
      } else {
        bytes += value.length;
        readers[index]!.push(value);
        options.onProgress?.(bytes);
      }
      yield* events;
      events = [];
    }
  }
  yield* finish(
    session,
    'raw bytes of two directions',
    bytes,
    async () => {},
    () => events,
  );
}

function chunksOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const unpacked = createGunzip();
  // Its error comes out of the iteration.
  pipeline(Readable.from(source), unpacked, () => {});
  try {
    yield* unpacked;
  } catch (error) {
    throw new InputError(`gzip: ${(error as Error).message}`);
  }
}
