/** Incoming messages on their way through the extensions: one at a time, and reading waits for it (RFC 6455 section 9). */
import { type Decoded, type ExtensionChain } from '../agreed/extension.js';
import type { MessageOpcode } from '../rules/opcodes.js';
/** Whoever hosts a connection, for what an asynchronous extension causes outside of the host's calls. */
export interface OutsideHost {
    /** Makes a call in which the sink may be called and output come into being. */
    outside(call: () => void): void;
    /** Something has thrown in it, and has been reported. */
    threw(): void;
}
/** The decoder of one connection; a connection without extensions has none. */
export declare class MessageDecoder {
    #private;
    /** Whether the sink is called outside of any call of the host's, because an asynchronous extension has finished. */
    outside: boolean;
    /** Null where an application hosts the connection by itself. */
    host: OutsideHost | null;
    /** @param onReady - an asynchronous extension has finished, and its message has been handed back: go on with it */
    constructor(chain: ExtensionChain, onReady: () => void);
    /** Whether an extension is at work on a message: what follows has to wait. */
    get waiting(): boolean;
    /** Whether some extension has to decode a message with this first byte. */
    applies(first: number): boolean;
    /**
     * Decodes a message.
     *
     * @param handBack - gets the result, now or later
     * @returns true for later
     */
    decode(message: Uint8Array, first: number, opcode: MessageOpcode, maxBytes: number, handBack: (decoded: Decoded) => void): boolean;
    /** Lets the extensions release what they hold. */
    close(): void;
}
//# sourceMappingURL=message-decoder.d.ts.map