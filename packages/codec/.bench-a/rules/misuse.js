/** Makes the error for a caller's fault. */
export function misuse(kind, code, message) {
    return Object.assign(new kind(message), { code });
}
/** A value in words, for the message of an error: what came in place of what is wanted. */
export function inWords(value) {
    if (typeof value === 'string')
        return 'a string';
    if (typeof value === 'function')
        return 'a function';
    if (typeof value !== 'object' || value === null)
        return typeof value === 'symbol' ? 'a symbol' : `${value}`;
    const tag = Object.prototype.toString.call(value);
    return tag === '[object Object]' ? 'an object' : `an object of type ${tag.substring(8, tag.length - 1)}`;
}
/** Whether a value is a Uint8Array, of whichever realm (frames, `node:vm`, test environments); a `Buffer` is one. */
export function isBytes(value) {
    if (value instanceof Uint8Array)
        return true;
    return ArrayBuffer.isView(value) && value[Symbol.toStringTag] === 'Uint8Array';
}
/**
 * @param what - the thing in words
 * @throws TypeError for anything but a Uint8Array: a number would be a length (advisory K12), another view has another
 * element size (K13)
 */
export function requireBytes(value, what = 'a payload') {
    if (!isBytes(value))
        throw misuse(TypeError, 'NOT_BYTES', `${what} is a Uint8Array, not ${inWords(value)}`);
}
/** @throws RangeError for a range that does not lie within bytes */
export function requireRange(bytes, start, end) {
    const isInside = start >= 0 && start <= end && end <= bytes.length;
    if (isInside && Number.isInteger(start) && Number.isInteger(end))
        return;
    throw misuse(RangeError, 'RANGE_INVALID', `no range of ${bytes.length} bytes: ${start} to ${end}`);
}
//# sourceMappingURL=misuse.js.map