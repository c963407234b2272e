/**
 * A message as an extension gave it, told to the sink event by event: in pieces it is three, and reading may stop at each of
 * them, by a pause, a failure or an exception, as it may at any other event.
 */
import type { ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import type { Decoded } from '../agreed/extension.js';
import type { FaultCode } from '../rules/faults.js';
import { type MessageOpcode } from '../rules/opcodes.js';
/** A decoded message of which the sink has not heard all. */
export declare class DecodedMessage {
    #private;
    /** What is wrong with it; undefined if nothing is. */
    readonly fault: FaultCode | undefined;
    constructor(opcode: MessageOpcode, decoded: Decoded);
    /** Whether the next event is the last one. */
    isLast(delivery: ConnectionConfig<Delivery>['delivery']): boolean;
    /**
     * Tells the next event. One that throws has been told.
     *
     * @returns false if it could not be told, because no string is that long
     */
    tellNext(delivery: ConnectionConfig<Delivery>['delivery'], sink: AnySink): boolean;
}
//# sourceMappingURL=decoded-message.d.ts.map