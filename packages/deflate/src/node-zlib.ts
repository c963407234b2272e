/**
 * `@sanssocket/deflate/node-zlib`: zlib as Node, Bun and Deno have it. The one file of the portable
 * packages that imports `node:zlib`, with the two in `engines/` that it is made of.
 *
 * @packageDocumentation
 */
import { deflateRawSync, type ZlibOptions } from 'node:zlib';
import { inWords, requireKnown, requireType, usageError } from '@sanssocket/codec/options';
import { OffThreadDeflater, OffThreadInflater } from './engines/node-zlib-off-thread.js';
import {
  createHandleDeflater,
  createHandleInflater,
  hasZlibHandle,
  ResidentDeflater,
  Residents,
} from './engines/node-zlib-stream.js';
import { OneShotDeflater, SYNC_FLUSH } from './engines/zlib-shape.js';
import type { DeflateEngine, DeflaterOptions } from './inflate/engine.js';
import { RawInflater } from './inflate/inflate.js';

export type {
  DeflateEngine,
  Deflater,
  DeflaterOptions,
  Inflated,
  Inflater,
  InflaterOptions,
} from './inflate/engine.js';

/** Options of {@link nodeZlib}. */
export interface NodeZlibOptions {
  /**
   * From how many bytes on a message (to compress) or a payload (to inflate) goes to a thread of
   * Node's pool; Infinity by default. Order is kept: later messages wait. Only with handlers that
   * have `output`. See the README for figures.
   */
  readonly offThreadBytes?: number;
  /**
   * Whether the undocumented handle inside Node's streams may be used where it is found to work;
   * true by default. Without it the results are the same; 1 KiB costs 100 us more to send and 5 to
   * receive.
   */
  readonly handle?: boolean;
}

const OPTIONS: readonly (keyof NodeZlibOptions)[] = ['offThreadBytes', 'handle'];

/** zlib cannot compress raw DEFLATE in a window of 256 bytes: told 8, it takes 9. */
const MIN_WINDOW_BITS = 9;
const CHUNK_BYTES = 0x1_0000;

/**
 * Makes an engine of `node:zlib`: takeover both ways, windows of 9 to 15 bits, all levels and
 * memory levels.
 *
 * @throws RangeError unless `offThreadBytes` is at least 1, TypeError for an option that there is
 * not or of another kind
 *
 * @example
 * ```ts
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { nodeZlib } from '@sanssocket/deflate/node-zlib';
 *
 * const extensions = [permessageDeflate({ engine: nodeZlib({ offThreadBytes: 256 * 1024 }), level: 3 })];
 * ```
 */
export function nodeZlib(options: NodeZlibOptions = {}): DeflateEngine {
  requireKnown(options, OPTIONS);
  const { offThreadBytes = Number.POSITIVE_INFINITY, handle = true } = options;
  if (typeof offThreadBytes !== 'number' || !(offThreadBytes >= 1)) {
    const wanted = 'offThreadBytes must be a number of at least 1';
    throw usageError(RangeError, 'OPTION_INVALID', `${wanted}, not ${inWords(offThreadBytes)}`);
  }
  requireType('handle', handle, 'boolean');
  const byHandle = handle && hasZlibHandle();
  const residents = new Map<string, Residents>();
  const residentsOf = (zlib: ZlibOptions): Residents => {
    const key = JSON.stringify(zlib);
    const found = residents.get(key) ?? new Residents(() => createHandleDeflater(zlib));
    residents.set(key, found);
    return found;
  };
  return {
    minWindowBits: MIN_WINDOW_BITS,
    deflateTakeover: true,
    inflateTakeover: true,
    createDeflater(wanted) {
      const zlib = zlibOptions(wanted);
      const deflater = byHandle
        ? wanted.takeover
          ? new ResidentDeflater(residentsOf(zlib), wanted.windowBits)
          : createHandleDeflater(zlib)
        : new OneShotDeflater(wanted.windowBits, (piece, dictionary) =>
            deflateRawSync(piece, {
              ...zlib,
              ...(dictionary === undefined ? {} : { dictionary }),
              finishFlush: SYNC_FLUSH,
              chunkSize: CHUNK_BYTES,
            }),
          );
      return offThreadBytes === Number.POSITIVE_INFINITY
        ? deflater
        : new OffThreadDeflater(deflater, zlib, offThreadBytes);
    },
    createInflater({ windowBits, takeover }) {
      const raw = new RawInflater({ windowBits, takeover });
      if (!byHandle) return raw;
      // More than the peer's window does no harm; less than 9 bits zlib's own peers do not keep to.
      const bits = Math.max(windowBits, MIN_WINDOW_BITS);
      const inflater = createHandleInflater(bits, raw);
      return offThreadBytes === Number.POSITIVE_INFINITY
        ? inflater
        : new OffThreadInflater(inflater, raw.window, bits, offThreadBytes);
    },
  };
}

function zlibOptions({ windowBits, level, memoryLevel }: DeflaterOptions): ZlibOptions {
  return {
    windowBits,
    ...(level === undefined ? {} : { level }),
    ...(memoryLevel === undefined ? {} : { memLevel: memoryLevel }),
  };
}
