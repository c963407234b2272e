/** A message sent piece by piece, one fragment a piece (RFC 6455 5.4). */

import { requireBytes } from '../frames/frame-writer.js';
import { EMPTY } from '../memory/bytes.js';
import { type MessageOpcode, TEXT } from '../rules/opcodes.js';
import { encodeUtf8, isHighSurrogate } from '../rules/text.js';
import { UTF8_BOUNDARY, validateUtf8 } from '../rules/utf8.js';
import type { MessageSender } from './message-sender.js';

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
export class OutgoingMessage {
  readonly #sender: MessageSender;
  readonly #opcode: MessageOpcode;
  #first = true;
  #ended = false;
  /** The first half of a surrogate pair that a piece ended with: a character is never cut into U+FFFDs. */
  #heldUnit = '';
  #utf8 = UTF8_BOUNDARY;

  /** @internal `Connection` makes these */
  constructor(sender: MessageSender, opcode: MessageOpcode) {
    this.#sender = sender;
    this.#opcode = opcode;
  }

  /**
   * Sends a piece as one fragment.
   *
   * @param piece - a string for text (a character may be cut by the border of two pieces), bytes for binary; bytes for
   * text must be UTF-8, checked across pieces. Bytes may be queued by reference: not to be changed until written out
   * @returns false if the connection is closing, and nothing was sent
   * @throws TypeError for another kind of piece or bytes that are not UTF-8, Error after the end; nothing is written then
   */
  write(piece: string | Uint8Array): boolean {
    return this.#send(piece, false);
  }

  /**
   * Sends the last fragment.
   *
   * @param piece - as for {@link OutgoingMessage.write}; empty by default
   * @returns false if the connection is closing, and nothing was sent
   * @throws as {@link OutgoingMessage.write}; TypeError too if the text would end inside a character
   */
  end(piece: string | Uint8Array = this.#opcode === TEXT ? '' : EMPTY): boolean {
    return this.#send(piece, true);
  }

  #send(piece: string | Uint8Array, last: boolean): boolean {
    if (this.#ended) throw new Error('this message has ended');
    const { closing, fragmenting } = this.#sender;
    // Before the piece is looked at: what was refused can be sent again.
    if (this.#first && fragmenting && !closing) throw new Error('another message in fragments is under way');
    const { payload, utf8, heldUnit } = this.#opcode === TEXT ? this.#text(piece, last) : binaryPiece(piece);
    if (!closing) {
      const position = { opcode: this.#opcode, first: this.#first, last };
      this.#sender.fragment(payload, position, typeof piece === 'string');
      this.#first = false;
    }
    // Nothing throws any more: what has been sent is noted.
    this.#utf8 = utf8;
    this.#heldUnit = heldUnit;
    this.#ended = last;
    // An extension may have closed the connection while it encoded.
    return !closing && !this.#sender.closed;
  }

  #text(piece: string | Uint8Array, last: boolean): Piece {
    if (typeof piece === 'string') {
      if (this.#utf8 !== UTF8_BOUNDARY)
        throw new TypeError('a string after bytes that end inside a character');
      const text = this.#heldUnit + piece;
      const cut = !last && text.length > 0 && isHighSurrogate(text.charCodeAt(text.length - 1));
      const whole = cut ? text.length - 1 : text.length;
      return {
        payload: encodeUtf8(text.substring(0, whole)),
        utf8: UTF8_BOUNDARY,
        heldUnit: text.substring(whole),
      };
    }
    requireBytes(piece);
    if (this.#heldUnit !== '') throw new TypeError('bytes after a string that ends inside a character');
    const utf8 = validateUtf8(piece, 0, piece.length, this.#utf8);
    if (utf8 < 0 || (last && utf8 !== UTF8_BOUNDARY)) throw new TypeError('the bytes of a text are UTF-8');
    return { payload: piece, utf8, heldUnit: '' };
  }
}

/** A piece to be sent, and where the text stands behind it. */
interface Piece {
  readonly payload: Uint8Array;
  /** The validator's state. */
  readonly utf8: number;
  /** The first half of a surrogate pair that the piece ended with. */
  readonly heldUnit: string;
}

function binaryPiece(piece: unknown): Piece {
  requireBytes(piece);
  return { payload: piece, utf8: UTF8_BOUNDARY, heldUnit: '' };
}
