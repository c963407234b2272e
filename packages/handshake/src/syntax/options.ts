/** Checks of what callers give: options and other arguments, before anything is made of them. */
import { inWords, misuse } from './misuse.js';

/**
 * What is given as options has names of options only: a typo would change nothing, and nobody would know. Callers then take it apart
 * at once, so that each option is read once, whether it is the object's own, inherited or computed.
 *
 * @throws TypeError for what is no object (`OPTION_INVALID`), or for another name (`OPTION_UNKNOWN`)
 */
export function requireKnown<Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
): void {
  if (typeof options !== 'object' || options === null) {
    throw misuse(TypeError, 'OPTION_INVALID', `options are an object, not ${inWords(options)}`);
  }
  for (const name in options) {
    if ((names as readonly string[]).includes(name)) continue;
    throw misuse(TypeError, 'OPTION_UNKNOWN', `there is no option '${name}'; there are ${names.join(', ')}`);
  }
}

/** A limit a caller gave, or `fallback`; throws RangeError for one that is not a finite whole number from 1. */
export function checkedLimit(name: string, limit: number | undefined, fallback: number): number {
  const value = limit === undefined ? fallback : limit;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw misuse(RangeError, 'OPTION_INVALID', `${name} must be a positive integer, not ${inWords(value)}`);
}

/** @throws TypeError (`OPTION_INVALID`) unless an option is of a type, or not given */
export function requireOption(name: string, value: unknown, type: 'boolean' | 'function'): void {
  if (value === undefined || typeof value === type) return;
  throw misuse(TypeError, 'OPTION_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}

/** @throws TypeError (`ARGUMENT_INVALID`) unless a value is of a type */
export function requireType(name: string, value: unknown, type: 'string' | 'boolean' | 'function'): void {
  if (typeof value === type) return;
  throw misuse(TypeError, 'ARGUMENT_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}

/** @throws TypeError (`ARGUMENT_INVALID`) unless a value is an array of strings: a string alone would be taken letter by letter */
export function requireStrings(name: string, value: readonly string[]): void {
  if (isStrings(value)) return;
  const got = Array.isArray(value) ? 'one with something else in it' : inWords(value);
  throw misuse(TypeError, 'ARGUMENT_INVALID', `${name}: an array of strings is wanted, not ${got}`);
}

/** Whether a value is an array of strings. */
export function isStrings(value: unknown): value is string[] {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (typeof value[i] !== 'string') return false;
  return true;
}
