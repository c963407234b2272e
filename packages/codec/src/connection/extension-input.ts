/** Incoming messages on their way through the extensions: one at a time, and reading waits for it (RFC 6455 section 9). */

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
  /** Whether the sink is called outside of any call of the host's, because an asynchronous extension has finished. */
  outside = false;

  /** @param onReady - an asynchronous extension has finished, and its message has been handed back: go on with it */
  constructor(chain: ExtensionChain, onReady: () => void) {
    this.#chain = chain;
    this.#onReady = onReady;
  }

  /** Whether an extension is at work on a message: what follows has to wait. */
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

  /** Lets the extensions release what they hold. */
  close(): void {
    this.#chain.close();
  }
}

// A message as an extension gave it, told to the sink event by event: in pieces it is three, and reading may stop at each of
// them, by a pause, a failure or an exception, as it may at any other event.

/** A decoded message of which the sink has not heard all. */
export class DecodedMessage {
  /** What is wrong with it; undefined if nothing is. */
  readonly fault: FaultCode | undefined;
  readonly #opcode: MessageOpcode;
  readonly #bytes: OwnBytes;
  /** How many of its events have been told, and how many stand before the last one: its bytes may be gone by then. */
  #told = 0;
  readonly #before: number;

  constructor(opcode: MessageOpcode, decoded: Decoded) {
    this.#opcode = opcode;
    this.#bytes = typeof decoded === 'string' ? EMPTY : (decoded as OwnBytes); // as the interface asks
    this.#before = this.#bytes.length === 0 ? 1 : 2;
    if (typeof decoded === 'string') this.fault = decoded;
    // RFC 6455 8.1 is about the text that an extension gives, not about what came (RFC 7692 6.2).
    else if (opcode === TEXT && invalidIndex(decoded, 0, decoded.length) !== VALID)
      this.fault = 'INVALID_UTF8';
  }

  /** Whether the next event is the last one. */
  isLast(mode: MessageMode): boolean {
    return mode !== 'streamed' || this.#told === this.#before;
  }

  /**
   * Tells the next event. One that throws has been told.
   *
   * @returns false if it could not be told, because no string is that long
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

// What only a connection with extensions needs: a connection without holds no decoder, no pipeline and no closure.

/**
 * Puts a chain of extensions between a connection and its frames. An asynchronous one finishes outside of any call of the
 * host's: what is thrown then there is nobody to throw at, and the host is told of output by the sink.
 */
export function attachExtensions(chain: ExtensionChain, input: ConnectionInput, sender: MessageSender): void {
  const guarded = (call: () => void): boolean => {
    try {
      call();
      return true;
    } catch (error) {
      input.report(error);
      input.host?.threw();
      return false;
    }
  };
  const outside = (call: () => void): void => {
    if (input.host === null) alone(call);
    else input.host.outside(() => alone(call));
  };
  const alone = (call: () => void): void => {
    decoder.outside = true;
    guarded(call);
    decoder.outside = false;
    if (input.outcome === null) guarded(() => called(input, input.handlers.outputAvailable?.()));
  };
  // What comes of it is a value, and a peer may be what brought it about: it is not uncaught where there is no `error`.
  const failed = (error: unknown): void => {
    if (input.handlers.error !== undefined) input.report(error);
  };
  chain.onDecodeError = failed;
  const decoder = new MessageDecoder(chain, () => {
    if (input.outcome === null) outside(() => input.continueOutside(guarded));
  });
  input.attach(decoder);
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
