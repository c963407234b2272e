/** What is sent, and the memory it stands in: as hosts have it, who may not know that a `Uint8Array` has kinds. */
import fc from 'fast-check';

/** In memory of its own, in Node's pool with its neighbours, in the middle of something, or shared with other threads. */
export type MemoryKind = 'plain' | 'pool' | 'offset' | 'shared';
export const memoryKinds: fc.Arbitrary<MemoryKind> = fc.constantFrom('plain', 'pool', 'offset', 'shared');

/** What stands around bytes at an offset. */
const BEFORE = 5;
const BEHIND = 8;

/** A copy of bytes in memory of a kind. */
export function place(bytes: Uint8Array, kind: MemoryKind): Uint8Array {
  const { length } = bytes;
  if (kind === 'plain') return new Uint8Array(bytes);
  let placed: Uint8Array;
  if (kind === 'pool') placed = Buffer.allocUnsafe(length);
  else if (kind === 'offset')
    placed = new Uint8Array(BEFORE + length + BEHIND).subarray(BEFORE, BEFORE + length);
  else placed = new Uint8Array(new SharedArrayBuffer(length));
  placed.set(bytes);
  return placed;
}

/** Whether two ranges of bytes are the same. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** A copy that nobody else has. */
export function copy(bytes: Uint8Array, start = 0, end: number = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Ways to give a connection memory: as it does by itself, from Node's pool, or full of what was there before. */
export const allocators = {
  default: undefined,
  pool: (bytes: number): Uint8Array => Buffer.allocUnsafe(bytes),
  dirty: (bytes: number): Uint8Array => new Uint8Array(bytes + 3).fill(0xa5),
};

/** Lengths around which something else is done: in heaps, slabs, headers, by views, by SIMD, by reference, in segments. */
export const lengths: fc.Arbitrary<number> = fc.oneof(
  { arbitrary: fc.constantFrom(0, 0, 1, 64, 65, 125, 126, 320, 321), weight: 24 },
  { arbitrary: fc.constantFrom(1000, 3000, 4095, 4096, 8192), weight: 12 },
  { arbitrary: fc.constantFrom(65535, 65536, 70_000), weight: 5 },
  { arbitrary: fc.constantFrom(160_000, 300_000), weight: 2 },
);

const POOL_BYTES = 0x10_0000;
const bytePool = new Uint8Array(POOL_BYTES);
for (let i = 0, x = 0x2545f491; i < POOL_BYTES; i++) {
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + i;
  bytePool[i] = x >>> 24;
}
const words = ['plain ', 'ASCII, ', 'text; ', 'é', '€', 'ß and ', '日本', '😀'];
const asciiPool = Array.from({ length: POOL_BYTES / 4 }, (_, i) => words[bytePool[i]! % 3]).join('');
const mixedPool = Array.from({ length: POOL_BYTES / 2 }, (_, i) => words[bytePool[i]! % 8]).join('');

/** Bytes of a message: those of one seed are unlike those of the next. */
export function bytesOf(length: number, seed: number): Uint8Array {
  const start = (seed * 7919) % (POOL_BYTES - length);
  return bytePool.subarray(start, start + length);
}

/** A text of about so many bytes, of whole characters. */
export function textOf(length: number, seed: number): string {
  const pool = seed % 2 === 0 ? asciiPool : mixedPool;
  const units = seed % 2 === 0 ? length : Math.ceil(length / 2);
  const start = (seed * 7919) % (pool.length - units);
  return pool.substring(start, start + units).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}
