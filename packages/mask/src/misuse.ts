/** Callers' faults: what is thrown, before anything has been written, is an error with a stable code. */

/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown.
 *
 * - `RANGE_INVALID`: a range does not lie within its bytes
 * - `KEY_INVALID`: a masking key is no number, or is not four bytes long (RFC 6455 5.2)
 * - `NO_RANDOM`: the runtime has no source of random bytes
 */
export type MaskMisuseCode = 'RANGE_INVALID' | 'KEY_INVALID' | 'NO_RANDOM';

/** Makes the error for a caller's fault. */
export function misuse(kind: new (message: string) => Error, code: MaskMisuseCode, message: string): Error {
  return Object.assign(new kind(message), { code });
}
