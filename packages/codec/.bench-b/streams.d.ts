/**
 * `@sanssocket/codec/streams`: a connection as two pairs of web streams.
 *
 * @packageDocumentation
 */
export type { ConnectionConfig, ConnectionOptions } from './agreed/connection-config.js';
export type { ConnectionSink, Delivery } from './agreed/connection-sink.js';
export type { Decoded, Encoded, MessageExtension, PiecePosition } from './agreed/extension.js';
export type { Outcome } from './agreed/outcome.js';
export type { SendOptions } from './agreed/send-options.js';
export type { Connection } from './connection/connection.js';
export type { PreparedMessage } from './frames/prepared-message.js';
export type { ByteRange } from './memory/span.js';
export type { Limits } from './rules/limits.js';
export type { MessageOpcode } from './rules/opcodes.js';
export type { OutgoingMessage } from './sending/outgoing-message.js';
export type { ConnectionEvent } from './sugar/connection-events.js';
export type { PlatformReadableStream, PlatformWritableStream } from './sugar/platform.js';
export { type ConnectionStreams, connectionStreams } from './sugar/streams.js';
//# sourceMappingURL=streams.d.ts.map