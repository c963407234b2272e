/**
 * `@sanssocket/codec/options`: the checks that options go through, for extensions, engines and
 * hosts that want to refuse typos and wrong types with the codes and sentences that the codec has
 * for its own.
 *
 * @packageDocumentation
 */

export {
  inWords,
  isBytes,
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
