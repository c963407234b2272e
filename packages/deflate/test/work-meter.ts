// Counts work instead of time: bytes allocated, copied, taken and made by zlib and pako.
import { createInflateRaw } from 'node:zlib';

/** Bytes since {@link measure} began. */
let work = 0;

/** Adds work that this file cannot see. */
export function count(bytes: number): void {
  work += bytes;
}

type Method = (this: Uint8Array, ...args: number[]) => unknown;
type Methods = Record<string, Method>;

/** Replaces methods by such that count what they do first or afterwards; what is returned puts them back. */
function replace(target: object, replacements: Record<string, (original: Method) => Method>): () => void {
  const methods = target as Methods;
  const originals = Object.entries(replacements).map(([name, make]) => {
    const original = methods[name]!;
    methods[name] = make(original);
    return [name, original] as const;
  });
  return () => {
    for (const [name, original] of originals) methods[name] = original;
  };
}

function countArrays(): () => void {
  const names = ['Uint8Array', 'Uint16Array', 'Int32Array', 'Uint32Array'] as const;
  const originals = names.map((name) => globalThis[name]);
  for (const [i, name] of names.entries()) {
    const counted = new Proxy(originals[i]!, {
      construct(target, args: [unknown, ...unknown[]], newTarget) {
        const array = Reflect.construct(target, args, newTarget) as Uint8Array;
        // A view costs nothing.
        work += args[0] instanceof ArrayBuffer ? 0 : array.byteLength;
        return array;
      },
    });
    Object.assign(globalThis, { [name]: counted });
  }
  return () => {
    for (const [i, name] of names.entries()) Object.assign(globalThis, { [name]: originals[i] });
  };
}

function countCopies(): () => void {
  const result = (original: Method): Method =>
    function (...args) {
      const array = original.apply(this, args) as Uint8Array;
      work += array.byteLength;
      return array;
    };
  const range =
    (end: number) =>
    (original: Method): Method =>
      function (...args) {
        work += (args[end] ?? this.length) - (args[end - 1] ?? 0);
        return original.apply(this, args);
      };
  return replace(Object.getPrototypeOf(Uint8Array.prototype), {
    set: (original) =>
      function (...args) {
        work += (args[0] as unknown as Uint8Array).length;
        return original.apply(this, args);
      },
    slice: result,
    fill: range(2),
    copyWithin: range(2),
  });
}

/** The handle inside of Node's streams: what it took and made stands in an array that it is given when it is made. */
function countZlib(): () => void {
  const states = new WeakMap<object, Uint32Array>();
  const stream = createInflateRaw() as unknown as { readonly _handle: object };
  return replace(Object.getPrototypeOf(stream._handle), {
    init: (original) =>
      function (...args) {
        const state = args.find((arg) => (arg as unknown) instanceof Uint32Array);
        states.set(this, state as unknown as Uint32Array);
        return original.apply(this, args);
      },
    writeSync: (original) =>
      function (...args) {
        const returned = original.apply(this, args);
        const state = states.get(this);
        if (state === undefined) throw new Error('made before it was counted');
        work += args[3]! - state[1]! + args[6]! - state[0]!;
        return returned;
      },
  });
}

/** How many bytes of work something is. */
export async function measure(doIt: () => unknown): Promise<number> {
  const restore = [countZlib(), countCopies(), countArrays()];
  work = 0;
  try {
    await doIt();
  } finally {
    for (const put of restore.reverse()) put();
  }
  return work;
}
