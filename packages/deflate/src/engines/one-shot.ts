/**
 * Compressing with functions of which nothing is known but that they take it all at once: the window is then kept here and handed
 * in with every message, as a dictionary. Slower than an engine that keeps it itself.
 */
import { copyOf } from '../deflate/bytes.js';
import type { Deflater } from '../deflate/engine.js';
import { Window } from '../deflate/window.js';

/**
 * Compresses, flushing to the end of a byte.
 *
 * @param dictionary - what came before; undefined if nothing did
 */
export type DeflateFunction = (piece: Uint8Array, dictionary: Uint8Array | undefined) => Uint8Array;

/** Compresses with a function. */
export class OneShotDeflater implements Deflater {
  readonly #deflate: DeflateFunction;
  readonly #window: Window;

  constructor(windowBits: number, deflate: DeflateFunction) {
    this.#window = new Window(1 << windowBits);
    this.#deflate = deflate;
  }

  deflate(piece: Uint8Array): Uint8Array {
    // A copy: what zlib gives is the beginning of a chunk of 64 KiB, which it would hold as long as it waits to be sent.
    const deflated = copyOf(this.#deflate(piece, this.#window.toBytes()));
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
