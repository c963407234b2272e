/** What files of properties use of vitest: tests are kept, to be run one by one. */

type Run = () => unknown;

/** The tests of the files that have been loaded, by name. */
export const tests: [name: string, run: Run][] = [];

let prefix = '';

function group(name: string, body: Run): void {
  const outer = prefix;
  prefix += `${name} > `;
  body();
  prefix = outer;
}

function add(name: string, run: Run): void {
  tests.push([prefix + name, run]);
}

/** The form with a list: each item, or each list of arguments, once. */
function each<Arguments>(
  one: (name: string, run: Run) => void,
): (items: readonly Arguments[]) => (name: string, run: (...item: unknown[]) => unknown) => void {
  return (items) => (name, run) => {
    for (const item of items) {
      const values = Array.isArray(item) ? item : [item];
      one(name.replace('%s', String(values[0])), () => run(...values));
    }
  };
}

export const describe: typeof group & { each: ReturnType<typeof each> } = Object.assign(group, {
  each: each(group),
});
export const it: typeof add & { each: ReturnType<typeof each> } = Object.assign(add, { each: each(add) });
export const test: typeof it = it;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** Whether two values have the same content. A member that is undefined is none; with `part` the second may leave members out. */
export function isSame(actual: unknown, expected: unknown, part = false): boolean {
  if (Object.is(actual, expected)) return true;
  if (!(isObject(actual) && isObject(expected))) return false;
  if (actual instanceof Uint8Array && expected instanceof Uint8Array)
    return actual.length === expected.length && actual.every((byte, i) => byte === expected[i]);
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  if (Array.isArray(actual) && Array.isArray(expected) && actual.length !== expected.length) return false;
  const keys = part ? Object.keys(expected) : [...Object.keys(actual), ...Object.keys(expected)];
  return keys.every((key) => isSame(actual[key], expected[key], part));
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 300);
}

interface Matchers {
  toBe(expected: unknown): void;
  toBeGreaterThan(expected: number): void;
  toBeUndefined(): void;
  toEqual(expected: unknown): void;
  toMatchObject(expected: unknown): void;
  toThrow(expected: string | RegExp | (new (...given: never[]) => unknown)): void;
}

export function expect(actual: unknown, message = ''): Matchers {
  const demand = (holds: boolean, expected: unknown): void => {
    if (!holds) throw new Error(`${message} ${shown(actual)} instead of ${shown(expected)}`);
  };
  return {
    toBe: (expected) => demand(Object.is(actual, expected), expected),
    toBeGreaterThan: (expected) => demand((actual as number) > expected, expected),
    toBeUndefined: () => demand(actual === undefined, undefined),
    toEqual: (expected) => demand(isSame(actual, expected), expected),
    toMatchObject: (expected) => demand(isSame(actual, expected, true), expected),
    toThrow(expected) {
      let thrown: unknown;
      try {
        (actual as Run)();
      } catch (error) {
        thrown = error;
      }
      demand(thrown instanceof Error, expected);
      const { message: text } = thrown as Error;
      if (typeof expected === 'string') demand(text.includes(expected), expected);
      else if (expected instanceof RegExp) demand(expected.test(text), expected);
      else demand(thrown instanceof expected, expected);
    },
  };
}
