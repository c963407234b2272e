/** A message that is sent in fragments (RFC 6455 5.4), one for each call of the caller's. */

import { EMPTY, requireByteRange, type Slice } from '../memory/bytes.js';
import { isBytes, usageError } from '../wire/errors.js';
import { type MessageOpcode, TEXT } from '../wire/opcodes.js';
import { encodeUtf8, isHighSurrogate, UTF8_BOUNDARY, validateUtf8 } from '../wire/utf8.js';
import { keptConfig } from './config.js';
import { MessageSender } from './sender.js';

/** No message begins inside of another one (RFC 6455 5.4). */
export function messageInProgress(): Error {
  return usageError(
    Error,
    'MESSAGE_IN_PROGRESS',
    'another message in fragments is under way: end it first (RFC 6455 5.4)',
  );
}

/**
 * A message under way, made by `connection.textWriter()` or `connection.binaryWriter()`. Control
 * frames may be sent between its fragments, other messages not before {@link MessageWriter.end}.
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
  /**
   * Kept for V8, see `Frame.kept`.
   *
   * @internal
   */
  static readonly kept: readonly MessageWriter[] = [
    /* @__PURE__ */ new MessageWriter(/* @__PURE__ */ new MessageSender(keptConfig), TEXT, undefined),
  ];

  readonly #sender: MessageSender;
  readonly #opcode: MessageOpcode;
  readonly #compress: boolean | undefined;
  #first = true;
  #ended = false;
  /**
   * The first half of a surrogate pair at the end of the last fragment: held back, so that a cut
   * character does not become two U+FFFDs.
   */
  #heldUnit = '';
  #utf8 = UTF8_BOUNDARY;

  /** @internal `Connection` makes writers */
  constructor(sender: MessageSender, opcode: MessageOpcode, compress: boolean | undefined) {
    this.#sender = sender;
    this.#opcode = opcode;
    this.#compress = compress;
  }

  /**
   * Sends one fragment.
   *
   * @param data - copied. For text a string, whose end may cut a surrogate pair, or UTF-8 bytes,
   * whose end may cut a character; for binary bytes. Bytes are a Uint8Array or a slice of one, such
   * as a relay gets in the handler `messageData`
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws TypeError for other data (`NOT_BYTES`), for bytes that are not UTF-8, and for a string
   * behind bytes that cut a character or the reverse (`INVALID_UTF8`); RangeError for a slice
   * outside of its bytes (`RANGE_INVALID`); Error after the end (`MESSAGE_ENDED`) or inside of
   * another message (`MESSAGE_IN_PROGRESS`). The exception of `allocate`, `mask`,
   * `generateMaskingKey` or an extension passes through. Nothing is sent then, and the call may be
   * made again
   *
   * RFC 6455 5.4, 5.6.
   */
  write(data: string | Uint8Array | Slice): boolean {
    return this.#send(data, false);
  }

  /**
   * Sends the last fragment, which ends the message.
   *
   * @param data - as for {@link MessageWriter.write}; empty by default
   * @returns false if the connection is closing or closed, and nothing was sent
   * @throws as {@link MessageWriter.write}; TypeError (`INVALID_UTF8`) also if the text would end
   * inside of a character of its bytes
   *
   * RFC 6455 5.4.
   */
  end(data: string | Uint8Array | Slice = this.#opcode === TEXT ? '' : EMPTY): boolean {
    return this.#send(data, true);
  }

  #send(given: string | Uint8Array | Slice, last: boolean): boolean {
    if (this.#ended) throw usageError(Error, 'MESSAGE_ENDED', 'this message has ended: begin another');
    const { closing, fragmenting } = this.#sender;
    // This check precedes the look at the data: refused data can be sent again.
    if (this.#first && fragmenting && !closing) throw messageInProgress();
    const data = this.#opcode === TEXT ? this.#text(given, last) : rangeOf(given, UTF8_BOUNDARY);
    if (!closing) {
      const position = { opcode: this.#opcode, first: this.#first, last, compress: this.#compress };
      this.#sender.fragment(data.bytes, data.start, data.end, position, typeof given === 'string');
      this.#first = false;
    }
    // Nothing throws any more: the state moves on behind the data that has been sent.
    this.#utf8 = data.utf8;
    this.#heldUnit = data.heldUnit;
    this.#ended = last;
    // An extension may have closed the connection while it encoded.
    return !closing && !this.#sender.closed;
  }

  #text(given: string | Uint8Array | Slice, last: boolean): FragmentBytes {
    if (typeof given === 'string') {
      if (this.#utf8 !== UTF8_BOUNDARY)
        throw cutCharacter('a string after bytes that end inside of a character');
      const text = this.#heldUnit + given;
      const cut = !last && text.length > 0 && isHighSurrogate(text.charCodeAt(text.length - 1));
      const whole = cut ? text.length - 1 : text.length;
      const bytes = encodeUtf8(text.substring(0, whole));
      return { bytes, start: 0, end: bytes.length, utf8: UTF8_BOUNDARY, heldUnit: text.substring(whole) };
    }
    const data = rangeOf(given, UTF8_BOUNDARY);
    if (this.#heldUnit !== '') throw cutCharacter('bytes after a string that ends inside of a character');
    const utf8 = validateUtf8(data.bytes, data.start, data.end, this.#utf8);
    if (utf8 < 0) throw cutCharacter(`a text is UTF-8 (RFC 6455 8.1): wrong at byte ${~utf8 - data.start}`);
    if (last && utf8 !== UTF8_BOUNDARY) throw cutCharacter('the text ends inside of a character');
    return { ...data, utf8 };
  }
}

/** The bytes of a fragment, and the state of the text behind them. */
interface FragmentBytes extends Slice {
  /** The validator's state. */
  readonly utf8: number;
  /** The first half of a surrogate pair at the end of the string. */
  readonly heldUnit: string;
}

function cutCharacter(message: string): Error {
  return usageError(TypeError, 'INVALID_UTF8', message);
}

function rangeOf(given: string | Uint8Array | Slice, utf8: number): FragmentBytes {
  if (isBytes(given)) return { bytes: given, start: 0, end: given.length, utf8, heldUnit: '' };
  return { ...requireByteRange(given), utf8, heldUnit: '' };
}
