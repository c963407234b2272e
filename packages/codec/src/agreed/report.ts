/**
 * What becomes of what a sink's methods throw, and of the promises that they return: an exception passes through the call of the
 * host's that is under way. Where there is none, or that has another exception to throw already, and for rejections, which come
 * when nobody waits for them, there is the sink's `error`.
 */
import type { AnySink, ControlSink } from './connection-sink.js';
import { isPromise } from './extension.js';

/** The machine that hosts a connection, for what happens outside of its calls. */
export interface OutsideHost {
  /** Makes a call in which the sink may be called and output come into being. */
  outside(call: () => void): void;
  /** Something has thrown outside of any call, or rejected, and has been reported. */
  threw(): void;
}

/** A sink, and where what its methods return is looked at. */
export interface Caller {
  readonly sink: AnySink;
  /** A method has returned this: if it is a promise, its rejection is told of as an exception is. */
  follow(returned: object): void;
}

/** A method of the sink's has returned. Most give nothing, or whatever a command gave: 1 ns. */
export function called(caller: Caller, returned: unknown): void {
  if (typeof returned === 'object' && returned !== null) caller.follow(returned);
}

/** Calls back with what a promise is rejected with; anything else that was returned has no meaning. */
export function onRejection(returned: unknown, rejected: (error: unknown) => void): void {
  if (isPromise(returned)) Promise.resolve(returned).then(undefined, rejected);
}

/** Tells of an exception. The terminal event is no reason not to: `closed` itself may be what threw. */
export function report(sink: ControlSink, thrown: unknown): void {
  let error = thrown;
  try {
    if (sink.error !== undefined) {
      // What it returns is looked at by nobody: a rejection is the runtime's, as an exception is.
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
