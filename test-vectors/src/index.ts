/**
 * Types and a runner for the connection vectors of this package. The vectors themselves are the JSON files in
 * `vectors/`; load them with a JSON import or by reading the file.
 *
 * @packageDocumentation
 */
export { expandSegments } from './bytes.js';
export {
  type Endpoint,
  type EndpointFactory,
  expectedEvents,
  formatMismatches,
  type Mismatch,
  type RunOptions,
  rolesOf,
  runConnectionVector,
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
