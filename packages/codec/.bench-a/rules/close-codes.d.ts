/** Status codes of the Close frame (RFC 6455 7.4, and the IANA registry it set up). */
/** The purpose of the connection has been fulfilled. */
export declare const NORMAL_CLOSURE = 1000;
/** The endpoint is going away. */
export declare const GOING_AWAY = 1001;
/** The peer broke the protocol. */
export declare const PROTOCOL_ERROR = 1002;
/** Reported where a Close frame had no code; never on the wire. */
export declare const NO_STATUS_RECEIVED = 1005;
/** Reported where the connection ended without a Close frame; never on the wire. */
export declare const ABNORMAL_CLOSURE = 1006;
/** A policy was broken that has no code of its own. */
export declare const POLICY_VIOLATION = 1008;
/** This side met what it did not expect. */
export declare const INTERNAL_ERROR = 1011;
/**
 * Tells whether a Close frame may carry a status code: 1000-1003 and 1007-1011 (RFC 6455 7.4.1), 1012-1014 (IANA
 * registry), and 3000-4999 (7.4.2). 1004 has no meaning yet, 1005, 1006 and 1015 are for reports only, the rest is reserved.
 *
 * @param code - any number
 *
 * RFC 6455 7.4.1, 7.4.2. The same set holds for sending and for receiving.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isValidCloseCode } from '@sanssocket/codec/rules';
 *
 * assert.deepEqual([1000, 1005, 1014, 2999, 4999].map(isValidCloseCode), [true, false, true, false, true]);
 * ```
 */
export declare function isValidCloseCode(code: number): boolean;
//# sourceMappingURL=close-codes.d.ts.map