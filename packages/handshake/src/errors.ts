/**
 * Callers' faults, and the checks of options and other arguments that find them. A fault of the
 * caller is thrown before anything has been written or changed, as an error with a stable code and
 * a message: the thing that is wanted, and the thing that came. A fault of the peer is a value, see
 * faults.ts.
 */

/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown.
 */
export type HandshakeUsageCode =
  /** Something else where a Uint8Array is wanted. */
  | 'NOT_BYTES'
  /** There is no such option. */
  | 'OPTION_UNKNOWN'
  /** An option has a value that makes no sense. */
  | 'OPTION_INVALID'
  /** Something else where a string, a list of strings, a function or a fault is wanted. */
  | 'ARGUMENT_INVALID'
  /** Something else where a head is wanted, parsed: a fetch `Request`, for instance. */
  | 'HEAD_INVALID'
  /** Something else where a request is wanted that was checked, or made: a fault, for instance. */
  | 'REQUEST_INVALID'
  /** Something else where an extension is wanted, or where it has to answer (RFC 6455 9.1). */
  | 'EXTENSION_INVALID'
  /** A call at the wrong moment: the head is complete, or there is no request to answer. */
  | 'INVALID_STATE'
  /** A URI that is not one of WebSocket (RFC 6455 3). */
  | 'URI_INVALID'
  /** A name or value that may not stand in a head, or a header that the handshake writes itself. */
  | 'HEADER_INVALID'
  /** A subprotocol offered twice, or chosen though it was not offered (RFC 6455 4.1, 4.2.2). */
  | 'PROTOCOL_INVALID'
  /** A key that is not the Base64 of 16 bytes (RFC 6455 4.1). */
  | 'KEY_INVALID'
  /** A status or body that no rejection can have. */
  | 'STATUS_INVALID'
  /** The runtime has no source of random bytes, and none was given. */
  | 'NO_RANDOM';

/**
 * A caller's fault, as it is thrown: a TypeError or RangeError with a {@link HandshakeUsageCode}.
 */
export interface HandshakeUsageError extends Error {
  readonly code: HandshakeUsageCode;
}

/** Makes the error for a caller's fault. */
export function usageError(
  kind: new (message: string) => Error,
  code: HandshakeUsageCode,
  message: string,
): HandshakeUsageError {
  return Object.assign(new kind(message), { code });
}

/** A value in words, for the end of a message. */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (typeof value !== 'object' || value === null) return `${value}`;
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Object]' ? 'an object' : `an object of type ${tag.substring(8, tag.length - 1)}`;
}

/** @throws TypeError for anything but a Uint8Array, of any realm; a `Buffer` is one */
export function requireBytes(value: unknown, what = 'a chunk'): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return;
  if (ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array') return;
  const got = typeof value === 'string' ? 'a string' : inWords(value);
  throw usageError(TypeError, 'NOT_BYTES', `${what} is a Uint8Array, not ${got}`);
}

// --- Checks of options and other arguments ---

/**
 * Rejects names that are no option's: a typo would change nothing, unnoticed. The walk covers
 * inherited names and the getters of a class; the methods of a class may have any name. Callers
 * take the options apart at once, so that each is read once.
 *
 * @throws TypeError for anything but an object, or for a list, a Map or a promise
 * (`OPTION_INVALID`); for a name that is not known (`OPTION_UNKNOWN`)
 */
export function requireKnown<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  const isObject = typeof options === 'object' && options !== null;
  if (!isObject || Symbol.iterator in options || 'then' in options) {
    const got = isObject ? 'a list, Map or promise' : inWords(options);
    throw usageError(TypeError, 'OPTION_INVALID', `options are an object, not ${got}`);
  }
  let next: object | null;
  for (let at: object = options; ; at = next) {
    next = Object.getPrototypeOf(at) as object | null;
    // The last prototype with a constructor is `Object.prototype`, of any realm.
    if (next === null && at !== options && Object.hasOwn(at, 'constructor')) return;
    for (const name of Object.getOwnPropertyNames(at)) {
      if ((names as readonly string[]).includes(name) || !isOption(at, name)) continue;
      const known = names.join(', ');
      throw usageError(TypeError, 'OPTION_UNKNOWN', `there is no option '${name}'; there are ${known}`);
    }
    if (next === null) return;
  }
}

/** Whether a name looks like an option: methods of a class, and its constructor, do not. */
function isOption(object: object, name: string): boolean {
  const { enumerable, get } = Object.getOwnPropertyDescriptor(object, name)!;
  return enumerable === true || get !== undefined;
}

/**
 * A limit a caller gave, or `fallback`; throws RangeError for one that is not a finite whole number
 * from 1.
 */
export function checkedLimit(name: string, limit: number | undefined, fallback: number): number {
  const value = limit === undefined ? fallback : limit;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw usageError(RangeError, 'OPTION_INVALID', `${name} must be a positive integer, not ${inWords(value)}`);
}

/** @throws TypeError (`OPTION_INVALID`) unless an option is of a type, or not given */
export function requireOption(name: string, value: unknown, type: 'boolean' | 'function'): void {
  if (value === undefined || typeof value === type) return;
  throw usageError(TypeError, 'OPTION_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}

/** @throws TypeError (`ARGUMENT_INVALID`) unless a value is of a type */
export function requireType(name: string, value: unknown, type: 'string' | 'boolean' | 'function'): void {
  if (typeof value === type) return;
  throw usageError(TypeError, 'ARGUMENT_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}

/**
 * @throws TypeError (`ARGUMENT_INVALID`) unless a value is an array of strings: a string alone
 * would be taken letter by letter
 */
export function requireStrings(name: string, value: readonly string[]): void {
  if (isStrings(value)) return;
  const got = Array.isArray(value) ? 'one with something else in it' : inWords(value);
  throw usageError(TypeError, 'ARGUMENT_INVALID', `${name}: an array of strings is wanted, not ${got}`);
}

/** Whether a value is an array of strings. */
export function isStrings(value: unknown): value is string[] {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (typeof value[i] !== 'string') return false;
  return true;
}
