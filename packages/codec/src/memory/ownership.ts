/**
 * Ownership of memory that can be checked. These functions do nothing in the published package:
 * bundlers drop calls of functions without a body, and V8 inlines them. The project's tests load
 * test/memory/ownership.ts in place of this file (vitest.config.ts sees to that): bytes without a
 * reader are then overwritten at once, and giving the same memory back twice throws.
 */

/**
 * Declares memory this package's own: it is lent for the length of a call, so it may be
 * overwritten after.
 */
export function declareOwn(_bytes: Uint8Array): void {}

/**
 * A borrowed range has been given back. It is overwritten if it is in memory of this package's
 * own; a caller's is left alone.
 */
export function poisonOwn(_bytes: Uint8Array, _start: number, _end: number): void {}

/** The beginning of memory has no reader any more. */
export function poison(_bytes: Uint8Array, _end: number): void {}

/** A thing has been lent. */
export function noteLent(_thing: object): void {}

/** A thing has been given back: not for the second time. */
export function noteReturned(_thing: object): void {}

/** A thing has not been given back, or has been lent again since. */
export function refuseReturned(_thing: object): void {}
