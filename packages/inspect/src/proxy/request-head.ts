/** The first request of a client, changed so that the server takes it for its own. */

import { HeadObserver } from '@sanssocket/handshake/heads';
import { concat, indexOf, latin1 } from '../model/bytes.js';

/** A longer head passes as it is. */
const MAX_HEAD_BYTES = 64 * 1024;

/** Bytes of a client until its first head is complete. */
export class RequestHead {
  readonly #target: URL;
  #held: Uint8Array[] = [];
  #length = 0;
  #done = false;

  constructor(target: URL) {
    this.#target = target;
  }

  /** Gives the bytes that are to be sent to the server, which may be none yet. */
  pass(chunk: Uint8Array): Uint8Array | undefined {
    if (this.#done) return chunk;
    this.#held.push(new Uint8Array(chunk));
    this.#length += chunk.length;
    const bytes = concat(this.#held);
    this.#held = [bytes];
    const end = indexOf(bytes, '\r\n\r\n');
    if (end < 0 && this.#length < MAX_HEAD_BYTES) return undefined;
    return this.#release(bytes, end + 4);
  }

  /** The client has ended: the bytes that were held back. */
  rest(): Uint8Array | undefined {
    return this.#done || this.#length === 0 ? undefined : this.#release(concat(this.#held), 3);
  }

  #release(bytes: Uint8Array, end: number): Uint8Array {
    this.#done = true;
    this.#held = [];
    const head = bytes.subarray(0, end);
    const seen = end < 4 ? undefined : new HeadObserver({ maxHeadBytes: MAX_HEAD_BYTES }).receive(head);
    // Bytes that are no request pass as they are: the server may say so.
    if (seen?.kind !== 'request') return bytes;
    const changed = this.#change(latin1(head));
    return concat([new Uint8Array(Buffer.from(changed, 'latin1')), bytes.subarray(end)]);
  }

  /** Host is the server's; the path `/` that of the server's URL, whose query a client's own replaces. */
  #change(head: string): string {
    const { host, pathname, search } = this.#target;
    return head
      .replace(/^(\S+) \/(\?\S*)? /, (_, method: string, query = search) => `${method} ${pathname}${query} `)
      .replace(/(\r\nhost:)[^\r]*/i, (_, name: string) => `${name} ${host}`);
  }
}
