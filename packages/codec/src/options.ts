/**
 * `@sanssocket/codec/options`: the checks that options go through. Extensions, engines and adapters
 * that use them refuse typos and wrong types with the codes and sentences that the codec has for
 * its own options.
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
