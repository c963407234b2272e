/** A message sent piece by piece, one fragment a piece (RFC 6455 5.4). */

import { requireBytes } from './frame-writer.js';
import { EMPTY } from './memory/bytes.js';
import type { MessageSender } from './message-sender.js';
import { type MessageOpcode, TEXT } from './opcodes.js';
import { encodeUtf8, isHighSurrogate } from './text.js';
import { UTF8_BOUNDARY, validateUtf8 } from './utf8.js';

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
    const payload = this.#opcode === TEXT ? this.#text(piece, last) : requireBinary(piece);
    this.#ended = last;
    if (closing) return false;
    this.#sender.fragment(payload, { opcode: this.#opcode, first: this.#first, last });
    this.#first = false;
    return true;
  }

  #text(piece: string | Uint8Array, last: boolean): Uint8Array {
    if (typeof piece === 'string') {
      if (this.#utf8 !== UTF8_BOUNDARY)
        throw new TypeError('a string after bytes that end inside a character');
      let text = this.#heldUnit + piece;
      const cut = !last && text.length > 0 && isHighSurrogate(text.charCodeAt(text.length - 1));
      this.#heldUnit = cut ? text.slice(-1) : '';
      if (cut) text = text.slice(0, -1);
      return encodeUtf8(text);
    }
    requireBytes(piece);
    if (this.#heldUnit !== '') throw new TypeError('bytes after a string that ends inside a character');
    const state = validateUtf8(piece, 0, piece.length, this.#utf8);
    if (state < 0 || (last && state !== UTF8_BOUNDARY)) throw new TypeError('the bytes of a text are UTF-8');
    this.#utf8 = state;
    return piece;
  }
}

function requireBinary(piece: unknown): Uint8Array {
  requireBytes(piece);
  return piece;
}
