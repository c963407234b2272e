import { type MessageOpcode } from '../rules/opcodes.js';
/**
 * A message ready to be queued on any number of connections with `connection.sendPrepared`. A server without extensions
 * queues the same bytes everywhere, by reference; one whose extension promises the same bytes for many connections
 * (permessage-deflate without context takeover does) encodes it once for those; a client masks it with a fresh key each time.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, PreparedMessage } from '@sanssocket/codec';
 *
 * const news = PreparedMessage.text('news');
 * const connections = [1, 2].map(() => new Connection({ role: 'server' }, {}));
 * for (const connection of connections) connection.sendPrepared(news);
 * const [a, b] = connections.map((connection) => connection.takeOutput());
 * assert.equal(a, b); // one array for all
 * ```
 */
export declare class PreparedMessage {
    #private;
    readonly opcode: MessageOpcode;
    /** The whole unmasked frame. Handed out by reference: not to be changed or transferred. */
    readonly frame: Uint8Array;
    /** The payload: the end of {@link PreparedMessage.frame}. */
    readonly payload: Uint8Array;
    private constructor();
    /**
     * Prepares a text message.
     *
     * @param text - a lone surrogate in it becomes U+FFFD
     * @throws TypeError for anything but a string
     */
    static text(text: string): PreparedMessage;
    /**
     * Prepares a binary message.
     *
     * @param bytes - copied
     * @throws TypeError for anything but a Uint8Array
     */
    static binary(bytes: Uint8Array): PreparedMessage;
}
//# sourceMappingURL=prepared-message.d.ts.map