/**
 * A text in parts whose string is wanted. What comes in long pieces is decoded as it comes, which validates it too: 1 MiB of
 * mixed text takes half the time it takes to collect, validate and then decode it. Short pieces wait until they are many.
 */
import { type ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import { IncomingMessage } from './incoming-message.js';
/** Its string, put together. */
export declare class AssembledText extends IncomingMessage {
    #private;
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: AssembledText;
    constructor(config: ConnectionConfig<Delivery>, first: number);
    add(bytes: Uint8Array, start: number, end: number, key: number, atMost: number): number;
    deliver(sink: AnySink): boolean;
    release(): void;
}
//# sourceMappingURL=assembled-text.d.ts.map