/** A message sent piece by piece, one fragment a piece (RFC 6455 5.4). */
import { type ByteRange } from '../memory/span.js';
/**
 * A message under way: `connection.beginText()` or `connection.beginBinary()` gave it. Control frames may be sent between
 * its pieces, other messages not before {@link OutgoingMessage.end}.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 *
 * const server = new Connection({ role: 'server' }, {});
 * const message = server.beginText();
 * message.write('Hel');
 * server.ping();
 * message.end('lo');
 * assert.deepEqual(
 *   [...server.takeOutput()!],
 *   [0x01, 3, 0x48, 0x65, 0x6c, 0x89, 0, 0x80, 2, 0x6c, 0x6f],
 * );
 * ```
 */
export declare class OutgoingMessage {
    #private;
    /**
     * Sends a piece as one fragment.
     *
     * @param piece - copied. A string for text (a character may be cut by the border of two pieces), bytes or a range of some for
     * binary; for text they must be UTF-8, checked across pieces. A sink's `piece` gets such a range: a relay writes it as it is
     * @returns false if the connection is closing, and nothing was sent
     * @throws TypeError for another kind of piece (`NOT_BYTES`) or bytes that are not UTF-8 (`INVALID_UTF8`), RangeError for a range
     * outside of its bytes (`RANGE_INVALID`), Error after the end (`MESSAGE_ENDED`) or inside of another message
     * (`MESSAGE_UNDER_WAY`); nothing is written then
     */
    write(piece: string | Uint8Array | ByteRange): boolean;
    /**
     * Sends the last fragment.
     *
     * @param piece - as for {@link OutgoingMessage.write}; empty by default
     * @returns false if the connection is closing, and nothing was sent
     * @throws as {@link OutgoingMessage.write}; TypeError (`INVALID_UTF8`) too if the text would end inside a character
     */
    end(piece?: string | Uint8Array | ByteRange): boolean;
}
//# sourceMappingURL=outgoing-message.d.ts.map