/** A message sent piece by piece, one fragment a piece (RFC 6455 5.4). */

import { EMPTY, requireByteRange, type Slice } from '../memory/bytes.js';
import { isBytes, usageError } from '../wire/errors.js';
import { type MessageOpcode, TEXT } from '../wire/opcodes.js';
import { encodeUtf8, isHighSurrogate, UTF8_BOUNDARY, validateUtf8 } from '../wire/utf8.js';
import type { MessageSender } from './sender.js';

/**
 * A message under way: `connection.textWriter()` or `connection.binaryWriter()` gave it. Control frames may be sent between
 * its pieces, other messages not before {@link MessageWriter.end}.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection } from '@sanssocket/codec';
 *
 * const server = new Connection({ role: 'server' }, {});
 * const message = server.textWriter();
 * message.write('Hel');
 * server.ping();
 * message.end('lo');
 * assert.deepEqual(
 *   [...server.dataToSend()!],
 *   [0x01, 3, 0x48, 0x65, 0x6c, 0x89, 0, 0x80, 2, 0x6c, 0x6f],
 * );
 * ```
 */
export class MessageWriter {
  readonly #sender: MessageSender;
  readonly #opcode: MessageOpcode;
  readonly #compress: boolean | undefined;
  #first = true;
  #ended = false;
  /** The first half of a surrogate pair that a piece ended with: a character is never cut into U+FFFDs. */
  #heldUnit = '';
  #utf8 = UTF8_BOUNDARY;

  /** @internal `Connection` makes these */
  constructor(sender: MessageSender, opcode: MessageOpcode, compress: boolean | undefined) {
    this.#sender = sender;
    this.#opcode = opcode;
    this.#compress = compress;
  }

  /**
   * Sends a piece as one fragment.
   *
   * @param piece - copied. A string for text (a character may be cut by the border of two pieces), bytes or a range of some for
   * binary; for text they must be UTF-8, checked across pieces. A sink's `piece` gets such a range: a relay writes it as it is
   * @returns false if the connection is closing, and nothing was sent
   * @throws TypeError for another kind of piece (`NOT_BYTES`) or bytes that are not UTF-8 (`INVALID_UTF8`), RangeError for a range
   * outside of its bytes (`RANGE_INVALID`), Error after the end (`MESSAGE_ENDED`) or inside of another message
   * (`MESSAGE_IN_PROGRESS`); nothing is written then
   */
  write(piece: string | Uint8Array | Slice): boolean {
    return this.#send(piece, false);
  }

  /**
   * Sends the last fragment.
   *
   * @param piece - as for {@link MessageWriter.write}; empty by default
   * @returns false if the connection is closing, and nothing was sent
   * @throws as {@link MessageWriter.write}; TypeError (`INVALID_UTF8`) too if the text would end inside a character
   */
  end(piece: string | Uint8Array | Slice = this.#opcode === TEXT ? '' : EMPTY): boolean {
    return this.#send(piece, true);
  }

  #send(given: string | Uint8Array | Slice, last: boolean): boolean {
    if (this.#ended) throw usageError(Error, 'MESSAGE_ENDED', 'this message has ended: begin another');
    const { closing, fragmenting } = this.#sender;
    // Before the piece is looked at: what was refused can be sent again.
    if (this.#first && fragmenting && !closing) {
      throw usageError(
        Error,
        'MESSAGE_IN_PROGRESS',
        'another message in fragments is under way: end it first (RFC 6455 5.4)',
      );
    }
    const piece = this.#opcode === TEXT ? this.#text(given, last) : rangeOf(given, UTF8_BOUNDARY);
    if (!closing) {
      const position = { opcode: this.#opcode, first: this.#first, last, compress: this.#compress };
      this.#sender.fragment(piece.bytes, piece.start, piece.end, position, typeof given === 'string');
      this.#first = false;
    }
    // Nothing throws any more: what has been sent is noted.
    this.#utf8 = piece.utf8;
    this.#heldUnit = piece.heldUnit;
    this.#ended = last;
    // An extension may have closed the connection while it encoded.
    return !closing && !this.#sender.closed;
  }

  #text(given: string | Uint8Array | Slice, last: boolean): Piece {
    if (typeof given === 'string') {
      if (this.#utf8 !== UTF8_BOUNDARY)
        throw cutCharacter('a string after bytes that end inside of a character');
      const text = this.#heldUnit + given;
      const cut = !last && text.length > 0 && isHighSurrogate(text.charCodeAt(text.length - 1));
      const whole = cut ? text.length - 1 : text.length;
      const bytes = encodeUtf8(text.substring(0, whole));
      return { bytes, start: 0, end: bytes.length, utf8: UTF8_BOUNDARY, heldUnit: text.substring(whole) };
    }
    const piece = rangeOf(given, UTF8_BOUNDARY);
    if (this.#heldUnit !== '') throw cutCharacter('bytes after a string that ends inside of a character');
    const utf8 = validateUtf8(piece.bytes, piece.start, piece.end, this.#utf8);
    if (utf8 < 0) throw cutCharacter(`a text is UTF-8 (RFC 6455 8.1): wrong at byte ${~utf8 - piece.start}`);
    if (last && utf8 !== UTF8_BOUNDARY) throw cutCharacter('the text ends inside of a character');
    return { ...piece, utf8 };
  }
}

/** A piece to be sent, and where the text stands behind it. */
interface Piece extends Slice {
  /** The validator's state. */
  readonly utf8: number;
  /** The first half of a surrogate pair that the piece ended with. */
  readonly heldUnit: string;
}

function cutCharacter(message: string): Error {
  return usageError(TypeError, 'INVALID_UTF8', message);
}

function rangeOf(given: string | Uint8Array | Slice, utf8: number): Piece {
  if (isBytes(given)) return { bytes: given, start: 0, end: given.length, utf8, heldUnit: '' };
  return { ...requireByteRange(given), utf8, heldUnit: '' };
}
