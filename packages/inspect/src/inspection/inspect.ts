/** An inspection: the octets of an input in, events out. */

import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DETECT_BYTES, type Detected, detect } from '../formats/detect.js';
import { rawPair } from '../formats/raw.js';
import { InputError, type Reader } from '../formats/reader.js';
import { concat, EMPTY } from '../model/bytes.js';
import type { InspectEvent } from '../model/event.js';
import { type InspectLimits, Session } from '../model/session.js';
import { decrypt } from './decrypt.js';

/** Options of an inspection. */
export interface InspectOptions extends InspectLimits {
  /** Called with the number of octets that have been read, after each chunk. */
  readonly onProgress?: (bytes: number) => void;
  /** A key log (`SSLKEYLOGFILE`) for the TLS of a capture, which is read through tshark. */
  readonly keyLogFile?: string;
}

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
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: InspectOptions = {},
): AsyncGenerator<InspectEvent, void, void> {
  yield* inspect(source, options, undefined);
}

/** @param path - of the file that the octets are from, if they are from one */
async function* inspect(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: InspectOptions,
  path: string | undefined,
): AsyncGenerator<InspectEvent, void, void> {
  let events: InspectEvent[] = [];
  const session = new Session((event) => events.push(event), options);
  let detected: Detected | undefined;
  let start: Uint8Array = EMPTY;
  let bytes = 0;
  for await (const chunk of await plain(source)) {
    bytes += chunk.length;
    if (detected === undefined) {
      start = concat([start, chunk]);
      if (start.length < DETECT_BYTES) continue;
      detected = detect(session, start);
      detected.reader.push(start);
      start = EMPTY;
    } else {
      detected.reader.push(chunk);
    }
    options.onProgress?.(bytes);
    yield* events;
    events = [];
  }
  if (detected === undefined && start.length > 0) {
    detected = detect(session, start);
    detected.reader.push(start);
  }
  if (detected === undefined) session.note('empty', 'the input is empty');
  const end = async (): Promise<void> => {
    detected?.reader.end();
    const { capture } = detected ?? {};
    if (capture !== undefined && capture.encrypted > 0)
      await decrypt(session, capture, path, options.keyLogFile);
  };
  yield* finish(session, detected?.format ?? 'nothing', bytes, end, () => events);
}

/**
 * Decodes a file, as {@link inspectStream} does.
 *
 * @param path - of the file, or of the two files that hold the bytes of the two directions of one
 * connection
 * @throws InputError as {@link inspectStream}; the errors of the file system
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
  if (typeof path === 'string') yield* inspect(chunksOf(path), options, path);
  else yield* inspectPair(path, options);
}

/** Both directions, a chunk of each in turn, so that neither has to be kept whole. */
async function* inspectPair(
  paths: readonly [string, string],
  options: InspectOptions,
): AsyncGenerator<InspectEvent, void, void> {
  let events: InspectEvent[] = [];
  const session = new Session((event) => events.push(event), options);
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

/** The last events: also of an input that turns out to be unreadable at its end. */
async function* finish(
  session: Session,
  format: string,
  bytes: number,
  end: () => Promise<void>,
  events: () => readonly InspectEvent[],
): AsyncGenerator<InspectEvent, void, void> {
  let error: unknown;
  try {
    await end();
  } catch (thrown) {
    error = thrown;
  }
  yield* events();
  if (error !== undefined) throw error;
  const { packets, streams, connections, frames, messages, faults } = session;
  yield { type: 'summary', format, bytes, packets, streams, connections, frames, messages, faults };
}

function chunksOf(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

/** The octets of a source, inflated if they are gzip's. */
async function plain(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array>> {
  const chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let start: Uint8Array = EMPTY;
  let ended = false;
  while (start.length < 2 && !ended) {
    const { done, value } = await chunks.next();
    if (done === true) ended = true;
    else start = concat([start, value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array, void, void> {
    if (start.length > 0) yield start;
    while (!ended) {
      const { done, value } = await chunks.next();
      if (done === true) return;
      yield value;
    }
  }
  if (start[0] !== 0x1f || start[1] !== 0x8b) return whole();
  const unpacked = createGunzip();
  // Its error comes out of the iteration.
  pipeline(Readable.from(whole()), unpacked, () => {});
  return withWords(unpacked);
}

async function* withWords(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* source;
  } catch (error) {
    throw new InputError(`gzip: ${(error as Error).message}`);
  }
}
