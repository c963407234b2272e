/** In place of src/memory/checked.ts in all tests of sources: ownership of memory, checked. */

/** Whether it is this file that is loaded. */
export const CHECKED = true;

/** What stands where nobody may read any more: no ASCII, no UTF-8 by itself, no valid first byte of a frame. */
export const POISON = 0xdb;

const own = new WeakSet<Uint8Array>();
/** What has been given back and not been lent since. */
const returned = new WeakSet<object>();

export function declareOwn(bytes: Uint8Array): void {
  own.add(bytes);
}

export function poisonOwn(bytes: Uint8Array, start: number, end: number): void {
  // Memory that a sink has transferred away has no readers.
  if (own.has(bytes) && bytes.length > 0) bytes.fill(POISON, start, end);
}

export function poison(bytes: Uint8Array, end: number): void {
  if (bytes.length > 0) bytes.fill(POISON, 0, end);
}

export function noteLent(thing: object): void {
  returned.delete(thing);
}

export function noteReturned(thing: object): void {
  refuseReturned(thing);
  returned.add(thing);
}

export function refuseReturned(thing: object): void {
  if (returned.has(thing)) throw new Error('given back twice');
}
