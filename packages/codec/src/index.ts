/**
 * `@sanssocket/codec`: the WebSocket protocol (RFC 6455) after the opening handshake, as pure functions and state machines.
 * Bytes in, events out; commands in, bytes out.
 *
 * @packageDocumentation
 */

export { isValidCloseCode } from './close-codes.js';
export { Connection } from './connection.js';
export { ConnectionConfig, type ConnectionOptions } from './connection-config.js';
export { type ConnectionEvent, ConnectionEvents } from './connection-events.js';
export type { ConnectionSink } from './connection-sink.js';
export { DeadlineWheel, type Timed, type WheelEntry } from './deadline-wheel.js';
export type { Decoded, Encoded, ExtensionFault, MessageExtension, PiecePosition } from './extension.js';
export { createFault, FAULTS, type Fault, type FaultCode, type FaultRule } from './faults.js';
export {
  extendedLengthBytes,
  type FrameHeader,
  frameHeaderBytes,
  readFrameHeader,
  readPayloadLength,
  writeFrameHeader,
} from './frame-header.js';
export { FrameParser, type FrameSink } from './frame-parser.js';
export { frameHeaderFault, frameStartFault, payloadLengthFault, type ReceiverRole } from './frame-rules.js';
export { encodeCloseBody, encodeFrame, type FrameFields } from './frame-writer.js';
export { Keepalive, type KeepaliveAction, type KeepaliveOptions } from './keepalive.js';
export type { Limits } from './limits.js';
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
} from './opcodes.js';
export type { Outcome } from './outcome.js';
export type { OutgoingMessage } from './outgoing-message.js';
export { type FrameParserOptions, FrameRules } from './parser-rules.js';
export { PreparedMessage } from './prepared-message.js';
export { decodeUtf8, utf8Bytes, writeUtf8 } from './text.js';
export { UTF8_BOUNDARY, unfinishedUtf8Bytes, validateUtf8 } from './utf8.js';
