/** Exceptions that there is nobody to throw at: no call of the host's is under way, or it has another one to throw already. */
import type { ControlSink } from './connection-sink.js';
/**
 * Tells of an exception.
 *
 * @param sink - which may have a method for it; undefined once it is not to be called any more
 */
export declare function report(sink: ControlSink | undefined, thrown: unknown): void;
//# sourceMappingURL=report.d.ts.map