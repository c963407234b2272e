/**
 * Everything a peer can do wrong, in one table (RFC 6455 7.1.7, "Fail the WebSocket Connection").
 *
 * A peer's fault is a value: it is reported once, as the terminal event, and never thrown. A caller's fault is a
 * `TypeError` or `RangeError` thrown before anything is written, see misuse.ts.
 */
/** The stable, machine-readable name of a fault. */
export type FaultCode = 
/** A reserved bit is set that no extension gave a meaning. */
'RESERVED_BITS'
/** The opcode is reserved. */
 | 'RESERVED_OPCODE'
/** A control frame is fragmented. */
 | 'CONTROL_FRAGMENTED'
/** A frame from a client is not masked. */
 | 'MASK_REQUIRED'
/** A frame from a server is masked. */
 | 'MASK_FORBIDDEN'
/** A control frame has more than 125 bytes of payload. */
 | 'CONTROL_TOO_LONG'
/** A close frame has a body of one byte. */
 | 'CLOSE_BODY_TOO_SHORT'
/** A continuation frame without a message to continue. */
 | 'UNEXPECTED_CONTINUATION'
/** A new message inside a fragmented message. */
 | 'EXPECTED_CONTINUATION'
/** A message has more fragments than the limit. */
 | 'TOO_MANY_FRAGMENTS'
/** The payload length is not in its shortest form. */
 | 'LENGTH_NOT_MINIMAL'
/** The top bit of a 64-bit payload length is set. */
 | 'LENGTH_TOP_BIT'
/** A frame is longer than the limit. */
 | 'FRAME_TOO_LARGE'
/** A message is longer than the limit. */
 | 'MESSAGE_TOO_LARGE'
/** More bytes wait while reading is paused than the limit allows. */
 | 'BACKLOG_TOO_LARGE'
/** Text is not valid UTF-8. */
 | 'INVALID_UTF8'
/** The status code of a close frame must not be sent. */
 | 'CLOSE_CODE_INVALID'
/** An extension could not make sense of a message. */
 | 'EXTENSION_DATA'
/** An extension failed. */
 | 'EXTENSION_FAILED';
/** What one {@link FaultCode} stands for. */
export interface FaultRule {
    /** The status code of the Close frame that answers it (RFC 6455 7.4.1). */
    readonly closeCode: number;
    /** The section of RFC 6455 whose rule was broken. */
    readonly section: string;
    /** What the peer did, in words. */
    readonly sentence: string;
}
/**
 * The table of faults, by code.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FAULTS } from '@sanssocket/codec/rules';
 *
 * assert.equal(FAULTS.INVALID_UTF8.closeCode, 1007);
 * assert.equal(FAULTS.MASK_REQUIRED.section, '5.1');
 * ```
 */
export declare const FAULTS: Readonly<Record<FaultCode, FaultRule>>;
/** A fault of the peer, as reported by the terminal event of a machine. */
export interface Fault {
    readonly code: FaultCode;
    /** The status code of the Close frame that answers it (RFC 6455 7.4.1). */
    readonly closeCode: number;
    /** The section of RFC 6455 whose rule was broken. */
    readonly section: string;
    /** What the peer did as a sentence for a person, with the section: for a log. */
    readonly message: string;
    /** Which byte shows the fault, counted from the first byte the machine was given. */
    readonly offset: number;
}
/**
 * Makes the value that reports a fault.
 *
 * @param code - which rule was broken
 * @param offset - the byte that shows it, counted from the first byte of the stream
 * @param hint - what a person had better know about it
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { createFault } from '@sanssocket/codec/rules';
 *
 * const fault = createFault('RESERVED_OPCODE', 42);
 * assert.deepEqual([fault.closeCode, fault.section, fault.offset], [1002, '5.2', 42]);
 * assert.equal(fault.message, 'the opcode is reserved (RFC 6455 5.2)');
 * ```
 */
export declare function createFault(code: FaultCode, offset: number, hint?: string): Fault;
//# sourceMappingURL=faults.d.ts.map