/**
 * Incoming messages on their way through the extensions (RFC 6455 section 9), one at a time, while
 * reading waits: first the decoder, then the decoded message and its events, then the connection
 * between both ways.
 */

import { EMPTY, LentSlice } from '../memory/bytes.js';
import { INTERNAL_ERROR } from '../wire/close.js';
import type { OwnBytes } from '../wire/errors.js';
import type { FaultCode } from '../wire/faults.js';
import { type MessageOpcode, TEXT } from '../wire/opcodes.js';
import { invalidIndex, VALID } from '../wire/utf8.js';
import { type Decoded, type ExtensionChain, isPromise } from './extension.js';
import { type Caller, called, type MessageMode } from './handlers.js';
import type { ConnectionInput } from './input.js';
import type { MessageSender } from './sender.js';
import { deliverBytes } from './whole-message.js';

/** The decoder of one connection; a connection without extensions has none. */
export class MessageDecoder {
  readonly #chain: ExtensionChain;
  readonly #onReady: () => void;
  #waiting = false;
  /**
   * Whether handlers are called outside of any call of the caller's, because an asynchronous
   * extension has finished.
   */
  outside = false;

  /**
   * @param onReady - called when an asynchronous extension has finished and its message has been
   * handed back: reading goes on
   */
  constructor(chain: ExtensionChain, onReady: () => void) {
    this.#chain = chain;
    this.#onReady = onReady;
  }

  /** Whether an extension is at work on a message, for which later input has to wait. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Whether some extension has to decode a message with this first byte. */
  applies(first: number): boolean {
    return this.#chain.applies(first);
  }

  /**
   * Decodes a message.
   *
   * @param handBack - gets the result, now or later
   * @returns true for later
   */
  decode(
    message: Uint8Array,
    first: number,
    opcode: MessageOpcode,
    maxBytes: number,
    handBack: (decoded: Decoded) => void,
  ): boolean {
    const decoded = this.#chain.decode(message, first, opcode, maxBytes);
    if (!isPromise(decoded)) {
      handBack(decoded);
      return false;
    }
    this.#waiting = true;
    // The chain turns rejections into faults.
    decoded.then((result) => {
      this.#waiting = false;
      handBack(result);
      this.#onReady();
    });
    return true;
  }

  /** Lets the extensions release their resources. */
  close(): void {
    this.#chain.close();
  }
}

// ---- Decoded messages ----
// A streamed message is two or three events, and reading may stop at each of them, by a pause, a
// failure or an exception, as it may at any other event.

/** A decoded message with events that the handlers have not had yet. */
export class DecodedMessage {
  /**
   * The fault of a message that could not be decoded, or of its text; undefined if there is none.
   */
  readonly fault: FaultCode | undefined;
  readonly #opcode: MessageOpcode;
  readonly #bytes: OwnBytes;
  /**
   * The number of its events that have been called, and of those before the last one: its bytes may
   * be gone by then.
   */
  #told = 0;
  readonly #before: number;

  constructor(opcode: MessageOpcode, decoded: Decoded) {
    this.#opcode = opcode;
    // The interface of extensions asks for bytes that are not shared.
    this.#bytes = typeof decoded === 'string' ? EMPTY : (decoded as OwnBytes);
    this.#before = this.#bytes.length === 0 ? 1 : 2;
    if (typeof decoded === 'string') this.fault = decoded;
    // RFC 6455 8.1 is about the decoded text, not about the compressed bytes that came (RFC 7692
    // 6.2).
    else if (opcode === TEXT && invalidIndex(decoded, 0, decoded.length) !== VALID)
      this.fault = 'INVALID_UTF8';
  }

  /** Whether the next event is the last one. */
  isLast(mode: MessageMode): boolean {
    return mode !== 'streamed' || this.#told === this.#before;
  }

  /**
   * Calls the handler of the next event. An event that throws is done, too.
   *
   * @returns false if no string is long enough for the text
   */
  tellNext(caller: Caller): boolean {
    const bytes = this.#bytes;
    if (caller.mode !== 'streamed') return deliverBytes(caller, this.#opcode, bytes);
    const last = this.isLast(caller.mode);
    const { handlers } = caller;
    if (this.#told++ === 0) called(caller, handlers.messageStart?.(this.#opcode));
    else if (last) called(caller, handlers.messageEnd?.());
    else called(caller, handlers.messageData?.(new LentSlice(bytes).of(0, bytes.length)));
    return true;
  }
}

// ---- Attaching ----
// A connection without extensions holds no decoder, no pipeline and no closure.

/**
 * Puts a chain of extensions between a connection and its frames. An asynchronous extension
 * finishes outside of any call of the caller's: no call can throw the exceptions of handlers then,
 * which are reported, and a handler announces the output.
 */
export function attachExtensions(chain: ExtensionChain, input: ConnectionInput, sender: MessageSender): void {
  const guarded = (call: () => void): boolean => {
    try {
      call();
      return true;
    } catch (error) {
      input.report(error);
      input.driver?.threw();
      return false;
    }
  };
  const outside = (call: () => void): void => {
    if (input.driver === null) alone(call);
    else input.driver.outside(() => alone(call));
  };
  const alone = (call: () => void): void => {
    decoder.outside = true;
    guarded(call);
    decoder.outside = false;
    if (input.outcome === null) guarded(() => called(input, input.handlers.outputAvailable?.()));
  };
  // The fault is a value, and a peer may have caused it: without a handler `error` it is not
  // reported as uncaught.
  const failed = (error: unknown): void => {
    if (input.handlers.error !== undefined) input.report(error);
  };
  chain.onDecodeError = failed;
  const decoder = new MessageDecoder(chain, () => {
    if (input.outcome === null) outside(() => input.continueOutside(guarded));
  });
  input.decoder = decoder;
  const abort = (): void => {
    guarded(() => input.abort(INTERNAL_ERROR, '', undefined));
  };
  sender.attach(chain, {
    outside,
    abort,
    failed: (error) => {
      failed(error);
      abort();
    },
  });
}
