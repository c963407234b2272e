/** Limits on what a peer may make this side hold (RFC 6455 10.4). Finite by default; none can be switched off by a 0. */
import { positiveInteger } from './options.js';
const DEFAULTS = { maxFrameBytes: 0x100_0000, maxMessageBytes: 0x100_0000, maxFragments: 0x10_0000 };
/**
 * Completes and checks limits.
 *
 * @throws RangeError for a limit that is not an integer from 1 to 2^53 - 1
 */
export function resolveLimits(limits) {
    return {
        maxFrameBytes: limit('maxFrameBytes', limits.maxFrameBytes),
        maxMessageBytes: limit('maxMessageBytes', limits.maxMessageBytes),
        maxFragments: limit('maxFragments', limits.maxFragments),
    };
}
/** How many bytes a message, or a frame, may have on the wire that an extension has marked (RFC 6455 9.2). */
export function encodedLimit(bytes) {
    return bytes + Math.floor(bytes / 16) + 64;
}
function limit(name, value) {
    return value === undefined ? DEFAULTS[name] : positiveInteger(name, value);
}
//# sourceMappingURL=limits.js.map