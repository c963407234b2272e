/** How a connection ended (RFC 6455 7.1.4 to 7.1.7): the terminal event, and what the host does with the transport. */
import { ABNORMAL_CLOSURE } from '../rules/close-codes.js';
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
export function cleanOutcome(code: number, reason: string): Outcome {
  return { clean: true, code, reason, fault: undefined, truncated: false };
}

/** Makes the outcome of a transport that ended before the closing handshake was complete. */
export function abnormalOutcome(truncated: boolean): Outcome {
  return { clean: false, code: ABNORMAL_CLOSURE, reason: '', fault: undefined, truncated };
}

/** Makes the outcome of a connection that this side failed. */
export function failedOutcome(code: number, reason: string, fault: Fault | undefined): Outcome {
  return { clean: false, code, reason, fault, truncated: false };
}
