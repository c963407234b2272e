/** Bytes of an input that come in chunks and are taken in records. */

import { concat, EMPTY } from '../model/bytes.js';

export class Feed {
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  /** Bytes that were taken. */
  offset = 0;

  /** Adds a chunk, which is borrowed until all of it is taken or the next one comes. */
  push(chunk: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#at);
    this.#bytes = rest.length === 0 ? chunk : concat([rest, chunk]);
    this.#at = 0;
  }

  get available(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next bytes, without taking them; undefined if they are not there yet. */
  peek(length: number): Uint8Array | undefined {
    return length > this.available ? undefined : this.#bytes.subarray(this.#at, this.#at + length);
  }

  take(length: number): Uint8Array | undefined {
    const bytes = this.peek(length);
    if (bytes === undefined) return undefined;
    this.#at += length;
    this.offset += length;
    return bytes;
  }
}
