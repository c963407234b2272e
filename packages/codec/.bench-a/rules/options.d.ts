/** @throws TypeError for options that are no object, or for a name that is not an option's: a typo would change nothing */
export declare function requireKnown(options: object, known: readonly string[]): void;
/** @throws TypeError unless a value is one of a few */
export declare function requireOneOf(name: string, value: unknown, allowed: readonly string[]): void;
/** @throws TypeError unless a value is of a type */
export declare function requireType(name: string, value: unknown, type: 'boolean' | 'function'): void;
/** @throws RangeError unless `value` is an integer from 1 to 2^53 - 1 */
export declare function positiveInteger(name: string, value: number): number;
/** @throws RangeError unless `value` is a number that can be a time */
export declare function requireTime(name: string, value: number): number;
//# sourceMappingURL=options.d.ts.map