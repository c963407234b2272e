/**
 * `@sanssocket/mask`: WebSocket masking (RFC 6455 5.3). Imports nothing.
 *
 * @packageDocumentation
 */

export { type MaskKernel, maskBytes, maskView, maskWords } from './kernels.js';
export { keyFromBytes, keyToBytes, rotateKey } from './key.js';
export { createMaskingKeySource, type MaskingKeySource, randomMaskingKey } from './key-source.js';
export { mask, maskInPlace } from './mask.js';
export type { MaskMisuseCode } from './misuse.js';
export { createSimdKernel, createSimdMemory, type SimdMemory, type SimdModule } from './simd.js';
