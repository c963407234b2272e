/**
 * Everything a peer can do wrong, in one table (RFC 6455 7.1.7, "Fail the WebSocket Connection").
 *
 * A peer's fault is a value: it is reported once, as the terminal event, and never thrown. A caller's fault is a
 * `TypeError` or `RangeError` thrown before anything is written, see misuse.ts.
 */
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
export const FAULTS = {
    RESERVED_BITS: rule(1002, '5.2', 'a reserved bit is set that no extension gave a meaning'),
    RESERVED_OPCODE: rule(1002, '5.2', 'the opcode is reserved'),
    CONTROL_FRAGMENTED: rule(1002, '5.5', 'a control frame is fragmented'),
    MASK_REQUIRED: rule(1002, '5.1', 'a frame from a client is not masked'),
    MASK_FORBIDDEN: rule(1002, '5.1', 'a frame from a server is masked'),
    CONTROL_TOO_LONG: rule(1002, '5.5', 'a control frame has more than 125 bytes of payload'),
    CLOSE_BODY_TOO_SHORT: rule(1002, '5.5.1', 'a Close frame has a body of one byte'),
    UNEXPECTED_CONTINUATION: rule(1002, '5.4', 'a continuation frame without a message to continue'),
    EXPECTED_CONTINUATION: rule(1002, '5.4', 'a new message inside of a fragmented one'),
    TOO_MANY_FRAGMENTS: rule(1008, '10.4', 'a message has more fragments than the limit'),
    LENGTH_NOT_MINIMAL: rule(1002, '5.2', 'the payload length is not in its shortest form'),
    LENGTH_TOP_BIT: rule(1002, '5.2', 'the top bit of a 64-bit payload length is set'),
    FRAME_TOO_LARGE: rule(1009, '10.4', 'a frame is longer than the limit'),
    MESSAGE_TOO_LARGE: rule(1009, '10.4', 'a message is longer than the limit'),
    BACKLOG_TOO_LARGE: rule(1008, '10.4', 'more bytes wait while reading is paused than the limit allows'),
    INVALID_UTF8: rule(1007, '8.1', 'a text is not valid UTF-8'),
    CLOSE_CODE_INVALID: rule(1002, '7.4.1', 'the status code of a Close frame must not be sent'),
    EXTENSION_DATA: rule(1007, '9.2', 'an extension could not make sense of a message'),
    EXTENSION_FAILED: rule(1011, '9.2', 'an extension failed'),
};
function rule(closeCode, section, sentence) {
    return { closeCode, section, sentence };
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
export function createFault(code, offset, hint = '') {
    const { closeCode, section, sentence } = FAULTS[code];
    const message = `${sentence} (RFC 6455 ${section})${hint === '' ? '' : `: ${hint}`}`;
    return { code, closeCode, section, message, offset };
}
//# sourceMappingURL=faults.js.map