/**
 * `@sanssocket/deflate/pako`: pako 3, zlib in JavaScript, for runtimes without one. pako is a peer
 * dependency.
 *
 * @packageDocumentation
 */

import { requireKnown } from '@sanssocket/codec/options';
import {
  ZStream,
  zlibDeflate,
  zlibDeflateEnd,
  zlibDeflateInit2,
  zlibDeflateReset,
  zlibInflate,
  zlibInflateEnd,
  zlibInflateInit2,
  zlibInflateReset,
} from 'pako';
import {
  type BLOCK,
  type SYNC_FLUSH,
  ZlibDeflater,
  ZlibInflater,
  type ZlibStream,
} from './engines/zlib-shape.js';
import { EMPTY } from './inflate/bytes.js';
import type { DeflateEngine, DeflaterOptions, NoOptions } from './inflate/engine.js';
import { RawInflater } from './inflate/inflate.js';

/** zlib's `Z_OK`, `Z_STREAM_END`, `Z_BUF_ERROR` (no progress, which is no error), `Z_DEFLATED`. */
const OK = 0;
const STREAM_END = 1;
const BUF_ERROR = -5;
const DEFLATED = 8;
const DEFAULT_LEVEL = 6;
const DEFAULT_MEMORY_LEVEL = 8;

class PakoStream implements ZlibStream {
  readonly #strm: ZStream = new ZStream();
  readonly #call: typeof zlibInflate;
  readonly #reset: typeof zlibInflateReset;
  readonly #end: typeof zlibInflateEnd;

  private constructor(call: typeof zlibInflate, reset: typeof zlibInflateReset, end: typeof zlibInflateEnd) {
    this.#call = call;
    this.#reset = reset;
    this.#end = end;
  }

  static deflate({
    windowBits,
    level = DEFAULT_LEVEL,
    memoryLevel = DEFAULT_MEMORY_LEVEL,
  }: DeflaterOptions): PakoStream {
    const stream = new PakoStream(zlibDeflate, zlibDeflateReset, zlibDeflateEnd);
    zlibDeflateInit2(stream.#strm, level, DEFLATED, -windowBits, memoryLevel, 0);
    return stream;
  }

  static inflate(windowBits: number): PakoStream {
    const stream = new PakoStream(zlibInflate, zlibInflateReset, zlibInflateEnd);
    zlibInflateInit2(stream.#strm, -windowBits);
    return stream;
  }

  get inputLeft(): number {
    return this.#strm.avail_in;
  }

  get outputLeft(): number {
    return this.#strm.avail_out;
  }

  run(
    flush: typeof SYNC_FLUSH | typeof BLOCK,
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array<ArrayBuffer>,
  ): boolean {
    const strm = this.#strm;
    strm.input = input;
    strm.next_in = start;
    strm.avail_in = end - start;
    strm.output = output;
    strm.next_out = 0;
    strm.avail_out = output.length;
    const status = this.#call(strm, flush);
    // Neither is this stream's: an idle connection would hold on to its last message.
    strm.input = EMPTY;
    strm.output = EMPTY;
    return status === OK || status === STREAM_END || status === BUF_ERROR;
  }

  reset(): void {
    this.#reset(this.#strm);
  }

  close(): void {
    this.#end(this.#strm);
  }
}

/** zlib cannot compress raw DEFLATE in a window of 256 bytes. */
const MIN_WINDOW_BITS = 9;

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
 * Makes an engine of pako: takeover both ways, windows of 9 to 15 bits, all levels and memory
 * levels.
 *
 * @param options - there are none: level and memory are options of `permessageDeflate`
 * @throws TypeError for an option (`OPTION_UNKNOWN`)
 *
 * @example
 * ```ts
 * import { permessageDeflate } from '@sanssocket/deflate';
 * import { pako } from '@sanssocket/deflate/pako';
 *
 * const extensions = [permessageDeflate({ engine: pako() })];
 * ```
 */
export function pako(options: NoOptions = {}): DeflateEngine {
  requireKnown(options, []);
  return {
    minWindowBits: MIN_WINDOW_BITS,
    deflateTakeover: true,
    inflateTakeover: true,
    createDeflater: (options) => new ZlibDeflater(PakoStream.deflate(options)),
    createInflater: (options) =>
      new ZlibInflater(
        PakoStream.inflate(Math.max(options.windowBits, MIN_WINDOW_BITS)),
        new RawInflater(options),
      ),
  };
}
