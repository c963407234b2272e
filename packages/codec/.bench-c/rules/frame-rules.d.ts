/**
 * What makes a frame header valid (RFC 6455 5.1, 5.2, 5.5): the truth table, apart from the reading of headers, so that
 * whoever wants to see invalid frames can.
 *
 * Two steps, as the bytes come in: the first two bytes, then the length. Rules that need the frame before (5.4) and limits
 * are the frame parser's.
 */
import type { FaultCode } from './faults.js';
import type { FrameHeader } from './frame-header.js';
/**
 * Whose frames are judged, by the role of the endpoint that receives them: a `'server'` receives masked frames, a
 * `'client'` unmasked ones, `'either'` (a proxy, a recorder) takes both.
 */
export type ReceiverRole = 'server' | 'client' | 'either';
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
export declare function frameStartFault(first: number, second: number, role: ReceiverRole, rsv: number): FaultCode | undefined;
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
export declare function payloadLengthFault(lengthBytes: 0 | 2 | 8, payloadLength: number): FaultCode | undefined;
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
export declare function frameHeaderFault(header: FrameHeader, role: ReceiverRole, rsv?: number): FaultCode | undefined;
/** Which of a frame's first two bytes shows a fault of its start: 0 or 1. */
export declare function faultyByte(fault: FaultCode): 0 | 1;
/** @throws RangeError unless a value is a sum of reserved bits */
export declare function requireRsv(rsv: number): void;
//# sourceMappingURL=frame-rules.d.ts.map