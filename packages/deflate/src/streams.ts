/**
 * `@sanssocket/deflate/streams`: `CompressionStream` and `DecompressionStream`, which browsers, Workers, Deno, Bun and Node have.
 *
 * They do one stream each, from beginning to end: no takeover, no level, no window but the largest, and every message is
 * asynchronous. Each piece of a compressed message ends with BFINAL (RFC 7692 7.2.3.4), because a `CompressionStream` cannot
 * flush; pieces of less than 32 bytes are stored.
 *
 * @packageDocumentation
 */
import type { DeflateEngine, Deflater, Inflated, Inflater } from './engine.js';
import { endsLikeTail } from './one-shot.js';
import { RawInflater } from './raw-inflate.js';
import { BYTES_PER_RESTART } from './restarts.js';
import { storedBlock } from './window.js';
import { concat } from './zlib-shape.js';

/** 7.2.3.4: the header of an empty block behind a stream's end; with the four bytes that are then not sent. */
const EMPTY_BLOCK: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0, 0xff, 0xff);

/**
 * The four bytes left out (7.2.2), and a last block with eight bytes in it: if the output does not end with them, the
 * stream ended before.
 */
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  ...[0, 0, 0xff, 0xff, 1, 8, 0, 0xf7, 0xff],
  ...[0xc3, 0x1d, 0x5a, 0x90, 0x27, 0xee, 0x74, 0xb8],
);
const MARK: Uint8Array = /* @__PURE__ */ TAIL.subarray(-8);

class StreamDeflater implements Deflater {
  async deflate(piece: Uint8Array): Promise<Uint8Array> {
    // A message of many short fragments must not become one of many streams; what so few bytes would save is nothing.
    if (piece.length < BYTES_PER_RESTART) return concat([storedBlock(piece), EMPTY_BLOCK]);
    const deflated = await through(new CompressionStream('deflate-raw'), piece, Number.POSITIVE_INFINITY);
    return concat([...deflated!, EMPTY_BLOCK]);
  }

  reset(): void {}

  close(): void {}
}

class StreamInflater implements Inflater {
  async inflate(payload: Uint8Array, maxBytes: number): Promise<Inflated> {
    let message: Uint8Array | undefined;
    try {
      const stream = new DecompressionStream('deflate-raw');
      const chunks = await through(stream, concat([payload, TAIL]), maxBytes + MARK.length);
      if (chunks === undefined) return 'MESSAGE_TOO_LARGE';
      const output = concat(chunks);
      const end = output.length - MARK.length;
      if (end >= 0 && MARK.every((byte, i) => output[end + i] === byte)) message = output.slice(0, end);
    } catch {
      // What was wrong, the stream does not say.
    }
    if (message !== undefined && !endsLikeTail(message)) return message;
    // BFINAL inside, which a DecompressionStream refuses or overlooks; or broken; or ambiguous. All are rare.
    return new RawInflater().inflate(payload, maxBytes);
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
