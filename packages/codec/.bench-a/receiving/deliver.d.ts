/** A whole message on its way to the sink, in the form that the connection's `delivery` asks for. */
import type { AnySink } from '../agreed/connection-sink.js';
import { type MessageOpcode } from '../rules/opcodes.js';
/**
 * Delivers the bytes of a message.
 *
 * @param bytes - the sink's to keep; those of a text are valid UTF-8
 * @returns false if it is a text for which no string is long enough
 */
export declare function deliverBytes(delivery: 'messages' | 'spans', sink: AnySink, opcode: MessageOpcode, bytes: Uint8Array): boolean;
//# sourceMappingURL=deliver.d.ts.map