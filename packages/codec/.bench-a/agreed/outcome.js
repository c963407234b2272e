/** How a connection ended (RFC 6455 7.1.4 to 7.1.7): the terminal event, and what the host does with the transport. */
import { ABNORMAL_CLOSURE } from '../rules/close-codes.js';
/** Makes the outcome of a completed closing handshake. */
export function cleanOutcome(code, reason) {
    return { clean: true, code, reason, fault: undefined, truncated: false };
}
/** Makes the outcome of a transport that ended before the closing handshake was complete. */
export function abnormalOutcome(truncated) {
    return { clean: false, code: ABNORMAL_CLOSURE, reason: '', fault: undefined, truncated };
}
/** Makes the outcome of a connection that this side failed. */
export function failedOutcome(code, reason, fault) {
    return { clean: false, code, reason, fault, truncated: false };
}
//# sourceMappingURL=outcome.js.map