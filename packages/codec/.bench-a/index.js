/**
 * `@sanssocket/codec`: the WebSocket protocol (RFC 6455) after the opening handshake, as pure functions and state machines.
 * Bytes in, events out; commands in, bytes out.
 *
 * @packageDocumentation
 */
export { ConnectionConfig } from './agreed/connection-config.js';
export { Connection } from './connection/connection.js';
export { PreparedMessage } from './frames/prepared-message.js';
export { BINARY, RSV1, RSV2, RSV3, TEXT } from './rules/opcodes.js';
export { ConnectionEvents } from './sugar/connection-events.js';
export { DeadlineWheel } from './time/deadline-wheel.js';
export { Keepalive } from './time/keepalive.js';
//# sourceMappingURL=index.js.map