/**
 * Callers' faults: what a host did wrong is thrown, before anything has been written or changed, as an error with a stable
 * code and a message that says what came, what is wanted and by which rule. What a peer did wrong is a value, see faults.ts.
 */
import type { FaultCode } from './faults.js';
/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown. Who breaks a rule that a peer can
 * break too is told its name: `INVALID_UTF8`, `CLOSE_CODE_INVALID`, `CONTROL_TOO_LONG` and so on.
 */
export type MisuseCode = FaultCode
/** Something else where a Uint8Array is wanted. */
 | 'NOT_BYTES'
/** Something else where a string is wanted. */
 | 'NOT_TEXT'
/** A range does not lie within its bytes, or there is no room for what is to be written. */
 | 'RANGE_INVALID'
/** There is no such option. */
 | 'OPTION_UNKNOWN'
/** An option has a value that makes no sense. */
 | 'OPTION_INVALID'
/** A sink is none, or hears nothing of the messages as they are delivered. */
 | 'SINK_INVALID'
/** Extensions that cannot work together (RFC 6455 9.1). */
 | 'EXTENSIONS_INVALID'
/** No frame can be made of it: an opcode that begins no message, a payload length that is none (RFC 6455 5.2). */
 | 'FRAME_INVALID'
/** A reason of a Close that is no string, too long, or without a code (RFC 6455 5.5.1). */
 | 'CLOSE_REASON_INVALID'
/** A source of masking keys gave what is none (RFC 6455 5.3). */
 | 'KEY_INVALID'
/** An allocator gave what was not asked for. */
 | 'ALLOCATION_INVALID'
/** Not now: a message in fragments is under way, or has ended (RFC 6455 5.4). */
 | 'MESSAGE_UNDER_WAY' | 'MESSAGE_ENDED'
/** A message for a connection that is closing or has ended (RFC 6455 5.5.1). */
 | 'CONNECTION_CLOSING'
/** A call that must not be made from inside of the callback it was made from. */
 | 'CALLED_INSIDE';
/** A caller's fault, as it is thrown: a TypeError, RangeError or Error with a {@link MisuseCode}. */
export interface MisuseError extends Error {
    readonly code: MisuseCode;
}
/** Makes the error for a caller's fault. */
export declare function misuse(kind: new (message: string) => Error, code: MisuseCode, message: string): MisuseError;
/** A value in words, for the message of an error: what came in place of what is wanted. */
export declare function inWords(value: unknown): string;
/** Whether a value is a Uint8Array, of whichever realm (frames, `node:vm`, test environments); a `Buffer` is one. */
export declare function isBytes(value: unknown): value is Uint8Array;
/**
 * @param what - the thing in words
 * @throws TypeError for anything but a Uint8Array: a number would be a length (advisory K12), another view has another
 * element size (K13)
 */
export declare function requireBytes(value: unknown, what?: string): asserts value is Uint8Array;
/** @throws RangeError for a range that does not lie within bytes */
export declare function requireRange(bytes: Uint8Array, start: number, end: number): void;
//# sourceMappingURL=misuse.d.ts.map