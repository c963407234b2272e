/** Callers' faults: what is thrown, before anything has been written, is an error with a stable code. */

/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown.
 *
 * - `RANGE_INVALID`: a range does not lie within its bytes
 * - `KEY_INVALID`: a masking key is neither an integer of 32 bits nor four bytes (RFC 6455 5.2)
 * - `NOT_BYTES`: something else where a Uint8Array is wanted
 * - `NO_RANDOM`: the runtime has no source of random bytes, or the one that was given is no
 * function
 */
export type MaskMisuseCode = 'RANGE_INVALID' | 'KEY_INVALID' | 'NOT_BYTES' | 'NO_RANDOM';

/** A value in words, for the message of an error: what came in place of what is wanted. */
export function inWords(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) return `${value}`;
  return typeof value === 'object' ? Object.prototype.toString.call(value) : `a ${typeof value}`;
}

/** Whether a value is a Uint8Array, of whichever realm. */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array';
}

/** @throws TypeError for anything but a Uint8Array: the length of other views is none in bytes */
export function requireBytes(value: unknown): asserts value is Uint8Array {
  if (!isBytes(value)) throw misuse(TypeError, 'NOT_BYTES', `bytes are a Uint8Array, not ${inWords(value)}`);
}

/**
 * @throws TypeError unless a value is an integer of 32 bits, signed or not: another one would mask
 * with 0, or with a part of it
 */
export function requireKey(key: unknown): asserts key is number {
  if (typeof key === 'number' && ((key | 0) === key || key >>> 0 === key)) return;
  throw misuse(
    TypeError,
    'KEY_INVALID',
    `a masking key is an integer of 32 bits, or 4 bytes, not ${inWords(key)}`,
  );
}

/** Makes the error for a caller's fault. */
export function misuse(kind: new (message: string) => Error, code: MaskMisuseCode, message: string): Error {
  return Object.assign(new kind(message), { code });
}
