/**
 * `@sanssocket/deflate/fflate`: fflate, a small DEFLATE in JavaScript, for runtimes without zlib.
 * fflate is a peer dependency.
 *
 * It compresses; inflating is done here, see `deflate/raw-inflater.ts` for why.
 *
 * @packageDocumentation
 */

import { requireKnown } from '@sanssocket/codec/options';
import { Deflate, type DeflateOptions } from 'fflate';
import { OneShotDeflater } from './engines/zlib-shape.js';
import { concat, EMPTY } from './inflate/bytes.js';
import type { DeflateEngine, Deflater, DeflaterOptions, NoOptions } from './inflate/engine.js';
import { RawInflater } from './inflate/inflate.js';

const DEFAULT_LEVEL = 6;
const DEFAULT_MEMORY_LEVEL = 4;
/**
 * Bytes of earlier messages that fflate is given with each one: 4 KiB, because it takes in all of
 * it each time.
 */
const DICTIONARY_BITS = 12;
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff);

/**
 * Compresses a piece. `flush(true)` would do, but in fflate 0.8.3 it is wrong wherever the last
 * byte is not full.
 */
function deflate(piece: Uint8Array, options: DeflateOptions): Uint8Array {
  const chunks: Uint8Array[] = [];
  const stream = new Deflate(options, (chunk) => chunks.push(chunk));
  stream.push(piece);
  stream.flush();
  stream.push(EMPTY, true);
  return concat([...chunks.slice(0, -1), emptyBlock(chunks.at(-1)!), TAIL]);
}

/**
 * Makes an empty stored block's header of an empty last block. It stands behind the bits that the
 * last byte has already: BFINAL 1, BTYPE 01, seven bits of 0 (RFC 1951 3.2.3, 3.2.6), so the two
 * topmost bits that are set are its own.
 */
function emptyBlock(last: Uint8Array): Uint8Array {
  // Level 0: a stored block with BFINAL, which begins with a byte.
  if (last.length === 5) return Uint8Array.of(0);
  const bits = last[0]! | (last[1]! << 8);
  const at = 30 - Math.clz32(bits);
  const header = bits & ((1 << at) - 1);
  return at + 3 <= 8 ? Uint8Array.of(header) : Uint8Array.of(header, 0);
}

function createDeflater({
  level = DEFAULT_LEVEL,
  memoryLevel = DEFAULT_MEMORY_LEVEL,
}: DeflaterOptions): Deflater {
  return new OneShotDeflater(DICTIONARY_BITS, (piece, dictionary) =>
    deflate(piece, { level, mem: memoryLevel, ...(dictionary && { dictionary }) } as DeflateOptions),
  );
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
 * Makes an engine of fflate: takeover both ways, though of 4 KiB when compressing; a compressor's
 * window of 15 bits only, all levels and memory levels.
 *
 * @param options - there are none: level and memory are options of `permessageDeflate`
 * @throws TypeError for an option (`OPTION_UNKNOWN`)
 *
 * @example
 * ```ts
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { fflate } from '@sanssocket/deflate/fflate';
 *
 * const extensions = [permessageDeflate({ engine: fflate() })];
 * ```
 */
export function fflate(options: NoOptions = {}): DeflateEngine {
  requireKnown(options, []);
  return {
    minWindowBits: 15,
    deflateTakeover: true,
    inflateTakeover: true,
    createDeflater,
    createInflater: (options) => new RawInflater(options),
  };
}
