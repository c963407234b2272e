/** What is held, measured. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** Collects garbage, now. */
export const gc = runInNewContext('gc') as () => void;

/** Bytes in use, in V8's heap and in array buffers. */
function inUse(): number {
  gc();
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

let _kept: unknown;

/** How much more is in use after a call than before, while what it returns is kept. */
export function held(call: () => unknown): number {
  const before = inUse();
  _kept = call();
  const after = inUse();
  _kept = undefined;
  return after - before;
}
