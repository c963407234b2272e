/**
 * A connection's output on its way to the transport: one batch at a time.
 *
 * While a batch is under way what follows stays in the connection, where `bufferedAmount` counts it, and the next batch takes all
 * of it: many small messages are one write. A batch is bounded, so that a peer that reads slowly is seen to be reading.
 */
import type { Connection } from '../connection/connection.js';
import type { Transport } from './transport.js';

/** Output that a connection has given and a transport has not let through. */
export class OutputBatches {
  readonly #connection: Connection;
  readonly #transport: Transport;
  readonly #batchBytes: number;
  /** What is under way, in order; null while nothing is. */
  #batch: Uint8Array[] | null = null;
  #bytes = 0;
  /** What is left of a chunk that goes in parts; null if there is none. */
  #rest: Uint8Array | null = null;
  /** The chunk taken last, to be given back. */
  #last: Uint8Array | null = null;
  /** Whether the transport is being called. */
  #offering = false;
  /** How many bytes have been taken from the connection in all. */
  taken = 0;

  /**
   * @param batchBytes - a batch that has as much takes no further chunk; a chunk of more than four times as much goes in parts of
   * that length
   */
  constructor(connection: Connection, transport: Transport, batchBytes: number) {
    this.#connection = connection;
    this.#transport = transport;
    this.#batchBytes = batchBytes;
  }

  /** Whether a batch is under way. */
  get busy(): boolean {
    return this.#batch !== null;
  }

  /** How many bytes were taken from the connection and are not through. */
  get bytes(): number {
    return this.#bytes + (this.#rest?.length ?? 0);
  }

  /** Writes until the transport holds something back, or there is no more. Throws what the connection's `takeOutput` and the transport throw. */
  flush(): void {
    while (this.#batch === null) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#batch = batch;
      this.#offer();
    }
  }

  /** The transport has let all of the batch through. */
  written(): void {
    this.#advance(this.#bytes);
  }

  /** The transport takes more: it is offered what it has not let through. */
  offerAgain(): void {
    if (this.#batch !== null && !this.#offering) this.#offer();
  }

  /** Forgets everything: the transport is gone. */
  drop(): void {
    this.#batch = null;
    this.#bytes = 0;
    this.#rest = null;
    this.#last = null;
  }

  #take(): Uint8Array[] {
    const batch: Uint8Array[] = [];
    const batchBytes = this.#batchBytes;
    const partBytes = 4 * batchBytes;
    let bytes = 0;
    while (bytes < batchBytes) {
      let chunk = this.#rest ?? this.#connection.takeOutput();
      if (chunk === undefined) break;
      if (this.#rest === null) {
        this.#last = chunk;
        this.taken += chunk.length;
      }
      this.#rest = null;
      if (chunk.length > partBytes) {
        this.#rest = view(chunk, partBytes, chunk.length);
        chunk = view(chunk, 0, partBytes);
      }
      batch.push(chunk);
      bytes += chunk.length;
      this.#bytes = bytes;
    }
    return batch;
  }

  #offer(): void {
    const batch = this.#batch!;
    const offered = this.#bytes;
    this.#offering = true;
    let through: number;
    try {
      through = this.#transport.write(batch);
    } finally {
      this.#offering = false;
    }
    // The transport may have said so by `written` before it returned.
    if (this.#batch !== batch) return;
    // A closed socket of Bun's answers with -1; 'closed' follows.
    this.#advance(Math.min(Math.max(0, through), offered));
  }

  /** So many bytes more are through. */
  #advance(bytes: number): void {
    const batch = this.#batch;
    if (batch === null) return;
    if (bytes < this.#bytes) {
      if (bytes > 0) this.#batch = without(batch, bytes);
      this.#bytes -= bytes;
      return;
    }
    this.#batch = null;
    this.#bytes = 0;
    const last = this.#last;
    if (this.#rest !== null || last === null) return;
    this.#last = null;
    if (this.#transport.copies === true) this.#connection.reuseOutput(last);
  }
}

/** What is left of chunks behind so many of their bytes. */
function without(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let index = 0;
  let at = bytes;
  while (at >= chunks[index]!.length) at -= chunks[index++]!.length;
  const rest = chunks.slice(index);
  if (at > 0) rest[0] = view(rest[0]!, at, rest[0]!.length);
  return rest;
}

/** Not `subarray`: of an array of some other class it would make one of that class. */
function view(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
