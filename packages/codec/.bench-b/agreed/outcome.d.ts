import type { Fault } from '../rules/faults.js';
/** How a connection ended. */
export interface Outcome {
    /** Whether the closing handshake was completed: both sides have sent a Close frame (RFC 6455 7.1.4). */
    readonly clean: boolean;
    /**
     * The connection's close code (RFC 6455 7.1.5): the peer's; 1005 if its Close had none; 1006 if the transport ended without
     * a Close; after a fault, the code that was sent.
     */
    readonly code: number;
    /** The peer's reason, or the one given to `fail` (RFC 6455 7.1.6). */
    readonly reason: string;
    /** What the peer did wrong, if it did. */
    readonly fault: Fault | undefined;
    /** Whether the transport ended inside a frame or message. */
    readonly truncated: boolean;
}
/** Makes the outcome of a completed closing handshake. */
export declare function cleanOutcome(code: number, reason: string): Outcome;
/** Makes the outcome of a transport that ended before the closing handshake was complete. */
export declare function abnormalOutcome(truncated: boolean): Outcome;
/** Makes the outcome of a connection that this side failed. */
export declare function failedOutcome(code: number, reason: string, fault: Fault | undefined): Outcome;
//# sourceMappingURL=outcome.d.ts.map