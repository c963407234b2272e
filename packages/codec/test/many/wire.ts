/** Bytes under way from one end to the other. */
export class Wire {
  #parts: Uint8Array[] = [];
  #at = 0;

  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#parts.push(bytes);
  }

  /** The next bytes, at most so many; undefined if there are none. */
  take(bytes: number): Uint8Array | undefined {
    const taken: Uint8Array[] = [];
    let left = bytes;
    for (let part = this.#parts[0]; part !== undefined && left > 0; part = this.#parts[0]) {
      const length = Math.min(left, part.length - this.#at);
      taken.push(part.subarray(this.#at, this.#at + length));
      left -= length;
      this.#at += length;
      if (this.#at < part.length) break;
      this.#parts.shift();
      this.#at = 0;
    }
    return taken.length === 0 ? undefined : Buffer.concat(taken);
  }
}
