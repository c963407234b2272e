/** Inspections in a browser, or any runtime without Node's modules. */

import { compressionStreams } from '@sanssocket/deflate/streams';
import { headerValues, parseExtensions } from '@sanssocket/handshake/values';
import { InputError } from '../formats/reader.js';
import type { InspectEvent } from '../model/event.js';
import type { HeaderDecoder, Platform } from '../model/platform.js';
import { type InspectLimits, Session } from '../model/session.js';
import { Direction } from '../protocol/direction.js';
import { Inflating } from '../protocol/inflating.js';
import { Reading } from '../protocol/reading.js';
import { inspect, type ReadOptions, type Source } from './inspect.js';

const platform: Platform = { engine: compressionStreams(), gunzip };

/** Options of an inspection in a browser. */
export interface BrowserOptions extends ReadOptions {
  /**
   * Decodes headers of HTTP/2, for WebSockets in its streams. Without it they are said not to be
   * read: the decoder of this package needs Node's `Buffer` and streams, or a bundle with both.
   */
  readonly createHeaderDecoder?: () => HeaderDecoder;
}

/**
 * Decodes the WebSocket traffic of an input, as `inspectStream` of `@sanssocket/inspect` does. TLS
 * is counted, not read: that takes tshark.
 *
 * @param source - the octets, in chunks of any size, as of a `File`
 * @returns the events, in the order in which they are found, and a {@link Summary} at last
 * @throws InputError, from the iterator, for an input that cannot be read; faults of the traffic are
 * events
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { inspectStream } from '@sanssocket/inspect/browser';
 *
 * const pasted = new Blob(['81 85 37 fa 21 3d 7f 9f 4d 51 58']);
 * const texts: string[] = [];
 * for await (const event of inspectStream([new Uint8Array(await pasted.arrayBuffer())])) {
 *   if (event.type === 'message' && event.text !== undefined) texts.push(`${event.from}: ${event.text}`);
 * }
 * assert.deepEqual(texts, ['client: Hello']);
 * ```
 */
export function inspectStream(
  source: Source,
  options: BrowserOptions = {},
): AsyncGenerator<InspectEvent, void, void> {
  const { createHeaderDecoder } = options;
  const decoders = createHeaderDecoder === undefined ? platform : { ...platform, createHeaderDecoder };
  return inspect(source, options, decoders, async (session, { encrypted }) => {
    const why = 'they are read through tshark, by the command: `npx @sanssocket/inspect --keylog FILE`';
    session.note('encrypted', `${encrypted} streams are encrypted (TLS): ${why}`);
  });
}

/** Options of {@link inspectFrames}. */
export interface FramesOptions extends InspectLimits {
  /** The end that sent the frames. */
  readonly from: 'client' | 'server';
  /** The value of `Sec-WebSocket-Extensions` in the server's response; none by default. */
  readonly extensions?: string;
}

/**
 * Decodes frames of one side, of which all bytes are there: at once, as in a program that shows
 * bytes while somebody changes them.
 *
 * @param bytes - from the first byte of a frame on
 * @returns frames, messages, faults and notes, with offsets in `bytes`
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { inspectFrames } from '@sanssocket/inspect/browser';
 *
 * const hello = Uint8Array.of(0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f);
 * assert.deepEqual(inspectFrames(hello, { from: 'server' }).map(({ type }) => type), ['frame', 'message']);
 * const [fault] = inspectFrames(hello, { from: 'client' });
 * assert.ok(fault?.type === 'fault');
 * assert.equal(fault.fault.code, 'MASK_REQUIRED');
 * ```
 */
export function inspectFrames(bytes: Uint8Array, options: FramesOptions): InspectEvent[] {
  const { from, extensions = '' } = options;
  const events: InspectEvent[] = [];
  const session = new Session((event) => events.push(event), platform, options);
  const agreed = parseExtensions(
    headerValues(['sec-websocket-extensions', extensions], 'sec-websocket-extensions'),
  );
  const deflate = agreed?.find(({ name }) => name === 'permessage-deflate');
  const inflating = new Inflating(from, deflate?.parameters, false, session.engine);
  const direction = new Direction(session, 1, { from, offset: 0, inflating, beginsBefore: false });
  const reading = new Reading(session, direction, false, (code, message, side) =>
    session.note(code, message, { connection: 1, from: side }),
  );
  reading.receive(bytes, undefined);
  reading.finish(undefined);
  return events;
}

async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const unpacked = new DecompressionStream('gzip');
  const writer = unpacked.writable.getWriter();
  // A failure shows at the reading end.
  const ignore = (): void => {};
  const write = async (): Promise<void> => {
    for await (const chunk of source) await writer.write(chunk as Uint8Array<ArrayBuffer>);
    await writer.close();
  };
  write().catch((error: unknown) => writer.abort(error).catch(ignore));
  const reader = unpacked.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
  } catch (error) {
    throw new InputError(`gzip: ${(error as Error).message}`);
  }
}
