/** Checks of options: callers' faults, thrown before anything is made. */
import { inWords, misuse } from './misuse.js';
/** @throws TypeError for options that are no object, or for a name that is not an option's: a typo would change nothing */
export function requireKnown(options, known) {
    if (typeof options !== 'object' || options === null) {
        throw misuse(TypeError, 'OPTION_INVALID', `options are an object, not ${inWords(options)}`);
    }
    for (const name in options) {
        if (known.includes(name))
            continue;
        throw misuse(TypeError, 'OPTION_UNKNOWN', `there is no option '${name}'; there are ${known.join(', ')}`);
    }
}
/** @throws TypeError unless a value is one of a few */
export function requireOneOf(name, value, allowed) {
    if (allowed.includes(value))
        return;
    const got = typeof value === 'string' ? `'${value}'` : inWords(value);
    throw misuse(TypeError, 'OPTION_INVALID', `${name} is '${allowed.join("' or '")}', not ${got}`);
}
/** @throws TypeError unless a value is of a type */
export function requireType(name, value, type) {
    if (typeof value === type)
        return;
    throw misuse(TypeError, 'OPTION_INVALID', `${name} is a ${type}, not ${inWords(value)}`);
}
/** @throws RangeError unless `value` is an integer from 1 to 2^53 - 1 */
export function positiveInteger(name, value) {
    if (Number.isSafeInteger(value) && value >= 1)
        return value;
    throw misuse(RangeError, 'OPTION_INVALID', `${name} must be a positive integer, not ${inWords(value)}`);
}
/** @throws RangeError unless `value` is a number that can be a time */
export function requireTime(name, value) {
    if (Number.isFinite(value))
        return value;
    throw misuse(RangeError, 'OPTION_INVALID', `${name} must be a finite number of milliseconds, not ${inWords(value)}`);
}
//# sourceMappingURL=options.js.map