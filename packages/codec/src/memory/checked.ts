/**
 * Ownership of memory that can be checked. With `CHECKED` on, bytes that nobody may read any more are overwritten the moment
 * that is so, and giving the same memory back twice throws. It is off in what is published: V8 and bundlers then drop every
 * check, as the constant is known to them. The project's tests run with it on (vitest.config.ts turns it on in this file).
 */

/** Whether ownership is checked. */
export const CHECKED: boolean = false;

/** What stands where nobody may read any more: no ASCII, no UTF-8 by itself, no valid first byte of a frame. */
export const POISON = 0xdb;

/** Memory of this package's own that is lent for the length of a call, or given back: what may be overwritten. */
const own = new WeakSet<Uint8Array>();
/** Memory that has been given back and not been lent since. */
const returned = new WeakSet<object>();

/** Declares memory this package's own. */
export function declareOwn(bytes: Uint8Array): void {
  own.add(bytes);
}

/** Overwrites a range if it is in memory of this package's own. A host's bytes are left alone. */
export function poisonOwn(bytes: Uint8Array, start: number, end: number): void {
  if (own.has(bytes)) bytes.fill(POISON, start, end);
}

/** Overwrites the beginning of memory that has no reader any more, by default all of it. */
export function poison(bytes: Uint8Array, end: number = bytes.length): void {
  bytes.fill(POISON, 0, end);
}

/** Notes that a thing has been lent. */
export function noteLent(thing: object): void {
  returned.delete(thing);
}

/** Notes that a thing has been given back. */
export function noteReturned(thing: object): void {
  refuseReturned(thing);
  returned.add(thing);
}

/** Throws if a thing has been given back, and not been lent since. */
export function refuseReturned(thing: object): void {
  if (returned.has(thing)) throw new Error('given back twice');
}
