/**
 * `@sanssocket/codec/options`: the checks that options go through. Extensions, engines and adapters
 * that use them refuse typos and wrong types with the codes and sentences that the codec has for
 * its own options.
 *
 * @packageDocumentation
 */

export { CONNECTION_OPTIONS } from './connection/config.js';
export { DRIVER_OPTIONS } from './driver/options.js';
export {
  inWords,
  isBytes,
  pickOptions,
  positiveInteger,
  readOptions,
  requireInteger,
  requireKnown,
  requireOneOf,
  requireType,
  type UsageCode,
  type UsageError,
  usageError,
} from './wire/errors.js';
export type { FaultCode } from './wire/faults.js';
