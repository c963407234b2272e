/** A message encoded once for many connections (RFC 6455 5.2). */
import { frameHeaderBytes, writeFrameHeader } from '../rules/frame-header.js';
import { inWords, misuse, requireBytes } from '../rules/misuse.js';
import { BINARY, FIN, TEXT } from '../rules/opcodes.js';
import { encodeUtf8 } from '../rules/text.js';
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
export class PreparedMessage {
    opcode;
    /** The whole unmasked frame. Handed out by reference: not to be changed or transferred. */
    frame;
    /** The payload: the end of {@link PreparedMessage.frame}. */
    payload;
    /** The scope asked for last, and the frame for it: in a broadcast it is the same again and again. */
    #scope = null;
    #scopeFrame;
    #encoded = null;
    constructor(opcode, payload) {
        const frame = new Uint8Array(frameHeaderBytes(payload.length, false) + payload.length);
        const at = writeFrameHeader(frame, 0, FIN | opcode, payload.length, undefined);
        frame.set(payload, at);
        this.opcode = opcode;
        this.frame = frame;
        this.payload = frame.subarray(at);
    }
    /**
     * The frame as an extension has encoded it for all connections of a scope; undefined if it has not yet.
     *
     * @internal
     */
    frameFor(scope) {
        if (scope !== this.#scope) {
            this.#scopeFrame = this.#encoded?.get(scope);
            this.#scope = scope;
        }
        return this.#scopeFrame;
    }
    /**
     * Keeps a frame for {@link PreparedMessage.frameFor}.
     *
     * @internal
     */
    keepFrame(scope, frame) {
        this.#encoded ??= new WeakMap();
        this.#encoded.set(scope, frame);
        this.#scope = scope;
        this.#scopeFrame = frame;
    }
    /**
     * Prepares a text message.
     *
     * @param text - a lone surrogate in it becomes U+FFFD
     * @throws TypeError for anything but a string
     */
    static text(text) {
        if (typeof text !== 'string')
            throw misuse(TypeError, 'NOT_TEXT', `a text is a string, not ${inWords(text)}`);
        return new PreparedMessage(TEXT, encodeUtf8(text));
    }
    /**
     * Prepares a binary message.
     *
     * @param bytes - copied
     * @throws TypeError for anything but a Uint8Array
     */
    static binary(bytes) {
        requireBytes(bytes);
        return new PreparedMessage(BINARY, bytes);
    }
}
//# sourceMappingURL=prepared-message.js.map