/**
 * Extensions (RFC 6455 section 9): what one does to messages, and the chain of those a connection agreed on.
 *
 * An extension marks the messages it changed with reserved bits of their first frame. On the way out the extensions are
 * applied in the order agreed, on the way in in reverse. Each may answer at once or with a promise; the connection keeps
 * the order of messages either way.
 */

import { inWords, isBytes, requireType, usageError } from '../wire/errors.js';
import type { FaultCode } from '../wire/faults.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import { requireRsv } from '../wire/rules.js';
import type { PreparedMessage } from './prepared-message.js';

/** Where in a message a piece that is to be encoded stands. */
export interface FragmentInfo {
  readonly opcode: MessageOpcode;
  /** The first piece of its message. */
  readonly first: boolean;
  /** The last piece of its message; an unfragmented message is one piece that is first and last. */
  readonly last: boolean;
  /**
   * The prepared message this is, if it is one: what becomes of it need not be computed for each connection anew. The piece
   * is its `payload`, unless another extension has changed it.
   */
  readonly prepared?: PreparedMessage | undefined;
  /** What the caller asked for this message, see `SendOptions.compress`: true, false, or undefined for the extension's own judgement. */
  readonly compress?: boolean | undefined;
}

/** What an extension reports when it cannot decode a message. */
export type ExtensionFault = Extract<FaultCode, 'EXTENSION_DATA' | 'EXTENSION_FAILED' | 'MESSAGE_TOO_LARGE'>;

/**
 * An extension agreed for one connection. Control frames never pass through it (RFC 6455 5.5 and, for compression, RFC 7692
 * 6.1). An object may implement this and `@sanssocket/handshake`'s negotiation together.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, type MessageExtension, RSV2 } from '@sanssocket/codec';
 *
 * const invert: MessageExtension = {
 *   rsv: RSV2,
 *   encode: (piece) => piece.map((byte) => byte ^ 0xff),
 *   decode: (message) => message.map((byte) => byte ^ 0xff),
 * };
 * const texts: string[] = [];
 * const client = new Connection({ role: 'client' }, {}, [invert]);
 * const server = new Connection({ role: 'server' }, { text: (text) => texts.push(text) }, [invert]);
 * client.sendText('Hello');
 * server.receive(client.dataToSend()!);
 * assert.deepEqual(texts, ['Hello']);
 * ```
 */
export interface MessageExtension {
  /**
   * The reserved bits it sets on the first frame of a message it changed: a sum of `RSV1`, `RSV2` and `RSV3`, no bit
   * shared with another extension. With 0 it changes every message, and `encode` must not return undefined.
   */
  readonly rsv: number;
  /**
   * For prepared messages: connections whose only extension has the same object here encode each of them to the same bytes, so that
   * it is encoded once for all. Undefined where that cannot be promised: what was sent before matters, or somebody is asked each time.
   */
  readonly sharedEncodingKey?: object | undefined;
  /**
   * Encodes one piece of an outgoing message.
   *
   * @param piece - the payload; not to be changed, nor kept for longer than until it has been encoded
   * @returns what to send instead, in memory that is not shared; undefined for the first piece to leave this message as it is.
   * Anything else counts as a throw: nothing is sent
   */
  encode(piece: Uint8Array, position: FragmentInfo): Encoded | PromiseLike<Encoded>;
  /**
   * Decodes a whole incoming message that bears its bits.
   *
   * @param message - the extension's to keep
   * @param opcode - text or binary
   * @param maxBytes - stop at this many bytes of output, with `'MESSAGE_TOO_LARGE'`
   * @returns the message, the connection's to keep, in memory that is not shared; or the fault: a
   * value, not an exception (a throw or rejection counts as `'EXTENSION_FAILED'`)
   */
  decode(message: Uint8Array, opcode: MessageOpcode, maxBytes: number): Decoded | PromiseLike<Decoded>;
  /** Called once, when the connection has ended: release what is held. */
  close?(): void;
}

/** What {@link MessageExtension.encode} gives: the piece to send, or undefined to leave the message as it is. */
export type Encoded = Uint8Array | undefined;

/** What {@link MessageExtension.decode} gives: the message, or what was wrong with it. */
export type Decoded = Uint8Array | ExtensionFault;

/** A piece after all extensions. */
export interface EncodedPiece {
  readonly payload: Uint8Array;
  /** The reserved bits for its frame. */
  readonly rsv: number;
}

/** The extensions of one connection, in the order agreed. */
export class ExtensionChain {
  readonly #extensions: readonly MessageExtension[];
  /** The reserved bits the extensions claim together. */
  readonly rsv: number;
  /** As `MessageExtension.sharedEncodingKey`; undefined where there are several, whose scopes would have to be put together. */
  readonly sharedEncodingKey: object | undefined;
  /** Bits of those that left the current outgoing message as it is; without bits there is no leaving. */
  #left = 0;
  /**
   * Whether an extension has encoded a piece that another one then threw at: the first one's peer will never see it, so what it
   * encodes after cannot be understood.
   */
  halfEncoded = false;
  /** Told what an extension threw or rejected with while it decoded: the fault that comes of it says only that it failed. */
  onDecodeError: (error: unknown) => void = () => {};

  /**
   * @throws TypeError for what is no extension, RangeError when a claim is not made of reserved
   * bits, or two claims overlap (RFC 6455 9.1: no conflicts)
   */
  constructor(extensions: readonly MessageExtension[]) {
    this.#extensions = extensions;
    let rsv = 0;
    for (const extension of extensions) {
      if (typeof extension?.encode !== 'function' || typeof extension.decode !== 'function') {
        throw usageError(
          TypeError,
          'EXTENSIONS_INVALID',
          `an extension has encode and decode: ${inWords(extension)} has not`,
        );
      }
      if (extension.close !== undefined) requireType('close of an extension', extension.close, 'function');
      requireScope(extension.sharedEncodingKey);
      requireRsv(extension.rsv);
      if ((rsv & extension.rsv) !== 0) {
        throw usageError(
          RangeError,
          'EXTENSIONS_INVALID',
          'two extensions claim the same reserved bit (RFC 6455 9.1)',
        );
      }
      rsv |= extension.rsv;
    }
    this.rsv = rsv;
    this.sharedEncodingKey = extensions.length === 1 ? extensions[0]!.sharedEncodingKey : undefined;
  }

  /** Whether some extension has to decode a message with this first byte. */
  applies(first: number): boolean {
    return this.#extensions.some((extension) => bears(extension, first));
  }

  /** Decodes a message; a fault of an extension is a value, whatever it did. */
  decode(
    message: Uint8Array,
    first: number,
    opcode: MessageOpcode,
    maxBytes: number,
  ): Decoded | PromiseLike<Decoded> {
    return this.#decodeFrom(this.#extensions.length - 1, message, first, opcode, maxBytes);
  }

  #decodeFrom(
    last: number,
    message: Uint8Array,
    first: number,
    opcode: MessageOpcode,
    maxBytes: number,
  ): Decoded | PromiseLike<Decoded> {
    let bytes = message;
    for (let i = last; i >= 0; i--) {
      const extension = this.#extensions[i]!;
      if (!bears(extension, first)) continue;
      let decoded: Decoded | PromiseLike<Decoded>;
      try {
        decoded = extension.decode(bytes, opcode, maxBytes);
      } catch (error) {
        this.onDecodeError(error);
        return 'EXTENSION_FAILED';
      }
      if (isPromise(decoded)) {
        return decoded.then(
          (result) =>
            isBytes(result) ? this.#decodeFrom(i - 1, result, first, opcode, maxBytes) : faultOf(result),
          (error): Decoded => {
            this.onDecodeError(error);
            return 'EXTENSION_FAILED';
          },
        );
      }
      if (!isBytes(decoded)) return faultOf(decoded);
      bytes = decoded;
    }
    return bytes.length > maxBytes ? 'MESSAGE_TOO_LARGE' : bytes;
  }

  /** Encodes a piece. What an extension throws or rejects with passes through; see {@link ExtensionChain.halfEncoded}. */
  encode(piece: Uint8Array, position: FragmentInfo): EncodedPiece | PromiseLike<EncodedPiece> {
    if (position.first) this.#left = 0;
    this.halfEncoded = false;
    return this.#encodeFrom(0, piece, position, 0);
  }

  #encodeFrom(
    start: number,
    piece: Uint8Array,
    position: FragmentInfo,
    bits: number,
  ): EncodedPiece | PromiseLike<EncodedPiece> {
    let payload = piece;
    let rsv = bits;
    for (let i = start; i < this.#extensions.length; i++) {
      const extension = this.#extensions[i]!;
      if ((extension.rsv & this.#left) !== 0) continue;
      const encoded = extension.encode(payload, position);
      if (isPromise(encoded)) {
        const before = payload;
        const claimed = rsv;
        return encoded.then((result) => {
          requireEncoded(result, extension, position);
          if (result !== undefined) return this.#encodeFrom(i + 1, result, position, claimed | extension.rsv);
          this.#left |= extension.rsv;
          return this.#encodeFrom(i + 1, before, position, claimed);
        });
      }
      requireEncoded(encoded, extension, position);
      if (encoded === undefined) {
        this.#left |= extension.rsv;
      } else {
        payload = encoded;
        rsv |= extension.rsv;
        this.halfEncoded = true;
      }
    }
    return { payload, rsv: position.first ? rsv : 0 };
  }

  /** Lets every extension release what it holds, also if one throws; to be called once. */
  close(): void {
    this.#closeFrom(0);
  }

  #closeFrom(start: number): void {
    if (start === this.#extensions.length) return;
    try {
      this.#extensions[start]!.close?.();
    } finally {
      this.#closeFrom(start + 1);
    }
  }
}

/**
 * @throws TypeError for what is neither a message nor leave to send it as it is: without a bit of
 * its own, and behind the first piece, an extension cannot tell the peer that it has not changed it
 */
function requireEncoded(
  encoded: unknown,
  { rsv }: MessageExtension,
  { first }: FragmentInfo,
): asserts encoded is Encoded {
  if (isBytes(encoded) || (encoded === undefined && rsv !== 0 && first)) return;
  const wanted = first && rsv !== 0 ? 'a Uint8Array or undefined' : 'a Uint8Array here';
  throw usageError(
    TypeError,
    'EXTENSIONS_INVALID',
    `encode of an extension gives ${wanted}, not ${inWords(encoded)}`,
  );
}

/** @throws TypeError for what cannot be the scope of prepared messages: a key of a WeakMap */
function requireScope(scope: unknown): void {
  if (scope === undefined || (typeof scope === 'object' && scope !== null)) return;
  throw usageError(
    TypeError,
    'EXTENSIONS_INVALID',
    `sharedEncodingKey of an extension is an object, not ${inWords(scope)}`,
  );
}

/** What an extension gave that is no message: a fault, or what is none, which is one too. */
function faultOf(decoded: ExtensionFault): ExtensionFault {
  return decoded === 'EXTENSION_DATA' || decoded === 'MESSAGE_TOO_LARGE' ? decoded : 'EXTENSION_FAILED';
}

function bears(extension: MessageExtension, first: number): boolean {
  return extension.rsv === 0 || (first & extension.rsv) !== 0;
}

/** Whether an answer comes later. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { readonly then?: unknown } | undefined)?.then === 'function';
}
