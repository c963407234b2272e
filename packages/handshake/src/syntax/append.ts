import type { OwnBytes } from './own-bytes.js';

/**
 * Adds the first `count` bytes of `chunk` to the `length` that `buffer` holds, and returns the buffer that holds them all:
 * another, twice as large, where there was no room, so that copying is linear in what is kept. It never grows past `limit`
 * bytes, which the caller keeps to.
 */
export function append(
  buffer: OwnBytes,
  length: number,
  chunk: Uint8Array,
  count: number,
  limit: number,
): OwnBytes {
  let target = buffer;
  if (length + count > buffer.length) {
    target = new Uint8Array(Math.min(Math.max(1024, 2 * (length + count)), limit));
    target.set(buffer.subarray(0, length));
  }
  target.set(count < chunk.length ? chunk.subarray(0, count) : chunk, length);
  return target;
}
