/**
 * `@sanssocket/mask`: WebSocket masking (RFC 6455 5.3). Imports nothing.
 *
 * @packageDocumentation
 */

export { type MaskFunction, mask, maskBytes, maskInPlace, maskView, maskWords } from './kernels.js';
export type { MaskUsageCode } from './key.js';
export {
  createMaskingKeyGenerator,
  keyFromBytes,
  keyToBytes,
  type MaskingKeyGenerator,
  randomMaskingKey,
  rotateKey,
} from './key.js';
export {
  createSimdKernel,
  createSimdMemory,
  provideSimdModule,
  type SimdMemory,
  type SimdModule,
} from './simd.js';
