/**
 * One buffer for all connections of a realm, for unmasked bytes that are needed only during a call: nothing is allocated
 * for a message whose bytes nobody keeps.
 */
const SCRATCH_BYTES = 0x1_0000;

let free: Uint8Array | null = null;

/**
 * Takes the scratch buffer, or a new one while it is taken (a sink may feed another connection) or too small.
 *
 * @returns at least `bytes` bytes; give it back with {@link giveBack}
 */
export function borrow(bytes: number): Uint8Array {
  const scratch = free;
  if (scratch === null || bytes > SCRATCH_BYTES) return new Uint8Array(Math.max(bytes, SCRATCH_BYTES));
  free = null;
  return scratch;
}

/** Gives a borrowed buffer back. */
export function giveBack(scratch: Uint8Array): void {
  if (scratch.length === SCRATCH_BYTES) free = scratch;
}
