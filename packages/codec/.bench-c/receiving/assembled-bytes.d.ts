/** A message in parts whose bytes are wanted: binary, text as a span, or whatever an extension has to decode. */
import { type ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import { type MessageOpcode } from '../rules/opcodes.js';
import { IncomingMessage } from './incoming-message.js';
/** Its bytes, put together. */
export declare class AssembledBytes extends IncomingMessage {
    #private;
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: AssembledBytes;
    constructor(config: ConnectionConfig<Delivery>, opcode: MessageOpcode, first: number, encoded: boolean);
    add(bytes: Uint8Array, start: number, end: number, key: number, atMost: number): number;
    /** All its bytes, the caller's to keep. */
    toBytes(): Uint8Array;
    deliver(sink: AnySink): boolean;
    release(): void;
}
//# sourceMappingURL=assembled-bytes.d.ts.map