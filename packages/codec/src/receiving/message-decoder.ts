/** Incoming messages on their way through the extensions: one at a time, and reading waits for it (RFC 6455 section 9). */
import { type Decoded, type ExtensionChain, isPromise } from '../agreed/extension.js';
import type { MessageOpcode } from '../rules/opcodes.js';

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
