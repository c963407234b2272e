/** Incoming messages on their way through the extensions: one at a time, and reading waits for it (RFC 6455 section 9). */
import { type Decoded, type ExtensionChain, isPromise } from './extension.js';
import type { MessageOpcode } from './opcodes.js';

/** The decoder of one connection; a connection without extensions has none. */
export class MessageDecoder {
  readonly #chain: ExtensionChain;
  readonly #onReady: (deliver: () => void) => void;
  #waiting = false;

  /** @param onReady - an asynchronous extension has finished: deliver its message, then read on */
  constructor(chain: ExtensionChain, onReady: (deliver: () => void) => void) {
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
   * @param deliver - gets the result, now or later
   * @returns true for later
   */
  decode(
    message: Uint8Array,
    first: number,
    opcode: MessageOpcode,
    maxBytes: number,
    deliver: (decoded: Decoded) => void,
  ): boolean {
    const decoded = this.#chain.decode(message, first, opcode, maxBytes);
    if (!isPromise(decoded)) {
      deliver(decoded);
      return false;
    }
    this.#waiting = true;
    // The chain turns rejections into faults.
    decoded.then((result) => {
      this.#waiting = false;
      this.#onReady(() => deliver(result));
    });
    return true;
  }

  /** Lets the extensions release what they hold. */
  close(): void {
    this.#chain.close();
  }
}
