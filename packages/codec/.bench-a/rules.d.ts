/**
 * `@sanssocket/codec/rules`: what RFC 6455 asks of frames, Close codes and text, as functions and as a table of faults.
 *
 * @packageDocumentation
 */
export { isValidCloseCode } from './rules/close-codes.js';
export { createFault, FAULTS, type Fault, type FaultCode, type FaultRule } from './rules/faults.js';
export type { FrameHeader } from './rules/frame-header.js';
export { frameHeaderFault, frameStartFault, payloadLengthFault, type ReceiverRole, } from './rules/frame-rules.js';
//# sourceMappingURL=rules.d.ts.map