/**
 * Callers' faults: what a host did wrong is thrown, before anything has been written or changed, as an error with a stable
 * code and a message that says what came, what is wanted and by which rule. What a peer did wrong is a value, see faults.ts.
 */
import type { FaultCode } from './faults.js';

/**
 * The stable, machine-readable name of a caller's fault: the `code` of the error that is thrown. Who breaks a rule that a peer can
 * break too is told its name: `INVALID_UTF8`, `CLOSE_CODE_INVALID`, `CONTROL_TOO_LONG` and so on.
 */
export type MisuseCode =
  | FaultCode
  /** Something else where a Uint8Array is wanted. */
  | 'NOT_BYTES'
  /** Something else where a string is wanted. */
  | 'NOT_TEXT'
  /** A range does not lie within its bytes, or there is no room for what is to be written. */
  | 'RANGE_INVALID'
  /** There is no such option. */
  | 'OPTION_UNKNOWN'
  /** An option has a value that makes no sense. */
  | 'OPTION_INVALID'
  /** A sink is none, or hears nothing of the messages as they are delivered. */
  | 'SINK_INVALID'
  /** Extensions that cannot work together (RFC 6455 9.1), or one that gave what is no message. */
  | 'EXTENSIONS_INVALID'
  /** No frame can be made of it: an opcode that begins no message, a payload length that is none (RFC 6455 5.2). */
  | 'FRAME_INVALID'
  /** A reason of a Close that is no string, too long, or without a code (RFC 6455 5.5.1). */
  | 'CLOSE_REASON_INVALID'
  /** A masking key that is none: not an integer of 32 bits (RFC 6455 5.3). */
  | 'KEY_INVALID'
  /** A sink has transferred away the memory of a chunk that was not read to its end. */
  | 'CHUNK_TRANSFERRED'
  /** The runtime has no source of random bytes, and a client was given none. */
  | 'NO_RANDOM'
  /** The runtime has no `EventTarget` or no `Event`, which a `WebSocket` needs. */
  | 'NO_EVENT_TARGET'
  /** An allocator gave what was not asked for. */
  | 'ALLOCATION_INVALID'
  /** Not now: a message in fragments is under way, or has ended (RFC 6455 5.4). */
  | 'MESSAGE_UNDER_WAY'
  | 'MESSAGE_ENDED'
  /** A message for a connection that is closing or has ended (RFC 6455 5.5.1). */
  | 'CONNECTION_CLOSING'
  /** A call that must not be made from inside of the callback it was made from. */
  | 'CALLED_INSIDE'
  /** An entry that another wheel of deadlines made, or none at all. */
  | 'ENTRY_INVALID';

/** A caller's fault, as it is thrown: a TypeError, RangeError or Error with a {@link MisuseCode}. */
export interface MisuseError extends Error {
  readonly code: MisuseCode;
}

/**
 * Makes the error for a caller's fault.
 *
 * @param kind - `TypeError`, `RangeError` or `Error`
 * @param message - a sentence: what is wanted, and what came
 * @returns the error, to be thrown
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { misuse } from '@sanssocket/codec/options';
 *
 * const error = misuse(TypeError, 'OPTION_INVALID', 'level is a number, not a string');
 * assert.equal(error.code, 'OPTION_INVALID');
 * ```
 */
export function misuse(kind: new (message: string) => Error, code: MisuseCode, message: string): MisuseError {
  return Object.assign(new kind(message), { code });
}

/**
 * A value in words, for the message of an error: what came in place of what is wanted.
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

/**
 * Whether a value is a Uint8Array, of whichever realm (frames, `node:vm`, test environments); a
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
 * @throws TypeError for anything but a Uint8Array: a number would be a length (advisory K12), another view has another
 * element size (K13); and for one whose memory has been transferred away, which would pass for one
 * without bytes
 */
export function requireBytes(value: unknown, what = 'a payload'): asserts value is Uint8Array {
  if (!isBytes(value)) throw misuse(TypeError, 'NOT_BYTES', `${what} is a Uint8Array, not ${inWords(value)}`);
  if (value.length === 0 && isDetached(value.buffer)) {
    throw misuse(
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
  throw misuse(RangeError, 'RANGE_INVALID', `no range of ${bytes.length} bytes: ${start} to ${end}`);
}
