/**
 * The door for fuzzers and conformance suites: a frame writer that checks nothing, and can express every bit pattern a
 * header can have and every disagreement between a header and what follows it.
 */
import { keyToBytes, maskInPlace } from '@sanssocket/mask';
import { MASK } from './rules/opcodes.js';
/**
 * Writes any frame, valid or not.
 *
 * @param frame - its parts
 * @returns header and payload as they stand; to cut a frame off, take a subarray
 *
 * RFC 6455 5.2 gives the layout; nothing of it is enforced.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeUncheckedFrame } from '@sanssocket/codec/unchecked';
 *
 * // An unmasked ping that claims 2^64 - 1 bytes, in the reserved form, with RSV3 set and no FIN.
 * const bytes = encodeUncheckedFrame({ first: 0x19, declaredLength: 2n ** 64n - 1n });
 * assert.deepEqual([...bytes], [0x19, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255]);
 * ```
 */
export function encodeUncheckedFrame(frame) {
    const { first, payload = new Uint8Array(0), maskingKey, maskPayload = true } = frame;
    const declared = BigInt(frame.declaredLength ?? payload.length);
    const lengthBytes = frame.lengthBytes ?? (declared < 126n ? 0 : declared < 65536n ? 2 : 8);
    const maskBit = frame.maskBit ?? maskingKey !== undefined;
    const keyBytes = maskingKey === undefined ? 0 : 4;
    const bytes = new Uint8Array(2 + lengthBytes + keyBytes + payload.length);
    const view = new DataView(bytes.buffer);
    const length7 = lengthBytes === 0 ? Number(declared & 0x7fn) : lengthBytes === 2 ? 126 : 127;
    bytes[0] = first;
    bytes[1] = (maskBit ? MASK : 0) | length7;
    if (lengthBytes === 2)
        view.setUint16(2, Number(declared & 0xffffn));
    if (lengthBytes === 8)
        view.setBigUint64(2, BigInt.asUintN(64, declared));
    const at = 2 + lengthBytes + keyBytes;
    bytes.set(payload, at);
    if (maskingKey !== undefined) {
        keyToBytes(maskingKey, bytes, at - 4);
        if (maskPayload)
            maskInPlace(bytes.subarray(at), maskingKey);
    }
    return bytes;
}
//# sourceMappingURL=unchecked-frame.js.map