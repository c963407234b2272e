/** Exceptions that there is nobody to throw at: no call of the host's is under way, or it has another one to throw already. */
import type { ControlSink } from './connection-sink.js';

/**
 * Tells of an exception.
 *
 * @param sink - which may have a method for it; undefined once it is not to be called any more
 */
export function report(sink: ControlSink | undefined, thrown: unknown): void {
  let error = thrown;
  try {
    if (sink?.error !== undefined) {
      sink.error(error);
      return;
    }
  } catch (another) {
    error = another;
  }
  if (typeof reportError === 'function') reportError(error);
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}
