/**
 * Extensions (RFC 6455 section 9): the interface of one, and the chain of those that a connection
 * agreed on. Messages take their way through the chain in `extension-input` and `extension-output`.
 *
 * An extension marks the messages that it changed with reserved bits of their first frame. Outgoing
 * messages pass the extensions in the order agreed, incoming ones in reverse. Each may answer at
 * once or with a promise; the connection keeps the order of messages either way.
 */

import { inWords, isBytes, requireType, usageError } from '../wire/errors.js';
import type { FaultCode } from '../wire/faults.js';
import type { MessageOpcode } from '../wire/opcodes.js';
import { requireRsv } from '../wire/rules.js';
import type { PreparedMessage } from './prepared-message.js';

/** The place of a fragment in its message, for the extension that encodes it. */
export interface FragmentInfo {
  readonly opcode: MessageOpcode;
  /** Whether it is the first fragment of its message. */
  readonly first: boolean;
  /**
   * Whether it is the last fragment of its message; a whole message is one fragment that is first
   * and last.
   */
  readonly last: boolean;
  /**
   * The prepared message that this is, if it is one: its encoding may be computed once for many
   * connections. The fragment is its `payload`, unless another extension has changed it.
   */
  readonly prepared?: PreparedMessage | undefined;
  /**
   * The caller's `SendOptions.compress` for this message: true, false, or undefined for the
   * extension's own judgement.
   */
  readonly compress?: boolean | undefined;
}

/**
 * The fault of a message that an extension cannot decode: the data are invalid, the extension
 * itself failed, or the message is too large.
 */
export type ExtensionFault = Extract<FaultCode, 'EXTENSION_DATA' | 'EXTENSION_FAILED' | 'MESSAGE_TOO_LARGE'>;

/**
 * An extension agreed on for one connection. Control frames never pass through it (RFC 6455 5.5
 * and, for compression, RFC 7692 6.1). An object may implement this and the negotiation of
 * `@sanssocket/handshake` together.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { Connection, type MessageExtension, RSV2 } from '@sanssocket/codec';
 *
 * const invert: MessageExtension = {
 *   rsv: RSV2,
 *   encode: (payload) => payload.map((byte) => byte ^ 0xff),
 *   decode: (message) => message.map((byte) => byte ^ 0xff),
 * };
 * const texts: string[] = [];
 * const client = new Connection({ role: 'client' }, {}, [invert]);
 * const handlers = { text: (text: string) => texts.push(text) };
 * const server = new Connection({ role: 'server' }, handlers, [invert]);
 * client.sendText('Hello');
 * server.receive(client.dataToSend()!);
 * assert.deepEqual(texts, ['Hello']);
 * ```
 */
export interface MessageExtension {
  /**
   * The reserved bits that it sets on the first frame of a message it changed: a sum of `RSV1`,
   * `RSV2` and `RSV3`. No other extension of the connection may use the same bit. With 0 it changes
   * every message, and `encode` must not return undefined.
   */
  readonly rsv: number;
  /**
   * For prepared messages: connections with a single extension each and the same object here encode
   * a prepared message to the same bytes, so that it is encoded once for all of them. Undefined
   * where the bytes depend on earlier messages, or on a decision that is made each time.
   */
  readonly sharedEncodingKey?: object | undefined;
  /**
   * Encodes one fragment of an outgoing message. Calls come in the order of sending; while a
   * promise is pending, the next fragments wait in line.
   *
   * @param payload - of the fragment; not to be changed, and not to be kept after it has been
   * encoded
   * @param position - the place of the fragment in its message
   * @returns the bytes to send instead, in memory that is not shared; undefined for the first
   * fragment to leave this message as it is. Any other value counts as a throw. If this throws, the
   * exception passes through the call that sends, and nothing was sent; if it throws or rejects
   * later, or if another extension has encoded the fragment before, the connection fails with 1011
   */
  encode(payload: Uint8Array, position: FragmentInfo): Encoded | PromiseLike<Encoded>;
  /**
   * Decodes a whole incoming message that bears its bits. While a promise is pending, reading
   * waits.
   *
   * @param message - the extension's to keep
   * @param opcode - text or binary
   * @param maxBytes - the limit of output; beyond it, return `'MESSAGE_TOO_LARGE'`
   * @returns the message, which is the connection's to keep, in memory that is not shared; or the
   * fault as a value. A throw, a rejection or any other value counts as `'EXTENSION_FAILED'`
   */
  decode(message: Uint8Array, opcode: MessageOpcode, maxBytes: number): Decoded | PromiseLike<Decoded>;
  /** Called once, when the connection has ended: releases the extension's resources. */
  close?(): void;
}

/**
 * The result of {@link MessageExtension.encode}: the bytes to send, or undefined to leave the
 * message as it is.
 */
export type Encoded = Uint8Array | undefined;

/** The result of {@link MessageExtension.decode}: the message, or its fault. */
export type Decoded = Uint8Array | ExtensionFault;

/** A fragment after all extensions. */
export interface EncodedFragment {
  readonly payload: Uint8Array;
  /** The reserved bits of its frame. */
  readonly rsv: number;
}

/**
 * The chain of the extensions that a caller gives; null if there are none.
 *
 * @throws as the constructor of {@link ExtensionChain}, TypeError for anything but an array
 */
export function chainOf(extensions: readonly MessageExtension[]): ExtensionChain | null {
  if (!Array.isArray(extensions)) {
    throw usageError(TypeError, 'EXTENSIONS_INVALID', `extensions are an array, not ${inWords(extensions)}`);
  }
  return extensions.length === 0 ? null : new ExtensionChain([...extensions]);
}

/** The extensions of one connection, in the order agreed. */
export class ExtensionChain {
  readonly #extensions: readonly MessageExtension[];
  /** The reserved bits the extensions claim together. */
  readonly rsv: number;
  /**
   * As `MessageExtension.sharedEncodingKey`; undefined for several extensions, whose keys would
   * have to be put together.
   */
  readonly sharedEncodingKey: object | undefined;
  /**
   * The bits of the extensions that left the current outgoing message as it is. An extension
   * without bits cannot.
   */
  #left = 0;
  /**
   * Whether an extension has encoded a fragment at which another one then threw. The peer never
   * sees that fragment, so it could not decode the next ones.
   */
  halfEncoded = false;
  /**
   * Called with the exception or rejection of an extension that decodes: the fault that follows
   * says only that it failed.
   */
  onDecodeError: (error: unknown) => void = () => {};

  /**
   * @throws TypeError for values that are no extensions, RangeError for claims that are not made of
   * reserved bits or that overlap (RFC 6455 9.1: no conflicts)
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

  /** Decodes a message; the exception of an extension becomes a value, too. */
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

  /**
   * Encodes a fragment. The exception or rejection of an extension passes through; see
   * {@link ExtensionChain.halfEncoded}.
   */
  encode(fragment: Uint8Array, position: FragmentInfo): EncodedFragment | PromiseLike<EncodedFragment> {
    if (position.first) this.#left = 0;
    this.halfEncoded = false;
    return this.#encodeFrom(0, fragment, position, 0);
  }

  #encodeFrom(
    start: number,
    fragment: Uint8Array,
    position: FragmentInfo,
    bits: number,
  ): EncodedFragment | PromiseLike<EncodedFragment> {
    let payload = fragment;
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

  /** Lets every extension release its resources, also if one throws; to be called once. */
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
 * @throws TypeError (`EXTENSIONS_INVALID`) for anything but a Uint8Array, or undefined to send the
 * message as it is. Undefined needs a bit of the extension's own and the first fragment: without
 * them the peer cannot be told that the message was left as it is
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

/** @throws TypeError for values that cannot be the key of a WeakMap */
function requireScope(scope: unknown): void {
  if (scope === undefined || (typeof scope === 'object' && scope !== null)) return;
  throw usageError(
    TypeError,
    'EXTENSIONS_INVALID',
    `sharedEncodingKey of an extension is an object, not ${inWords(scope)}`,
  );
}

/** The fault in place of a decoded message; any other value is a fault, too. */
function faultOf(decoded: ExtensionFault): ExtensionFault {
  return decoded === 'EXTENSION_DATA' || decoded === 'MESSAGE_TOO_LARGE' ? decoded : 'EXTENSION_FAILED';
}

function bears(extension: MessageExtension, first: number): boolean {
  return extension.rsv === 0 || (first & extension.rsv) !== 0;
}

/** Whether the value is a promise. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { readonly then?: unknown } | undefined)?.then === 'function';
}
