/** What scripts pass to a WebSocket and get from it, converted as Web IDL does. */
import { copyOf, EMPTY } from '../memory/bytes.js';
/**
 * `(BufferSource or Blob or USVString)`.
 *
 * @returns a Blob; bytes, not copied; or a string, whose lone surrogates become U+FFFD when it is encoded
 * @throws TypeError for a symbol, an object that has no string, shared or resizable memory
 */
export function toMessage(data) {
    if (typeof Blob === 'function' && data instanceof Blob)
        return data;
    if (ArrayBuffer.isView(data))
        return bytesOf(data.buffer, data.byteOffset, data.byteLength);
    if (isArrayBuffer(data))
        return bytesOf(data, 0, data.byteLength);
    return toText(data);
}
/** `DOMString`. */
export function toText(value) {
    return `${value}`; // unlike `String`, throws for a symbol
}
/** `[Clamp] unsigned short`: the nearest one, halves to the even one. */
export function clampToUnsignedShort(value) {
    const number = +value; // unlike `Number`, throws for a BigInt
    if (Number.isNaN(number))
        return 0;
    const clamped = Math.min(Math.max(number, 0), 0xffff);
    const floor = Math.floor(clamped);
    const rest = clamped - floor;
    return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
const byteLengthOf = /* @__PURE__ */ Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')
    .get;
/** Whether a value is an ArrayBuffer, of whichever realm; shared memory is none. */
function isArrayBuffer(value) {
    if (typeof value !== 'object' || value === null)
        return false;
    try {
        byteLengthOf.call(value);
        return true;
    }
    catch {
        return false;
    }
}
function bytesOf(buffer, offset, length) {
    if (!isArrayBuffer(buffer))
        throw new TypeError('shared memory cannot be sent');
    if (buffer.resizable === true) {
        throw new TypeError('resizable memory cannot be sent');
    }
    // Of memory that was transferred away there can be no view; it has no bytes.
    return length === 0 ? EMPTY : new Uint8Array(buffer, offset, length);
}
/** An ArrayBuffer of just these bytes, nobody else's: that behind them, if they fill it. */
export function ownBuffer(bytes) {
    const { buffer } = bytes;
    // All arrays without bytes may be one.
    const isOwn = bytes.length > 0 && bytes.length === buffer.byteLength && isArrayBuffer(buffer);
    return isOwn ? buffer : copyOf(bytes, 0, bytes.length).buffer;
}
//# sourceMappingURL=web-idl.js.map