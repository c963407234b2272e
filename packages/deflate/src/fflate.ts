/**
 * `@sanssocket/deflate/fflate`: fflate, a small DEFLATE in JavaScript, for runtimes without zlib. fflate is a peer dependency.
 *
 * It compresses; inflating is done here, see `raw-inflate.ts` for why.
 *
 * @packageDocumentation
 */
import { Deflate, type DeflateOptions } from 'fflate';
import type { DeflateEngine, Deflater, DeflaterOptions } from './engine.js';
import { RawInflater } from './raw-inflate.js';
import { concat } from './zlib-shape.js';

const DEFAULT_LEVEL = 6;
const DEFAULT_MEMORY_LEVEL = 4;

class FflateDeflater implements Deflater {
  readonly #options: DeflateOptions;
  #deflate: Deflate | null = null;
  #chunks: Uint8Array[] = [];

  constructor({ level = DEFAULT_LEVEL, memoryLevel = DEFAULT_MEMORY_LEVEL }: DeflaterOptions) {
    this.#options = { level, mem: memoryLevel } as DeflateOptions;
  }

  deflate(piece: Uint8Array): Uint8Array {
    this.#deflate ??= new Deflate(this.#options, (chunk) => this.#chunks.push(chunk));
    this.#deflate.push(piece);
    this.#deflate.flush(true);
    const chunks = this.#chunks;
    this.#chunks = [];
    return concat(chunks);
  }

  reset(): void {
    this.#deflate = null;
  }

  close(): void {
    this.#deflate = null;
  }
}

/**
 * Makes an engine of fflate: takeover both ways, a compressor's window of 15 bits only, all levels and memory levels.
 *
 * @example
 * ```ts
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { fflate } from '@sanssocket/deflate/fflate';
 *
 * const extensions = [permessageDeflate({ engine: fflate() })];
 * ```
 */
export function fflate(): DeflateEngine {
  return {
    minWindowBits: 15,
    deflateTakeover: true,
    inflateTakeover: true,
    createDeflater: (options) => new FflateDeflater(options),
    createInflater: () => new RawInflater(),
  };
}
