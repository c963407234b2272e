/**
 * `@sanssocket/codec/rules`: what RFC 6455 asks of frames, Close codes and text, as functions and as a table of faults.
 *
 * @packageDocumentation
 */
export { isValidCloseCode } from './rules/close-codes.js';
export { createFault, FAULTS } from './rules/faults.js';
export { frameHeaderFault, frameStartFault, payloadLengthFault, } from './rules/frame-rules.js';
//# sourceMappingURL=rules.js.map