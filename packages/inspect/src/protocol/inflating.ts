/**
 * Compressed messages of one direction, inflated by an onlooker (RFC 7692 7.2.2). With context
 * takeover a message may refer to the 32 KiB before it: once one of those is lost, later ones may
 * not be readable, and those that can be read without an error begin behind it.
 */

import type { MessageExtension, MessageOpcode } from '@sanssocket/codec';
import { type DeflateEngine, observeDeflate } from '@sanssocket/deflate';
import type { ExtensionParameter } from '@sanssocket/handshake/values';

export class Inflating {
  readonly #parameters: readonly ExtensionParameter[];
  readonly #from: 'client' | 'server';
  readonly #engine: DeflateEngine;
  /** Whether the handshake says that messages are compressed. */
  readonly agreed: boolean;
  #extension: MessageExtension | undefined;
  /** Whether a message of the window is missing. */
  #tainted: boolean;

  /**
   * @param parameters - of the server's response; undefined if it was not seen
   * @param tainted - whether messages before the first one are missing
   */
  constructor(
    from: 'client' | 'server',
    parameters: readonly ExtensionParameter[] | undefined,
    tainted: boolean,
    engine: DeflateEngine,
  ) {
    this.#from = from;
    this.#engine = engine;
    this.agreed = parameters !== undefined;
    this.#parameters = parameters ?? [];
    this.#tainted = tainted && !this.#forgets;
  }

  /** Whether the sender forgets its window after each message, so that none depends on another. */
  get #forgets(): boolean {
    return this.#parameters.some(({ name }) => name === `${this.#from}_no_context_takeover`);
  }

  /** Whether the message that was inflated last stands behind a lost one. */
  get unsure(): boolean {
    return this.#tainted;
  }

  /**
   * @param message - fragments joined; kept
   * @returns the message; `'not-deflate'`, `'window-missing'` or `'too-long'` if there is none
   */
  inflate(
    message: Uint8Array,
    opcode: MessageOpcode,
    maxBytes: number,
  ): Uint8Array | 'not-deflate' | 'window-missing' | 'too-long' {
    this.#extension ??= this.#create();
    const decoded = this.#extension?.decode(message, opcode, maxBytes);
    if (decoded instanceof Uint8Array) return decoded;
    const tainted = this.#tainted;
    this.lose();
    if (decoded === 'MESSAGE_TOO_LARGE') return 'too-long';
    return tainted ? 'window-missing' : 'not-deflate';
  }

  /** A message was not inflated: the window begins anew behind it. */
  lose(): void {
    this.close();
    if (!this.#forgets) this.#tainted = true;
  }

  close(): void {
    this.#extension?.close?.();
    this.#extension = undefined;
  }

  #create(): MessageExtension | undefined {
    const observed = observeDeflate(this.#parameters, { engine: this.#engine });
    return this.#from === 'client' ? observed?.fromClient : observed?.fromServer;
  }
}
