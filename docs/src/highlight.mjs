/**
 * Calls a function while the clock stands still. The highlighter leaves a line as it is, and all that follows it in the wrong state,
 * if half a second has passed since it began: on a busy machine the first lines of a site, whose grammars are not compiled yet.
 *
 * @template T
 * @param {() => T} call
 * @returns {T}
 */
export function withStandingClock(call) {
  const { now } = Date;
  const then = now();
  Date.now = () => then;
  try {
    return call();
  } finally {
    Date.now = now;
  }
}
