/** Masking in place: our default kernel against bufferutil's native one. */
import { keyFromBytes, mask } from '@sanssocket/mask';
import bufferutil from 'bufferutil';
import { makePayload, randomSource } from '../frames.mjs';
import { perOperation } from '../runner.mjs';
import { assertSame } from '../tally.mjs';

/** @type {[name: string, bytes: number][]} */
const SIZES = [
  ['64B', 64],
  ['1KiB', 1024],
  ['16KiB', 16384],
];

/** Bytes masked in one pass: calls enough to make the loop around them cheap. */
const PASS_BYTES = 65536;

/**
 * @param {number} bytes
 * @returns {import('../runner.mjs').Subject}
 */
function prepare(bytes) {
  const random = randomSource(bytes);
  const original = makePayload('bytes', bytes, random);
  const keyBytes = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const key = keyFromBytes(keyBytes);
  const calls = Math.max(1, Math.min(1000, PASS_BYTES / bytes));
  const sides = { ours: Buffer.allocUnsafeSlow(bytes), theirs: Buffer.allocUnsafeSlow(bytes) };
  const ours = () => {
    for (let i = 0; i < calls; i++) mask(sides.ours, 0, bytes, sides.ours, 0, key);
  };
  const theirs = () => {
    for (let i = 0; i < calls; i++) bufferutil.unmask(sides.theirs, keyBytes);
  };
  return {
    ours: perOperation(ours, calls),
    theirs: perOperation(theirs, calls),
    verify: () => {
      const expected = Buffer.from(original.map((byte, i) => byte ^ keyBytes[i & 3]));
      sides.ours.set(original);
      sides.theirs.set(original);
      mask(sides.ours, 0, bytes, sides.ours, 0, key);
      bufferutil.unmask(sides.theirs, keyBytes);
      assertSame([sides.ours], [sides.theirs], [expected]);
    },
  };
}

/** @type {import('../runner.mjs').Case[]} */
export const maskCases = SIZES.map(([name, bytes]) => ({
  id: `mask/${name}`,
  peer: 'bufferutil',
  unit: 'ns/call',
  prepare: () => prepare(bytes),
}));
