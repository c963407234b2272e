/**
 * A message that stands whole in memory: it goes straight to the sink. Nothing is kept, and only what the sink gets is made.
 */
import type { ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import type { LentSpan } from '../memory/span.js';
import { type MessageOpcode } from '../rules/opcodes.js';
/**
 * Delivers an unmasked message, as a value or as a span.
 *
 * @param ascii - whether it is known to be all ASCII
 * @returns `VALID`; or the index in its bytes of the first byte that text cannot have, or after the last one where one is
 * missing; or `TOO_LONG`
 */
export declare function deliverWhole(config: ConnectionConfig<Delivery>, sink: AnySink, opcode: MessageOpcode, span: LentSpan, ascii: boolean): number;
/** The same for a masked message, which is unmasked in memory that is lent for it, or in its own. */
export declare function deliverMasked(config: ConnectionConfig<Delivery>, sink: AnySink, opcode: MessageOpcode, bytes: Uint8Array, start: number, end: number, key: number): number;
/** A masked payload, unmasked in memory of its own. */
export declare function unmaskedCopy({ maskLasting: mask, allocateLasting }: ConnectionConfig<Delivery>, bytes: Uint8Array, start: number, end: number, key: number): Uint8Array;
//# sourceMappingURL=whole-message.d.ts.map