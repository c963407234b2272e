/**
 * Engines of which nothing is known but functions that take it all at once: the window is then kept here and handed in with every
 * message, as a dictionary or, to inflate, as a block in front. Slower than an engine that keeps it itself.
 */
import type { Deflater, Inflated, InflateFault, Inflater } from './engine.js';
import { endsWithStream, mayRestart } from './restarts.js';
import { storedBlock, WindowCopy } from './window.js';
import { concat } from './zlib-shape.js';

/**
 * Compresses, flushing to the end of a byte.
 *
 * @param dictionary - what came before; undefined if nothing did
 */
export type DeflateFunction = (piece: Uint8Array, dictionary: Uint8Array | undefined) => Uint8Array;

/**
 * Inflates up to the end of the stream.
 *
 * @returns the output, and how many bytes the stream took; or the fault
 */
export type InflateFunction = (
  stream: Uint8Array,
  maxBytes: number,
) => { readonly bytes: Uint8Array; readonly consumed: number } | InflateFault;

/** Compresses with a function. */
export class OneShotDeflater implements Deflater {
  readonly #deflate: DeflateFunction;
  readonly #window: WindowCopy;

  constructor(windowBits: number, deflate: DeflateFunction) {
    this.#window = new WindowCopy(windowBits);
    this.#deflate = deflate;
  }

  deflate(piece: Uint8Array): Uint8Array {
    const deflated = this.#deflate(piece, this.#window.toBytes());
    this.#window.push(piece);
    return deflated;
  }

  reset(): void {
    this.#window.clear();
  }

  close(): void {
    this.#window.clear();
  }
}

const EMPTY: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
/** The four bytes left out (RFC 7692 7.2.2), and an empty last block: a stream with an end, and one that is cut has none. */
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff);

/** The same with one byte in the block that the first four make: for the one case in which they pass for something else. */
const MARKED_TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(1, 0, 0xfe, 0xff, 0x58, 1, 0, 0, 0xff, 0xff);

/** Inflates with a function. */
export class OneShotInflater implements Inflater {
  readonly #inflate: InflateFunction;
  readonly #window: WindowCopy;

  constructor(windowBits: number, inflate: InflateFunction) {
    this.#window = new WindowCopy(windowBits);
    this.#inflate = inflate;
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated {
    const { length } = payload;
    const chunks: Uint8Array[] = [];
    let left = maxBytes;
    let restarts = 0;
    let start = 0;
    for (;;) {
      const window = this.#window.toBytes();
      const before = window === undefined ? 0 : window.length;
      const block = window === undefined ? EMPTY : storedBlock(window);
      const stream = concat([block, payload.subarray(start), TAIL]);
      const inflated = this.#inflate(stream, before + left);
      if (typeof inflated === 'string') return inflated;
      const bytes = inflated.bytes.slice(before);
      const consumed = inflated.consumed - block.length;
      // With BFINAL on the empty block whose last four bytes they are, the stream ends with the four bytes.
      const end = start + consumed - length;
      if (end === TAIL.length || end === 4) {
        if (endsLikeTail(bytes)) {
          // The message's own bytes, or a stored block that is four bytes short and took the tail for them?
          const marked = concat([block, payload.subarray(start), MARKED_TAIL]);
          const again = this.#inflate(marked, before + left + 1);
          if (typeof again === 'string' || again.bytes.length !== inflated.bytes.length + 1)
            return 'EXTENSION_DATA';
        }
        start = length;
      }
      chunks.push(bytes);
      this.#window.push(bytes);
      left -= bytes.length;
      if (start === length) break;
      // 7.2.3.4: BFINAL. The end must not have come from the four bytes.
      start += consumed;
      if (start > length) return 'EXTENSION_DATA';
      if (endsWithStream(payload, start, length)) break;
      if (!mayRestart(++restarts, length, maxBytes - left)) return 'EXTENSION_DATA';
    }
    return chunks.length === 1 ? chunks[0]! : concat(chunks);
  }

  reset(): void {
    this.#window.clear();
  }

  close(): void {
    this.#window.clear();
  }
}

/** Whether output ends with 00 00 ff ff. */
export function endsLikeTail(bytes: Uint8Array): boolean {
  const at = bytes.length - 4;
  return (
    at >= 0 && bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 0xff && bytes[at + 3] === 0xff
  );
}
