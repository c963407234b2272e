/** An inspection: the octets of an input in, events out, in any runtime. */

import { DETECT_BYTES, type Detected, detect } from '../formats/detect.js';
import { concat, EMPTY } from '../model/bytes.js';
import type { InspectEvent } from '../model/event.js';
import type { Platform } from '../model/platform.js';
import { type InspectLimits, Session } from '../model/session.js';
import type { Capture } from '../packets/capture.js';

/** Octets, in chunks of any size. */
export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Options of an inspection in any runtime. */
export interface ReadOptions extends InspectLimits {
  /** Called with the number of octets that have been read, after each chunk. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * So much is read before its events are taken, which may be a thousand times as large: messages are
 * inflated.
 */
const PIECE_BYTES = 4 * 1024;

/**
 * Reads an input.
 *
 * @param encrypted - called at the end of a capture with TLS in it
 */
export async function* inspect(
  source: Source,
  options: ReadOptions,
  platform: Platform,
  encrypted: (session: Session, capture: Capture) => Promise<void>,
): AsyncGenerator<InspectEvent, void, void> {
  let events: InspectEvent[] = [];
  const session = new Session((event) => events.push(event), platform, options);
  let detected: Detected | undefined;
  let start: Uint8Array = EMPTY;
  let bytes = 0;
  for await (const chunk of await plain(source, platform)) {
    bytes += chunk.length;
    let part = chunk;
    if (detected === undefined) {
      start = concat([start, chunk]);
      if (start.length < DETECT_BYTES) continue;
      detected = detect(session, start);
      part = start;
      start = EMPTY;
    }
    for (let at = 0; at < part.length; at += PIECE_BYTES) {
      detected.reader.push(part.subarray(at, at + PIECE_BYTES));
      yield* events;
      events = [];
    }
    options.onProgress?.(bytes);
  }
  if (detected === undefined && start.length > 0) {
    detected = detect(session, start);
    detected.reader.push(start);
  }
  if (detected === undefined) session.note('empty', 'the input is empty');
  const end = async (): Promise<void> => {
    detected?.reader.end();
    const { capture } = detected ?? {};
    if (capture !== undefined && capture.encrypted > 0) await encrypted(session, capture);
  };
  yield* finish(session, detected?.format ?? 'nothing', bytes, end, () => events);
}

/** The last events: also of an input that turns out to be unreadable at its end. */
export async function* finish(
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

/** The octets of a source, inflated if they are gzip's. */
async function plain(source: Source, platform: Platform): Promise<AsyncIterable<Uint8Array>> {
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
  return platform.gunzip(whole());
}
