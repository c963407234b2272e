/**
 * `@sanssocket/deflate/streams`: `CompressionStream` and `DecompressionStream`, which browsers, Workers, Deno, Bun and Node have.
 *
 * They do one stream each, from beginning to end: no takeover, no level, no window but the largest, and every message is
 * asynchronous. Each piece of a compressed message ends with BFINAL (RFC 7692 7.2.3.4), because a `CompressionStream` cannot
 * flush; pieces of less than 32 bytes are stored.
 *
 * @packageDocumentation
 */

import { concat } from './deflate/bytes.js';
import type { DeflateEngine, Deflater, Inflated, Inflater } from './deflate/engine.js';
import { inflateMessage } from './deflate/raw-inflate.js';
import { storedBlock, Window } from './deflate/window.js';
import { MAX_TAIL_OUTPUT_BYTES, markedTail, unmarked } from './engines/marked-tail.js';

/** 7.2.3.4: the header of an empty block behind a stream's end; with the four bytes that are then not sent. */
const EMPTY_BLOCK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0, 0xff, 0xff);

/** Shorter pieces are stored: what so few bytes would save is nothing, and an end of a stream costs some peers a lot. */
const MIN_STREAM_BYTES = 32;

class StreamDeflater implements Deflater {
  async deflate(piece: Uint8Array): Promise<Uint8Array> {
    if (piece.length < MIN_STREAM_BYTES) return concat([storedBlock(piece), EMPTY_BLOCK]);
    const deflated = await through(new CompressionStream('deflate-raw'), piece, Number.POSITIVE_INFINITY);
    return concat([...deflated!, EMPTY_BLOCK]);
  }

  reset(): void {}

  close(): void {}
}

class StreamInflater implements Inflater {
  async inflate(payload: Uint8Array, maxBytes: number): Promise<Inflated> {
    const tail = markedTail();
    try {
      const stream = new DecompressionStream('deflate-raw');
      const chunks = await through(stream, concat([payload, tail]), maxBytes + MAX_TAIL_OUTPUT_BYTES);
      if (chunks === undefined) return 'MESSAGE_TOO_LARGE';
      const message = unmarked(concat(chunks), 0, tail);
      if (message !== undefined && message.length <= maxBytes) return message;
    } catch {
      // What was wrong, the stream does not say.
    }
    // A fault, or BFINAL inside, which a DecompressionStream refuses or overlooks; or ambiguous. All are rare.
    return inflateMessage(payload, new Window(0), maxBytes);
  }

  reset(): void {}

  close(): void {}
}

/** Sends bytes through a stream; undefined as soon as more than `maxBytes` have come out. */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array[] | undefined> {
  const writer = stream.writable.getWriter();
  // A failure shows at the reading end.
  const ignore = (): void => {};
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(ignore);
  writer.close().catch(ignore);
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    total += value.length;
    if (total > maxBytes) {
      reader.cancel().catch(ignore);
      return undefined;
    }
    chunks.push(value);
  }
}

export type {
  DeflateEngine,
  Deflater,
  DeflaterOptions,
  Inflated,
  Inflater,
  InflaterOptions,
} from './deflate/engine.js';

/**
 * Makes an engine of the runtime's compression streams. For hosts that implement the sink's `output`, as every message is
 * asynchronous.
 *
 * @example
 * ```ts
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { compressionStreams } from '@sanssocket/deflate/streams';
 *
 * const extensions = [permessageDeflate({ engine: compressionStreams() })];
 * ```
 */
export function compressionStreams(): DeflateEngine {
  return {
    minWindowBits: 15,
    deflateTakeover: false,
    inflateTakeover: false,
    createDeflater: () => new StreamDeflater(),
    createInflater: () => new StreamInflater(),
  };
}
