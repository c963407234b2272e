/**
 * `@sanssocket/codec`: the WebSocket protocol (RFC 6455) after the opening handshake, as pure functions and state machines.
 * Bytes in, events out; commands in, bytes out.
 *
 * @packageDocumentation
 */
export { ConnectionConfig, type ConnectionOptions } from './agreed/connection-config.js';
export type { AnySink, ConnectionSink, ControlSink, Delivery, MessageSink, PieceSink, SpanSink, } from './agreed/connection-sink.js';
export type { Decoded, Encoded, ExtensionFault, MessageExtension, PiecePosition, } from './agreed/extension.js';
export type { Outcome } from './agreed/outcome.js';
export type { SendOptions } from './agreed/send-options.js';
export { Connection } from './connection/connection.js';
export { PreparedMessage } from './frames/prepared-message.js';
export type { ByteRange, Span } from './memory/span.js';
export type { Fault, FaultCode } from './rules/faults.js';
export type { Limits } from './rules/limits.js';
export type { MisuseCode, MisuseError } from './rules/misuse.js';
export { BINARY, type MessageOpcode, RSV1, RSV2, RSV3, TEXT } from './rules/opcodes.js';
export type { OutgoingMessage } from './sending/outgoing-message.js';
export { type ConnectionEvent, ConnectionEvents } from './sugar/connection-events.js';
export { DeadlineWheel, type Timed, type WheelEntry } from './time/deadline-wheel.js';
export { Keepalive, type KeepaliveAction, type KeepaliveOptions } from './time/keepalive.js';
//# sourceMappingURL=index.d.ts.map