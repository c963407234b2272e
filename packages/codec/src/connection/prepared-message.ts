/** A message that is encoded once for many connections (RFC 6455 5.2). */

import { EMPTY } from '../memory/bytes.js';
import { inWords, isBytes, type OwnBytes, requireBytes, usageError } from '../wire/errors.js';
import { frameHeaderBytes, writeFrameHeader } from '../wire/header.js';
import { BINARY, FIN, type MessageOpcode, TEXT } from '../wire/opcodes.js';
import { encodeUtf8 } from '../wire/utf8.js';

/**
 * A message to be sent on any number of connections with `connection.sendPrepared`. A server
 * without extensions queues the same bytes everywhere, by reference. A server whose extension gives
 * the same bytes on many connections (permessage-deflate without context takeover) encodes it once
 * for those. A client masks it with a fresh key each time.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, PreparedMessage } from '@sanssocket/codec';
 *
 * const news = PreparedMessage.text('news');
 * const connections = [1, 2].map(() => new Connection({ role: 'server' }, {}));
 * for (const connection of connections) connection.sendPrepared(news);
 * const [a, b] = connections.map((connection) => connection.dataToSend());
 * assert.equal(a, b); // one array for all
 * ```
 */
export class PreparedMessage {
  /**
   * Kept for V8, see `Frame.kept`: a broadcast makes one message, and lets it go.
   *
   * @internal
   */
  static readonly kept: readonly PreparedMessage[] = [/* @__PURE__ */ new PreparedMessage(TEXT, EMPTY)];

  readonly opcode: MessageOpcode;
  /** The whole unmasked frame, handed out by reference: not to be changed or transferred. */
  readonly frame: OwnBytes;
  /** The payload: the end of {@link PreparedMessage.frame}, in the same memory. */
  readonly payload: OwnBytes;
  /**
   * The scope asked for last, and the frame for it: a broadcast asks for the same one again and
   * again.
   */
  #scope: object | null = null;
  #scopeFrame: OwnBytes | undefined;
  #encoded: WeakMap<object, OwnBytes> | null = null;

  private constructor(opcode: MessageOpcode, payload: Uint8Array) {
    // Programs without types can call a private constructor.
    if (!(opcode === TEXT || opcode === BINARY) || !isBytes(payload)) throw notPrepared(payload);
    const frame = new Uint8Array(frameHeaderBytes(payload.length, false) + payload.length);
    const at = writeFrameHeader(frame, 0, FIN | opcode, payload.length, undefined);
    frame.set(payload, at);
    this.opcode = opcode;
    this.frame = frame;
    this.payload = frame.subarray(at);
  }

  /**
   * The frame as an extension has encoded it for all connections of a scope
   * (`MessageExtension.sharedEncodingKey`); undefined before that.
   *
   * @internal
   */
  frameFor(scope: object): OwnBytes | undefined {
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
  keepFrame(scope: object, frame: OwnBytes): void {
    this.#encoded ??= new WeakMap();
    this.#encoded.set(scope, frame);
    this.#scope = scope;
    this.#scopeFrame = frame;
  }

  /**
   * Prepares a text message.
   *
   * @param text - a lone surrogate in it becomes U+FFFD
   * @throws TypeError for anything but a string (`NOT_TEXT`)
   */
  static text(text: string): PreparedMessage {
    if (typeof text !== 'string')
      throw usageError(TypeError, 'NOT_TEXT', `a text is a string, not ${inWords(text)}`);
    return new PreparedMessage(TEXT, encodeUtf8(text));
  }

  /**
   * Prepares a binary message.
   *
   * @param bytes - copied
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`)
   */
  static binary(bytes: Uint8Array): PreparedMessage {
    requireBytes(bytes);
    return new PreparedMessage(BINARY, bytes);
  }
}

/**
 * Recognises a prepared message by its method: with `instanceof`, a bundle of a connection alone
 * would contain the class as well.
 *
 * @throws TypeError for values that neither `PreparedMessage.text` nor `binary` has made
 */
export function requirePrepared(message: PreparedMessage): void {
  if (typeof message?.frameFor === 'function' && isBytes(message.frame)) return;
  throw notPrepared(message);
}

function notPrepared(value: unknown): Error {
  const wanted = 'a prepared message is what PreparedMessage.text or binary gives';
  return usageError(TypeError, 'NOT_BYTES', `${wanted}, not ${inWords(value)}`);
}
