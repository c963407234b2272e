/**
 * Masking with WebAssembly SIMD (RFC 6455 5.3), where the runtime lets code be compiled. The kernel
 * works in memory of its own, so bytes are copied in and out; from 256 bytes on that is the faster
 * way all the same: 1 KiB takes 130 ns where words take 220, and 16 KiB go at 19 GB/s instead of
 * 7.5.
 */
import type { MaskFunction } from './kernels.js';
import { inWords, misuse } from './key.js';
import { SIMD_MODULE_BASE64 } from './simd-module.js';

/** Memory in which runs of bytes can be masked in place, by SIMD. */
export interface SimdMemory {
  /**
   * The memory. Put bytes here, mask them, read them here. It begins in the middle of a page: a
   * copy that begins a few bytes further in its page than its source takes AMD's processors up to
   * twenty times as long from 4 KiB on, and allocators like to place large arrays at the begin of a
   * page. 16 KiB out of a page's first bytes take 0.6 to 9 us, from here 0.35.
   */
  readonly bytes: Uint8Array;
  /**
   * Masks `bytes[start]` to `bytes[end - 1]` in place. Unchecked, but for the end of the memory.
   *
   * @param key - the masking key of the byte at `start`, see `rotateKey`
   * @returns 0 if all bytes of the result are ASCII, another number if not
   */
  mask(start: number, end: number, key: number): number;
  /**
   * Unmasks frames where they stand, one behind the other, in one call. Unchecked, but for the end
   * of the memory. It stops at the first frame that it cannot tell to be whole and right, which is
   * then as it was: a 64-bit length is left to others.
   *
   * @param at - index in `bytes` of the first frame's first byte
   * @param end - index after the last byte that is there
   * @param kinds - index in `bytes` of 256 bytes, by the first byte of a frame: 2 is set where it
   * may be masked
   * @param table - index in `bytes` of a list that is written: for each frame four 32-bit words,
   * little-endian (an `Int32Array` on `bytes.buffer` at `bytes.byteOffset + table`, where hosts
   * are): its first byte, the index of its payload's first byte and after the last, and 0 if all
   * bytes of the payload are ASCII
   * @param max - how many frames there is room for in the list
   * @param limit - the longest payload that is taken, at most 65,535 bytes
   * @returns how many frames
   *
   * RFC 6455 5.2, 5.3.
   */
  maskFrames(at: number, end: number, kinds: number, table: number, max: number, limit: number): number;
  /**
   * Says whether `bytes[start]` to `bytes[end - 1]` are a text: UTF-8 without overlong forms,
   * surrogates and code points above U+10FFFF, and with a whole character at the end. It does not
   * say which byte is wrong. Unchecked, but for the memory's end.
   *
   * @returns 1 if they are, which no bytes at all are too, 0 if not
   *
   * RFC 6455 8.1; RFC 3629 section 4.
   */
  isUtf8(start: number, end: number): number;
}

/**
 * A compiled module, as `@sanssocket/mask/simd.wasm` gives it where modules are imported: the
 * platform's `WebAssembly.Module`, if the program has its types.
 */
export type SimdModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer T } } }
  ? T
  : object;

const PAGE_BYTES = 0x1_0000;
/** Where `bytes` begins in the module's memory, as in simd.wat. */
const BEGIN = 0x800;

/**
 * The bytes that are copied in, masked and copied out at once: they stay in the first-level cache,
 * which is worth a fifth at 64 KiB.
 */
const PIECE_BYTES = 0x2000;

let compiled: WebAssembly.Module | null | undefined;

/** The module, compiled once; null where the runtime has no SIMD or forbids compiling (Workers). */
function compile(): WebAssembly.Module | null {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(Uint8Array.from(atob(SIMD_MODULE_BASE64), (c) => c.charCodeAt(0)));
    } catch {
      compiled = null;
    }
  }
  return compiled;
}

/**
 * Gives the module to a realm that imports modules and does not compile them (Workers), as the first thing that its program
 * does: `mask`, and the connections of `@sanssocket/codec`, use SIMD from then on. What masked before keeps to JavaScript.
 *
 * @param module - the compiled module: `import module from '@sanssocket/mask/simd.wasm'`
 * @throws TypeError for another module or anything but a module (`MODULE_INVALID`)
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { provideSimdModule } from '@sanssocket/mask';
 *
 * // In a Worker: import simd from '@sanssocket/mask/simd.wasm'; provideSimdModule(simd);
 * assert.throws(() => provideSimdModule({}), { name: 'TypeError', code: 'MODULE_INVALID' });
 * ```
 */
export function provideSimdModule(module: SimdModule): void {
  createSimdMemory(0, module);
  compiled = module;
}

/**
 * Makes memory for masking by SIMD.
 *
 * @param bytes - its size, a whole number from 0 on; rounded up to 64 KiB
 * @param module - the compiled module, for runtimes that forbid compiling and import it instead:
 * `import module from '@sanssocket/mask/simd.wasm'`. By default it is compiled here, once
 * @returns the memory; undefined where there is no SIMD, or no memory for it: use the kernels in
 * JavaScript, which give the same results
 * @throws RangeError for another size (`RANGE_INVALID`), TypeError for another module or anything
 * but a module (`MODULE_INVALID`)
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createSimdMemory } from '@sanssocket/mask';
 *
 * const memory = createSimdMemory(65536);
 * if (memory !== undefined) {
 *   memory.bytes.set([0x7f, 0x9f, 0x4d, 0x51, 0x58], 7);
 *   assert.equal(memory.mask(7, 12, 0x3d21fa37), 0); // ASCII
 *   assert.equal(new TextDecoder().decode(memory.bytes.slice(7, 12)), 'Hello');
 * }
 * ```
 */
export function createSimdMemory(bytes: number, module?: SimdModule): SimdMemory | undefined {
  if (!(Number.isSafeInteger(bytes) && bytes >= 0)) {
    throw misuse(RangeError, 'RANGE_INVALID', `a size is a whole number of bytes, not ${inWords(bytes)}`);
  }
  const code = module ?? compile();
  if (code === null) return undefined;
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    const { memory, mask, maskFrames, isUtf8 } = new WebAssembly.Instance(code).exports as unknown as {
      readonly memory: WebAssembly.Memory;
      readonly mask: SimdMemory['mask'];
      readonly maskFrames: SimdMemory['maskFrames'];
      readonly isUtf8: SimdMemory['isUtf8'];
    };
    // The first page is there; another one makes up for the bytes before `BEGIN`.
    memory.grow(pages);
    return { bytes: new Uint8Array(memory.buffer, BEGIN, pages * PAGE_BYTES), mask, maskFrames, isUtf8 };
  } catch (error) {
    // A TypeError tells that a caller's module is another one. Other errors are the engine's: each
    // memory takes 10 GB of addresses in V8, which a process may not have though the module
    // compiles, and policies may forbid instances alone.
    if (module === undefined || !(error instanceof TypeError)) return undefined;
    const wanted = 'a module is that of @sanssocket/mask/simd.wasm, compiled';
    throw misuse(TypeError, 'MODULE_INVALID', `${wanted}: ${error.message}`);
  }
}

/**
 * Makes the SIMD kernel. `mask` uses one by itself from 256 bytes on, for a whole array from 48;
 * make your own where the module has to be imported.
 *
 * @param module - as for {@link createSimdMemory}
 * @returns a kernel (unchecked, as {@link maskBytes}); undefined where there is no SIMD, or no
 * memory for it
 * @throws TypeError as {@link createSimdMemory} does
 *
 * RFC 6455 5.3.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createSimdKernel, maskWords } from '@sanssocket/mask';
 *
 * const kernel = createSimdKernel() ?? maskWords;
 * const bytes = new Uint8Array(100_000);
 * kernel(bytes, 0, bytes.length, bytes, 0, 0x01020304);
 * assert.equal(bytes[99_996], 0x04);
 * ```
 */
export function createSimdKernel(module?: SimdModule): MaskFunction | undefined {
  const memory = createSimdMemory(PAGE_BYTES, module);
  if (memory === undefined) return undefined;
  const { bytes, mask } = memory;
  /**
   * Shows the last piece's result: pieces of one length often follow each other, and a view costs
   * 45 ns.
   */
  let masked = bytes.subarray(0, PIECE_BYTES);
  return (source, start, end, target, at, key) => {
    // A piece is a multiple of 4, so every one begins with the key as it was given.
    for (let i = start; i < end; i += PIECE_BYTES) {
      const length = Math.min(end - i, PIECE_BYTES);
      // A whole array needs no view to be copied by: another 45 ns.
      const whole = length === source.length;
      bytes.set(whole ? source : new Uint8Array(source.buffer, source.byteOffset + i, length));
      mask(0, length, key);
      if (masked.length !== length) masked = new Uint8Array(bytes.buffer, bytes.byteOffset, length);
      target.set(masked, at + i - start);
    }
  };
}
