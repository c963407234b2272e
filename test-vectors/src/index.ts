/**
 * Types and a runner for the connection vectors of this package. The vectors themselves are the
 * JSON files in `vectors/`; load them with a JSON import or by reading the file.
 *
 * @packageDocumentation
 */
export { expandSegments } from './bytes.js';
export { type Comparison, type Difference, RFC_ONLY } from './comparison.js';
export type { Endpoint, EndpointFactory, MaybePromise } from './endpoint.js';
export { formatMismatches, type Mismatch, type Problem } from './mismatch.js';
export {
  type Report,
  type RunAllOptions,
  type RunOptions,
  runConnectionVector,
  runConnectionVectors,
} from './run.js';
export { splits } from './splits.js';
export type {
  CloseEvent,
  ConnectionVector,
  ConnectionVectorFile,
  EndEvent,
  EndpointOptions,
  ExpectedEvent,
  FailEvent,
  FaultCode,
  ObservedEvent,
  PerRole,
  Role,
  Segment,
  TextEvent,
} from './types.js';
export { expectedEvents, rolesOf } from './vector.js';
