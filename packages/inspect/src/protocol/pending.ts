/** Bytes of one direction that cannot be read yet, with the times at which they came. */

import { EMPTY } from '../model/bytes.js';

export class Pending {
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  /** Offset in the direction of the first byte that is kept. */
  offset = 0;
  #times: { end: number; timeMs: number | undefined }[] = [];

  get length(): number {
    return this.#length;
  }

  /** A view, valid until the next change. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  append(bytes: Uint8Array, timeMs: number | undefined): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(1024, length * 2));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
    this.#times.push({ end: length, timeMs });
  }

  /** The time at which a byte came. */
  timeAt(index: number): number | undefined {
    return (this.#times.find(({ end }) => index < end) ?? this.#times.at(-1))?.timeMs;
  }

  /** Forgets the first bytes. */
  drop(length: number): void {
    if (length === 0) return;
    this.#bytes.copyWithin(0, length, this.#length);
    this.#length -= length;
    this.offset += length;
    this.#times = this.#times
      .map(({ end, timeMs }) => ({ end: end - length, timeMs }))
      .filter(({ end }) => end > 0);
  }

  /** Bytes that are not there, or not kept. */
  skip(length: number): void {
    this.clear();
    this.offset += length;
  }

  clear(): void {
    this.offset += this.#length;
    this.#bytes = EMPTY;
    this.#length = 0;
    this.#times = [];
  }

  /** Takes all bytes out, in the pieces in which they came. */
  take(): { bytes: Uint8Array; timeMs: number | undefined }[] {
    const bytes = this.bytes;
    let start = 0;
    const pieces = this.#times.map(({ end, timeMs }) => {
      const piece = { bytes: bytes.subarray(start, end), timeMs };
      start = end;
      return piece;
    });
    this.clear();
    return pieces;
  }
}
