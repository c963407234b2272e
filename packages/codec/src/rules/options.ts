/**
 * Checks of options: callers' faults, thrown before anything is made. Options are read once,
 * completely: an option may be the object's own, inherited, or a getter of a class, and nobody
 * looks at the object again.
 */
import { inWords, misuse } from './misuse.js';

/**
 * Refuses names that are no option's: a typo would change nothing.
 *
 * The object may inherit (`Object.create(defaults)`) or be an instance of a class with getters: all
 * that is enumerable is looked at, and every getter. Other methods of a class are its own affair.
 * The values are not read.
 *
 * @param options - as a caller gave them
 * @param known - the names that there are
 * @param noun - the thing that has a name: 'option' by default
 * @throws TypeError for options that are no object (`OPTION_INVALID`), or for a name that is not
 * known (`OPTION_UNKNOWN`)
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
  if (typeof options !== 'object' || options === null) {
    throw misuse(TypeError, 'OPTION_INVALID', `${noun}s are an object, not ${inWords(options)}`);
  }
  // Nearly all options are a plain object without a typo: what follows takes ten times as long.
  if (Object.getPrototypeOf(options) === Object.prototype && areKnown(options, known)) return;
  let next: object | null;
  for (let at: object = options; ; at = next) {
    next = Object.getPrototypeOf(at) as object | null;
    // `Object.prototype`, of whichever realm, is nobody's option.
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
  return misuse(TypeError, 'OPTION_UNKNOWN', `there is no ${noun} '${name}'; there are ${names}`);
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
 * Refuses what is not one of a few words.
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
 * assert.throws(() => requireOneOf('whenOver', 'fial', words), /is 'fail' or 'refuse', not 'fial'/);
 * ```
 */
export function requireOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  const got = typeof value === 'string' ? `'${value}'` : inWords(value);
  throw misuse(TypeError, 'OPTION_INVALID', `${name} is '${allowed.join("' or '")}', not ${got}`);
}

/**
 * Refuses what is not of a type.
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
  throw misuse(TypeError, 'OPTION_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}

/**
 * Refuses what is not an integer of a range.
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
  throw misuse(RangeError, 'OPTION_INVALID', `${wanted}, not ${inWords(value)}`);
}

/** @throws RangeError unless `value` is an integer from 1 to 2^53 - 1 */
export function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw misuse(RangeError, 'OPTION_INVALID', `${name} must be a positive integer, not ${inWords(value)}`);
}

/** @throws RangeError unless `value` is a number that can be a time */
export function requireTime(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw misuse(
    RangeError,
    'OPTION_INVALID',
    `${name} must be a finite number of milliseconds, not ${inWords(value)}`,
  );
}
