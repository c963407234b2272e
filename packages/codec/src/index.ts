/**
 * `@sanssocket/codec`: the WebSocket protocol (RFC 6455) after the opening handshake, as pure functions and state machines.
 * Bytes in, events out; commands in, bytes out.
 *
 * @packageDocumentation
 */

export { ConnectionConfig, type ConnectionOptions } from './agreed/connection-config.js';
export type { ConnectionSink } from './agreed/connection-sink.js';
export type {
  Decoded,
  Encoded,
  ExtensionFault,
  MessageExtension,
  PiecePosition,
} from './agreed/extension.js';
export type { Outcome } from './agreed/outcome.js';
export { Connection } from './connection/connection.js';
export { FrameParser, type FrameSink } from './frames/frame-parser.js';
export { encodeCloseBody, encodeFrame, type FrameFields } from './frames/frame-writer.js';
export { PreparedMessage } from './frames/prepared-message.js';
export { isValidCloseCode } from './rules/close-codes.js';
export { createFault, FAULTS, type Fault, type FaultCode, type FaultRule } from './rules/faults.js';
export {
  extendedLengthBytes,
  type FrameHeader,
  frameHeaderBytes,
  readFrameHeader,
  readPayloadLength,
  writeFrameHeader,
} from './rules/frame-header.js';
export {
  frameHeaderFault,
  frameStartFault,
  payloadLengthFault,
  type ReceiverRole,
} from './rules/frame-rules.js';
export type { Limits } from './rules/limits.js';
export {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  isControl,
  isReserved,
  MASK,
  type MessageOpcode,
  type Opcode,
  PING,
  PONG,
  RSV,
  RSV1,
  RSV2,
  RSV3,
  TEXT,
} from './rules/opcodes.js';
export { type FrameParserOptions, FrameRules } from './rules/parser-rules.js';
export { decodeUtf8, utf8Bytes, writeUtf8 } from './rules/text.js';
export { UTF8_BOUNDARY, unfinishedUtf8Bytes, validateUtf8 } from './rules/utf8.js';
export type { OutgoingMessage } from './sending/outgoing-message.js';
export { type ConnectionEvent, ConnectionEvents } from './sugar/connection-events.js';
export { DeadlineWheel, type Timed, type WheelEntry } from './time/deadline-wheel.js';
export { Keepalive, type KeepaliveAction, type KeepaliveOptions } from './time/keepalive.js';
