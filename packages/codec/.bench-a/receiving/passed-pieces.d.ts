/** A message whose pieces are passed on as they come, and kept by nobody: only a character that a piece cuts is held back. */
import { type ConnectionConfig } from '../agreed/connection-config.js';
import type { AnySink, Delivery } from '../agreed/connection-sink.js';
import { type MessageOpcode } from '../rules/opcodes.js';
import { IncomingMessage } from './incoming-message.js';
/** Its pieces, passed on. */
export declare class PassedPieces extends IncomingMessage {
    #private;
    /** Kept for V8, see `Frame.kept`. */
    static readonly kept: PassedPieces;
    constructor(config: ConnectionConfig<Delivery>, sink: AnySink, opcode: MessageOpcode, first: number);
    add(bytes: Uint8Array, start: number, end: number, key: number): number;
    deliver(sink: AnySink): boolean;
    release(): void;
}
//# sourceMappingURL=passed-pieces.d.ts.map