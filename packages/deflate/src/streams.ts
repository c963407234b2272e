/**
 * `@sanssocket/deflate/streams`: the `CompressionStream` that browsers, Workers, Deno, Bun and Node
 * have.
 *
 * It does one stream, from beginning to end: no takeover when compressing, no level, no window but
 * the largest, and every message is asynchronous. It cannot flush, it can only finish; its output
 * is made to look as if it had flushed (`inflate/unfinished.ts`), because many peers cannot read on
 * behind a finished stream.
 *
 * Inflating is done by this package's own inflater, with takeover, which a `DecompressionStream`
 * does not have: peers compress better, and those that keep their window though told not to
 * (Tornado) are understood. On Node it is also faster, ten times for 1 KiB; in Deno and Bun a
 * `DecompressionStream` would take half of the time from 64 KiB on.
 *
 * @packageDocumentation
 */

import { requireKnown } from '@sanssocket/codec/options';
import { concat } from './inflate/bytes.js';
import type { DeflateEngine, Deflater, NoOptions } from './inflate/engine.js';
import { RawInflater } from './inflate/inflate.js';
import { unfinished } from './inflate/unfinished.js';
import { storedBlock } from './inflate/window.js';

/** RFC 7692 7.2.1: the bytes that a flush leaves behind a block that ends with a byte. */
const EMPTY_BLOCK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0, 0xff, 0xff);

/**
 * Shorter pieces are stored: so few bytes hardly get shorter, and a stream of their own takes 0.2
 * ms.
 */
const MIN_STREAM_BYTES = 32;

class StreamDeflater implements Deflater {
  async deflate(piece: Uint8Array): Promise<Uint8Array> {
    if (piece.length < MIN_STREAM_BYTES) return concat([storedBlock(piece), EMPTY_BLOCK]);
    return unfinished(concat(await through(new CompressionStream('deflate-raw'), piece)));
  }

  reset(): void {}

  close(): void {}
}

/** Sends bytes through a stream. */
async function through(stream: CompressionStream, bytes: Uint8Array): Promise<Uint8Array[]> {
  const writer = stream.writable.getWriter();
  // A failure shows at the reading end.
  const ignore = (): void => {};
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(ignore);
  writer.close().catch(ignore);
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
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
  NoOptions,
} from './inflate/engine.js';

/**
 * Makes an engine of the runtime's `CompressionStream`: takeover when inflating only. For handlers
 * with `output`, as every compressed message is sent later.
 *
 * @param options - there are none: a `CompressionStream` has no level
 * @throws TypeError for an option (`OPTION_UNKNOWN`)
 *
 * @example
 * ```ts
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { compressionStreams } from '@sanssocket/deflate/streams';
 *
 * const extensions = [permessageDeflate({ engine: compressionStreams() })];
 * ```
 */
export function compressionStreams(options: NoOptions = {}): DeflateEngine {
  requireKnown(options, []);
  return {
    minWindowBits: 15,
    deflateTakeover: false,
    inflateTakeover: true,
    createDeflater: () => new StreamDeflater(),
    createInflater: (options) => new RawInflater(options),
  };
}
