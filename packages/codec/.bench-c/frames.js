/**
 * `@sanssocket/codec/frames`: single frames (RFC 6455 5.2), for proxies, inspectors, fuzzers and whoever builds a codec of
 * another shape. A host needs none of it.
 *
 * @packageDocumentation
 */
export { FrameParser } from './frames/frame-parser.js';
export { encodeFrame } from './frames/frame-writer.js';
export { encodeCloseBody } from './rules/close-body.js';
export { extendedLengthBytes, frameHeaderBytes, readFrameHeader, readPayloadLength, writeFrameHeader, } from './rules/frame-header.js';
export { BINARY, CLOSE, CONTINUATION, FIN, isControl, isReserved, MASK, opcodeName, PING, PONG, RSV, RSV1, RSV2, RSV3, TEXT, } from './rules/opcodes.js';
export { FrameRules } from './rules/parser-rules.js';
//# sourceMappingURL=frames.js.map