/**
 * `@sanssocket/codec`: the WebSocket protocol (RFC 6455) after the opening handshake, as pure
 * functions and state machines: bytes in, events out; commands in, bytes out.
 *
 * @packageDocumentation
 */

export type { SendOptions } from './connection/config.js';
export { ConnectionConfig, type ConnectionOptions } from './connection/config.js';
export { Connection } from './connection/connection.js';
export { type ConnectionEvent, ConnectionEvents, type MessageEvents } from './connection/event-list.js';
export type {
  Decoded,
  Encoded,
  ExtensionFault,
  FragmentInfo,
  MessageExtension,
} from './connection/extension.js';
export type { CloseInfo, ConnectionHandlers, MessageMode } from './connection/handlers.js';
export type { MessageWriter } from './connection/message-writer.js';
export { PreparedMessage } from './connection/prepared-message.js';
export {
  Keepalive,
  type KeepaliveAction,
  type KeepaliveOptions,
  KeepaliveTimes,
} from './driver/keepalive.js';
export { DeadlineWheel, type Timed, type WheelEntry } from './driver/timer-wheel.js';
export type { BorrowedSlice, Slice } from './memory/bytes.js';
export type { OwnBytes, UsageCode, UsageError } from './wire/errors.js';
export type { Fault, FaultCode } from './wire/faults.js';
export { BINARY, type MessageOpcode, RSV1, RSV2, RSV3, TEXT } from './wire/opcodes.js';
export type { Limits } from './wire/rules.js';
