/**
 * The cases as data, and what runs them against servers and clients of any make.
 *
 * @packageDocumentation
 */
export type * from './model/case.js';
export { expandPayload, type Payload } from './model/payload.js';
export type * from './model/result.js';
export { KEPT_BYTES, KEPT_FRAMES } from './model/result.js';
