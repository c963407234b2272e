/**
 * One buffer for all connections of a realm, for unmasked bytes that are needed only during a call: nothing is allocated
 * for a message whose bytes nobody keeps.
 */

/** A borrowed buffer, and a view of the whole of it. */
export interface Scratch {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

const SCRATCH_BYTES = 0x1_0000;

let free: Scratch | null = null;

/**
 * Takes the scratch buffer, or a new one while it is taken (a sink may feed another connection) or too small.
 *
 * @returns at least `bytes` bytes; give it back with {@link giveBack}
 */
export function borrow(bytes: number): Scratch {
  const scratch = free;
  if (scratch !== null && bytes <= SCRATCH_BYTES) {
    free = null;
    return scratch;
  }
  const buffer = new ArrayBuffer(Math.max(bytes, SCRATCH_BYTES));
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}

/** Gives a borrowed buffer back. */
export function giveBack(scratch: Scratch): void {
  if (scratch.bytes.length === SCRATCH_BYTES) free = scratch;
}
