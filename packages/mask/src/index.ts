/**
 * `@sanssocket/mask`: WebSocket masking (RFC 6455 5.3). Imports nothing.
 *
 * @packageDocumentation
 */

export { type MaskKernel, mask, maskBytes, maskInPlace, maskView, maskWords } from './kernels.js';
export type { MaskMisuseCode } from './key.js';
export {
  createMaskingKeySource,
  keyFromBytes,
  keyToBytes,
  type MaskingKeySource,
  randomMaskingKey,
  rotateKey,
} from './key.js';
export { createSimdKernel, createSimdMemory, type SimdMemory, type SimdModule } from './simd.js';
