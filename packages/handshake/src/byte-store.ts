const NOTHING: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(0);

/** Keeps bytes that came in pieces, in one buffer that doubles up to a limit: copying is linear in what is kept. */
export class ByteStore {
  #buffer: Uint8Array<ArrayBuffer> = NOTHING;
  #length = 0;

  /** Adds the first `count` bytes of `chunk`. The buffer never grows past `limit` bytes, which the caller keeps to. */
  append(chunk: Uint8Array, count: number, limit: number): void {
    if (count === 1 && this.put(chunk[0]!)) return;
    const length = this.#length + count;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(Math.max(512, 2 * length), limit));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk.subarray(0, count), this.#length);
    this.#length = length;
  }

  /** Adds one byte if there is room without growing: without a view it costs a tenth. */
  put(byte: number): boolean {
    if (this.#length === this.#buffer.length) return false;
    this.#buffer[this.#length++] = byte;
    return true;
  }

  /** Everything kept, as a view; the store is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    return bytes;
  }
}
