/**
 * `@sanssocket/codec/options`: the checks that options go through, for extensions, engines and
 * hosts that want to refuse typos and wrong types with the codes and sentences that the codec has
 * for its own.
 *
 * @packageDocumentation
 */

export type { FaultCode } from './rules/faults.js';
export { inWords, isBytes, type MisuseCode, type MisuseError, misuse } from './rules/misuse.js';
export { readOptions, requireInteger, requireKnown, requireOneOf, requireType } from './rules/options.js';
