import { inWords, misuse } from './misuse.js';
import { CLOSE, CONTINUATION, FIN, isControl, isReserved, MASK, MAX_CONTROL_PAYLOAD_BYTES, RSV, } from './opcodes.js';
/**
 * Judges the first two bytes of a frame.
 *
 * @param first - FIN, RSV1-3, opcode
 * @param second - MASK and the 7-bit length
 * @param role - of the endpoint that received them
 * @param rsv - reserved bits that agreed extensions gave a meaning (on the first frame of a message): a sum of RSV1-3
 * @returns the first rule broken, in the order of the bits; undefined when there is none
 *
 * RFC 6455 5.1, 5.2, 5.5, 5.5.1.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { frameStartFault } from '@sanssocket/codec/rules';
 *
 * assert.equal(frameStartFault(0x81, 0x85, 'server', 0), undefined);
 * assert.equal(frameStartFault(0x81, 0x05, 'server', 0), 'MASK_REQUIRED');
 * assert.equal(frameStartFault(0xc1, 0x85, 'server', 0), 'RESERVED_BITS');
 * ```
 */
export function frameStartFault(first, second, role, rsv) {
    const opcode = first & 0x0f;
    // 5.2, RSV: "MUST be 0 unless an extension is negotiated that defines meanings". Extensions here mark messages, so their
    // bits are legal where a message starts, and neither on continuations nor on control frames.
    const meaningful = isControl(opcode) || opcode === CONTINUATION ? 0 : rsv;
    if ((first & 0x70 & ~meaningful) !== 0)
        return 'RESERVED_BITS';
    // 5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_."
    if (isReserved(opcode))
        return 'RESERVED_OPCODE';
    // 5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be fragmented."
    if (isControl(opcode) && (first & FIN) === 0)
        return 'CONTROL_FRAGMENTED';
    // 5.1: a server closes on an unmasked frame, a client on a masked one.
    if (role === 'server' && (second & MASK) === 0)
        return 'MASK_REQUIRED';
    if (role === 'client' && (second & MASK) !== 0)
        return 'MASK_FORBIDDEN';
    if (isControl(opcode) && (second & 0x7f) > MAX_CONTROL_PAYLOAD_BYTES)
        return 'CONTROL_TOO_LONG';
    // 5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer".
    if (opcode === CLOSE && (second & 0x7f) === 1)
        return 'CLOSE_BODY_TOO_SHORT';
    return undefined;
}
/**
 * Judges a payload length once its field is complete.
 *
 * @param lengthBytes - in how many bytes the 7-bit length was extended: 0, 2 or 8
 * @param payloadLength - as read, see {@link FrameHeader.payloadLength}
 * @returns the rule broken; undefined when there is none
 *
 * RFC 6455 5.2, "Payload length".
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { payloadLengthFault } from '@sanssocket/codec/rules';
 *
 * assert.equal(payloadLengthFault(2, 126), undefined);
 * assert.equal(payloadLengthFault(2, 125), 'LENGTH_NOT_MINIMAL');
 * assert.equal(payloadLengthFault(8, 2 ** 63), 'LENGTH_TOP_BIT');
 * ```
 */
export function payloadLengthFault(lengthBytes, payloadLength) {
    // "the minimal number of bytes MUST be used to encode the length"
    if (lengthBytes === 2 && payloadLength < 126)
        return 'LENGTH_NOT_MINIMAL';
    if (lengthBytes === 8 && payloadLength < 0x1_0000)
        return 'LENGTH_NOT_MINIMAL';
    // "the most significant bit MUST be 0"
    if (payloadLength >= 2 ** 63)
        return 'LENGTH_TOP_BIT';
    return undefined;
}
/**
 * Judges a whole header, by the same rules in the same order.
 *
 * @param header - as `readFrameHeader` gave it
 * @param role - of the endpoint that received it
 * @param rsv - reserved bits that agreed extensions gave a meaning
 * @returns the first rule broken; undefined for a valid header
 *
 * RFC 6455 5.1, 5.2, 5.5.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { readFrameHeader } from '@sanssocket/codec/frames';
 * import { frameHeaderFault } from '@sanssocket/codec/rules';
 *
 * const header = readFrameHeader(Uint8Array.of(0x89, 0x00));
 * assert.ok(typeof header === 'object');
 * assert.equal(frameHeaderFault(header, 'client'), undefined);
 * assert.equal(frameHeaderFault(header, 'server'), 'MASK_REQUIRED');
 * ```
 */
export function frameHeaderFault(header, role, rsv = 0) {
    const length = header.lengthBytes === 0 ? header.payloadLength : header.lengthBytes === 2 ? 126 : 127;
    return (frameStartFault(header.first, (header.masked ? MASK : 0) | length, role, rsv) ??
        payloadLengthFault(header.lengthBytes, header.payloadLength));
}
/** Which of a frame's first two bytes shows a fault of its start: 0 or 1. */
export function faultyByte(fault) {
    return fault === 'MASK_REQUIRED' ||
        fault === 'MASK_FORBIDDEN' ||
        fault === 'CONTROL_TOO_LONG' ||
        fault === 'CLOSE_BODY_TOO_SHORT'
        ? 1
        : 0;
}
/** @throws RangeError unless a value is a sum of reserved bits */
export function requireRsv(rsv) {
    if ((rsv & RSV) === rsv)
        return;
    throw misuse(RangeError, 'OPTION_INVALID', `rsv is a sum of RSV1 (64), RSV2 (32) and RSV3 (16), not ${inWords(rsv)}`);
}
//# sourceMappingURL=frame-rules.js.map