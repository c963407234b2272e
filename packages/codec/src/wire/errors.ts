/**
 * A caller's fault is thrown, before anything has been written or changed, as an error with a
 * stable code and a message that says what came, what is wanted and by which rule. A peer's fault
 * is a value, see faults.ts.
 *
 * In reading order: the codes and the error; checks of bytes and ranges; checks of options, which
 * are read once and completely; memory that is not shared.
 */

import type { FaultCode } from './faults.js';

/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown.
 * A caller that breaks a rule which a peer can break too is told the peer's {@link FaultCode}:
 * `INVALID_UTF8`, `CLOSE_CODE_INVALID`, `CONTROL_TOO_LONG` and so on.
 */
export type UsageCode =
  | FaultCode
  /** A value is not the Uint8Array that is wanted, or its memory was transferred away. */
  | 'NOT_BYTES'
  /** A value is not the string that is wanted. */
  | 'NOT_TEXT'
  /** A range does not lie within its bytes, or leaves no room for the bytes to be written. */
  | 'RANGE_INVALID'
  /** An option has a name that there is not. */
  | 'OPTION_UNKNOWN'
  /** An option has a value that makes no sense. */
  | 'OPTION_INVALID'
  /**
   * Handlers are no object, lack a method, have a generator for one, or take messages in two
   * forms.
   */
  | 'HANDLERS_INVALID'
  /**
   * Extensions are none, do not work together (RFC 6455 9.1), or gave a value that is no message.
   */
  | 'EXTENSIONS_INVALID'
  /**
   * An opcode begins no message, or a payload length is none (RFC 6455 5.2), so no frame can be
   * made.
   */
  | 'FRAME_INVALID'
  /** A reason of a Close is no string, too long, or without a code (RFC 6455 5.5.1). */
  | 'CLOSE_REASON_INVALID'
  /** A masking key is not an integer of 32 bits (RFC 6455 5.3). */
  | 'KEY_INVALID'
  /** A handler has transferred away the memory of a chunk that was not read to its end. */
  | 'CHUNK_TRANSFERRED'
  /** The runtime has no source of random bytes, and a client was given none. */
  | 'NO_RANDOM'
  /** The runtime has no `EventTarget` or no `Event`, which a `WebSocket` needs. */
  | 'NO_EVENT_TARGET'
  /** An allocator gave no Uint8Array, a short one, or shared memory. */
  | 'ALLOCATION_INVALID'
  /**
   * A message in fragments is under way, and another may not begin before its end (RFC 6455 5.4).
   */
  | 'MESSAGE_IN_PROGRESS'
  /** A message in fragments has ended already, and takes no more data (RFC 6455 5.4). */
  | 'MESSAGE_ENDED'
  /** A message comes for a connection that is closing or has ended (RFC 6455 5.5.1). */
  | 'CONNECTION_CLOSING'
  /** A call was made from inside of a callback that must not make it. */
  | 'REENTRANT_CALL'
  /** An entry is none, or that of another wheel of deadlines. */
  | 'ENTRY_INVALID';

/** The error for a caller's fault: a TypeError, RangeError or Error with a {@link UsageCode}. */
export interface UsageError extends Error {
  readonly code: UsageCode;
}

/**
 * Makes the error for a caller's fault.
 *
 * @param kind - `TypeError`, `RangeError` or `Error`
 * @param message - a sentence that says what is wanted, and what came
 * @returns the error, to be thrown
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { usageError } from '@sanssocket/codec/options';
 *
 * const error = usageError(TypeError, 'OPTION_INVALID', 'level is a number, not a string');
 * assert.equal(error.code, 'OPTION_INVALID');
 * ```
 */
export function usageError(
  kind: new (message: string) => Error,
  code: UsageCode,
  message: string,
): UsageError {
  return Object.assign(new kind(message), { code });
}

/**
 * A value in words, for the message of an error that says what came.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { inWords } from '@sanssocket/codec/options';
 *
 * assert.deepEqual([inWords('x'), inWords(5), inWords(null)], ['a string', '5', 'null']);
 * ```
 */
export function inWords(value: unknown): string {
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return typeof value === 'symbol' ? 'a symbol' : `${value}`;
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Object]' ? 'an object' : `an object of type ${tag.substring(8, tag.length - 1)}`;
}

// Bytes and ranges

/**
 * Whether a value is a Uint8Array, of any realm (frames, `node:vm`, test environments); a
 * `Buffer` is one.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { isBytes } from '@sanssocket/codec/options';
 *
 * assert.ok(isBytes(new Uint8Array(1)));
 * assert.ok(!isBytes(new Uint16Array(1)) && !isBytes([1]));
 * ```
 */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array';
}

/**
 * @param what - the thing in words
 * @throws TypeError for anything but a Uint8Array: a number would be taken for a length, and the
 * elements of another view have another size; and for one whose memory has been transferred away,
 * which would pass for one without bytes
 */
export function requireBytes(value: unknown, what = 'a payload'): asserts value is Uint8Array {
  if (!isBytes(value))
    throw usageError(TypeError, 'NOT_BYTES', `${what} is a Uint8Array, not ${inWords(value)}`);
  if (value.length === 0 && isDetached(value.buffer)) {
    throw usageError(
      TypeError,
      'NOT_BYTES',
      `${what} is a Uint8Array, not one whose memory was transferred away`,
    );
  }
}

/**
 * Not every engine has `ArrayBuffer.prototype.detached`, but no view can be made of memory that is
 * gone.
 */
function isDetached(memory: ArrayBufferLike): boolean {
  if (memory.byteLength > 0) return false;
  try {
    return new Uint8Array(memory).length > 0;
  } catch {
    return true;
  }
}

/** @throws RangeError for a range that does not lie within bytes */
export function requireRange(bytes: Uint8Array, start: number, end: number): void {
  const isInside = start >= 0 && start <= end && end <= bytes.length;
  if (isInside && Number.isInteger(start) && Number.isInteger(end)) return;
  throw usageError(RangeError, 'RANGE_INVALID', `no range of ${bytes.length} bytes: ${start} to ${end}`);
}

// Checks of options: all is read once, as an option may be the object's own, inherited, or a
// getter of a class, and nobody looks at the object again.

/**
 * Refuses names that are no option's: a typo would change nothing.
 *
 * The object may inherit (`Object.create(defaults)`) or be an instance of a class with getters: all
 * that is enumerable is looked at, and every getter. Other methods of a class are its own affair.
 * A list, a Map or a promise of options is rejected: none of its names would be read. The values
 * are not read.
 *
 * @param options - as a caller gave them
 * @param known - the names that there are
 * @param noun - the thing that has a name: 'option' by default
 * @throws TypeError for options that are no object, or a list, a Map or a promise
 * (`OPTION_INVALID`), or for a name that is not known (`OPTION_UNKNOWN`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requireKnown } from '@sanssocket/codec/options';
 *
 * requireKnown({ level: 5 }, ['level']);
 * requireKnown(Object.create({ level: 5 }), ['level']);
 * assert.throws(() => requireKnown({ lvel: 5 }, ['level']), { code: 'OPTION_UNKNOWN' });
 * ```
 */
export function requireKnown(options: object, known: readonly string[], noun = 'option'): void {
  const isObject = typeof options === 'object' && options !== null;
  // Nearly all options are a plain object without a typo; the walk below takes ten times as long.
  if (isObject && Object.getPrototypeOf(options) === Object.prototype && areKnown(options, known)) return;
  if (!isObject || Symbol.iterator in options || 'then' in options) {
    const got = isObject ? 'a list, Map or promise' : inWords(options);
    throw usageError(TypeError, 'OPTION_INVALID', `${noun}s are an object, not ${got}`);
  }
  let next: object | null;
  for (let at: object = options; ; at = next) {
    next = Object.getPrototypeOf(at) as object | null;
    // `Object.prototype`, of any realm, is nobody's option.
    if (next === null && at !== options && Object.hasOwn(at, 'constructor')) return;
    for (const name of Object.getOwnPropertyNames(at)) {
      if (!known.includes(name) && isOption(at, name)) throw unknown(name, known, noun);
    }
    if (next === null) return;
  }
}

function areKnown(options: object, known: readonly string[]): boolean {
  for (const name in options) if (!known.includes(name)) return false;
  return true;
}

/** Whether a name looks like an option: methods of a class, and its constructor, do not. */
function isOption(object: object, name: string): boolean {
  const { enumerable, get } = Object.getOwnPropertyDescriptor(object, name)!;
  return enumerable === true || get !== undefined;
}

function unknown(name: string, known: readonly string[], noun: string): Error {
  const names = known.length === 0 ? 'none' : known.join(', ');
  return usageError(TypeError, 'OPTION_UNKNOWN', `there is no ${noun} '${name}'; there are ${names}`);
}

/**
 * Reads options into a copy, each once, to be kept. An option that is undefined is left out.
 *
 * @param options - as a caller gave them
 * @param known - the names that there are
 * @returns a plain object that nobody else has
 * @throws as {@link requireKnown}
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { readOptions } from '@sanssocket/codec/options';
 *
 * class Limits {
 *   get level(): number {
 *     return 5;
 *   }
 * }
 * assert.deepEqual(readOptions(new Limits(), ['level']), { level: 5 });
 * ```
 */
export function readOptions<T extends object>(options: T, known: readonly (keyof T & string)[]): T {
  requireKnown(options, known);
  const copy: Partial<T> = {};
  for (const name of known) {
    const value = options[name];
    if (value !== undefined) copy[name] = value;
  }
  return copy as T;
}

/**
 * Those of the options that have these names, for the parts that options of a whole go to.
 *
 * @param options - which were looked at, see {@link requireKnown}
 * @param names - the names that are wanted
 * @returns a plain object that nobody else has; options that are undefined are left out
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { pickOptions } from '@sanssocket/codec/options';
 *
 * assert.deepEqual(pickOptions({ level: 5, width: undefined, name: 'a' }, ['level', 'width']), { level: 5 });
 * ```
 */
export function pickOptions<T extends object, K extends keyof T>(
  options: T,
  names: readonly K[],
): Pick<T, K> {
  const picked: Partial<Pick<T, K>> = {};
  for (const name of names) if (options[name] !== undefined) picked[name] = options[name];
  return picked as Pick<T, K>;
}

/**
 * Refuses a value that is not one of a few words.
 *
 * @param name - the option's
 * @throws TypeError (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requireOneOf } from '@sanssocket/codec/options';
 *
 * const words = ['fail', 'refuse'];
 * assert.throws(() => requireOneOf('closeOnBackpressureLimit', 'fial', words), /is 'fail' or 'refuse', not 'fial'/);
 * ```
 */
export function requireOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const got = typeof value === 'string' ? `'${value}'` : inWords(value);
  throw usageError(TypeError, 'OPTION_INVALID', `${name} is '${allowed.join("' or '")}', not ${got}`);
}

/**
 * Refuses a value that is not of a type.
 *
 * @param name - the option's
 * @throws TypeError (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requireType } from '@sanssocket/codec/options';
 *
 * assert.throws(() => requireType('autoPong', 'no', 'boolean'), /is a boolean, not a string/);
 * ```
 */
export function requireType(name: string, value: unknown, type: 'boolean' | 'function' | 'string'): void {
  if (typeof value === type) return;
  throw usageError(TypeError, 'OPTION_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}

/**
/**
 * Rejects a value without methods that are called later: an undefined connection or socket is told of
 * where it is given, and before anything is done.
 *
 * @param noun - what is wanted, with its article
 * @throws TypeError (`OPTION_INVALID`)
 */
export function requireMethods(noun: string, value: unknown, names: readonly string[]): void {
  const methods = Object(value) as Readonly<Record<string, unknown>>;
  for (const name of names) {
    if (typeof methods[name] === 'function') continue;
    const got = value === methods ? `without ${name}()` : `not ${inWords(value)}`;
    throw usageError(TypeError, 'OPTION_INVALID', `${noun} is wanted, ${got}`);
  }
}

/**
 * Refuses a value that is not an integer of a range.
 *
 * @param name - the option's
 * @returns the value
 * @throws RangeError (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { requireInteger } from '@sanssocket/codec/options';
 *
 * assert.equal(requireInteger('level', 9, 0, 9), 9);
 * assert.throws(() => requireInteger('level', 10, 0, 9), /from 0 to 9, not 10/);
 * ```
 */
export function requireInteger(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  const wanted = `${name} must be an integer from ${min} to ${max}`;
  throw usageError(RangeError, 'OPTION_INVALID', `${wanted}, not ${inWords(value)}`);
}

/**
 * Refuses a value that is not an integer from 1 to 2^53 - 1.
 *
 * @param name - the option's
 * @returns the value
 * @throws RangeError (`OPTION_INVALID`)
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { positiveInteger } from '@sanssocket/codec/options';
 *
 * assert.equal(positiveInteger('limit', 9), 9);
 * assert.throws(() => positiveInteger('limit', 0), /limit must be a positive integer, not 0/);
 * ```
 */
export function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw usageError(RangeError, 'OPTION_INVALID', `${name} must be a positive integer, not ${inWords(value)}`);
}

/** @throws RangeError unless `value` is a number that can be a time */
export function requireTime(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw usageError(
    RangeError,
    'OPTION_INVALID',
    `${name} must be a finite number of milliseconds, not ${inWords(value)}`,
  );
}

// Memory that is not shared

/**
 * Bytes that are not shared: `Uint8Array<ArrayBuffer>`, which `Blob`, `Response`, `fetch` and
 * `crypto.subtle` take; written so that TypeScript before 5.7, where `Uint8Array` is not generic,
 * understands it.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/**
 * Whether memory of any realm is shared with other threads: the platform takes no view of it for
 * bytes.
 */
export function isShared(memory: ArrayBufferLike): memory is SharedArrayBuffer {
  return memory[Symbol.toStringTag] === 'SharedArrayBuffer';
}
