/**
 * Inputs up to this length are cut at every offset; longer ones only where something can go
 * wrong.
 */
const EVERY_OFFSET_LIMIT = 1024;
const FIRST_OFFSETS = 32;
const LAST_OFFSETS = 16;

/**
 * Adds the offsets from one byte before each frame header to one byte after it, as far as headers
 * can be followed.
 */
function addHeaderOffsets(input: Uint8Array, offsets: Set<number>): void {
  let start = 0;
  while (start + 2 <= input.length) {
    const second = input[start + 1]!;
    let length = second & 0x7f;
    let header = 2;
    if (length >= 126) {
      const width = length === 126 ? 2 : 8;
      if (start + 2 + width > input.length) break;
      length = 0;
      for (let i = 0; i < width; i++) length = length * 256 + input[start + 2 + i]!;
      header += width;
    }
    if (second & 0x80) header += 4;
    for (let at = start - 1; at <= start + header + 1; at++) offsets.add(at);
    start += header + length;
  }
}

function cutOffsets(input: Uint8Array): Iterable<number> {
  const { length } = input;
  const offsets = new Set<number>();
  if (length <= EVERY_OFFSET_LIMIT) {
    for (let at = 1; at < length; at++) offsets.add(at);
    return offsets;
  }
  for (let at = 1; at <= FIRST_OFFSETS; at++) offsets.add(at);
  addHeaderOffsets(input, offsets);
  for (let at = length - LAST_OFFSETS; at < length; at++) offsets.add(at);
  return [...offsets].filter((at) => at > 0 && at < length).sort((a, b) => a - b);
}

/**
 * The ways a vector's input is cut into chunks: whole, a byte at a time, and into two parts at
 * every offset. An input above 1 KiB is cut in two only at its first 32 offsets, in and around
 * every frame header, and at its last 16.
 *
 * Chunks are views of `input`, none is empty. An empty input has one way to be cut: no chunk.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { splits } from '@sanssocket/test-vectors';
 *
 * const lengths = Array.from(splits(Uint8Array.of(0x81, 0x01, 0x61)), (chunks) => chunks.map((chunk) => chunk.length));
 * assert.deepEqual(lengths, [[3], [1, 1, 1], [1, 2], [2, 1]]);
 * ```
 */
export function* splits(input: Uint8Array): Generator<Uint8Array[], void, undefined> {
  if (input.length === 0) {
    yield [];
    return;
  }
  yield [input];
  if (input.length === 1) return;
  yield Array.from(input, (_, at) => input.subarray(at, at + 1));
  for (const at of cutOffsets(input)) yield [input.subarray(0, at), input.subarray(at)];
}
