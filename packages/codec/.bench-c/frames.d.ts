/**
 * `@sanssocket/codec/frames`: single frames (RFC 6455 5.2), for proxies, inspectors, fuzzers and whoever builds a codec of
 * another shape. A host needs none of it.
 *
 * @packageDocumentation
 */
export { FrameParser, type FrameSink } from './frames/frame-parser.js';
export { encodeFrame, type FrameFields } from './frames/frame-writer.js';
export { encodeCloseBody } from './rules/close-body.js';
export type { Fault, FaultCode } from './rules/faults.js';
export { extendedLengthBytes, type FrameHeader, frameHeaderBytes, readFrameHeader, readPayloadLength, writeFrameHeader, } from './rules/frame-header.js';
export type { ReceiverRole } from './rules/frame-rules.js';
export type { Limits } from './rules/limits.js';
export { BINARY, CLOSE, CONTINUATION, FIN, isControl, isReserved, MASK, type MessageOpcode, type Opcode, opcodeName, PING, PONG, RSV, RSV1, RSV2, RSV3, TEXT, } from './rules/opcodes.js';
export { type FrameParserOptions, FrameRules } from './rules/parser-rules.js';
//# sourceMappingURL=frames.d.ts.map