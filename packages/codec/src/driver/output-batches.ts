/**
 * A connection's output on its way to the transport: one batch at a time.
 *
 * While a batch is under way later output stays in the connection, where `bufferedAmount` counts
 * it, and the next batch takes all of it: many small messages are one write. A batch is bounded, so
 * that a peer that reads slowly is seen to be reading, and a peer that reads nothing is given up in
 * a bounded time (`UnreadBytes`).
 */

import type { Connection } from '../connection/connection.js';
import { inWords, usageError } from '../wire/errors.js';
import type { DriverConfig } from './options.js';
import type { Transport } from './transport.js';

/**
 * A batch is no longer for a high-water mark above this: with four times as much in a chunk, 320
 * KiB.
 */
const MAX_BATCH_BYTES = 0x1_0000;

/** Output that a connection has given and a transport has not let through. */
export abstract class OutputBatches {
  readonly connection: Connection;
  readonly transport: Transport;
  readonly config: DriverConfig;
  /** Chunks that the transport holds, or has not taken, in order; null while all are through. */
  #batch: Uint8Array[] | null = null;
  /** How many bytes of the batch are not through. */
  #left = 0;
  /** The rest of a chunk that goes in parts; null if there is none. */
  #rest: Uint8Array | null = null;
  /** The chunk that was taken from the connection last. */
  #last: Uint8Array | null = null;
  /** Whether the transport is being called. */
  #offering = false;
  /** How many bytes have been taken from the connection in all. */
  taken = 0;

  constructor(connection: Connection, transport: Transport, config: DriverConfig) {
    this.connection = connection;
    this.transport = transport;
    this.config = config;
  }

  /** Whether the transport is gone: the fate of a batch is not known. */
  abstract readonly closed: boolean;

  /**
   * A batch that has as much takes no further chunk; a chunk of more than four times as much goes
   * in parts of that length.
   */
  private get batchBytes(): number {
    return Math.min(this.config.highWaterMark, MAX_BATCH_BYTES);
  }

  /** Whether a batch is under way. */
  get busy(): boolean {
    return this.#batch !== null || this.#offering;
  }

  /** How many bytes were taken from the connection and are not through. */
  get bytes(): number {
    return this.#rest === null ? this.#left : this.#left + this.#rest.length;
  }

  /** How many bytes the transport has let through in all. */
  get through(): number {
    return this.taken - this.bytes;
  }

  /** How many bytes of the batch under way are not through. */
  get underWay(): number {
    return this.#left;
  }

  /**
   * Writes until the transport holds something back, or there is no more. Exceptions of the
   * connection's `dataToSend` and of the transport pass through.
   */
  protected writeBatches(): void {
    while (!this.busy && !this.closed) {
      const batch = this.take();
      if (batch === null) return;
      this.offer(batch);
    }
  }

  /** The transport has let all of the batch through. */
  written(): void {
    const batch = this.#batch;
    this.#left = 0;
    if (batch !== null && !this.#offering) this.endBatch();
  }

  /** The transport takes more: it is offered the chunks that it has not let through. */
  offerAgain(): void {
    if (this.#batch !== null && !this.#offering) this.offer(this.#batch);
  }

  /** Forgets everything: the transport is gone. */
  protected dropBatches(): void {
    this.#batch = null;
    this.#left = 0;
    this.#rest = null;
    this.#last = null;
  }

  private take(): Uint8Array[] | null {
    let chunk = this.next();
    if (chunk === undefined) return null;
    const batch = [chunk];
    let { length } = chunk;
    const { batchBytes } = this;
    while (length < batchBytes) {
      chunk = this.next();
      if (chunk === undefined) break;
      batch.push(chunk);
      length += chunk.length;
    }
    this.#left = length;
    return batch;
  }

  /** The next chunk, or part of one. */
  private next(): Uint8Array | undefined {
    const rest = this.#rest;
    let chunk: Uint8Array;
    if (rest === null) {
      const taken = this.connection.dataToSend();
      if (taken === undefined) return undefined;
      this.taken += taken.length;
      this.#last = taken;
      chunk = taken;
    } else {
      chunk = rest;
    }
    const partBytes = 4 * this.batchBytes;
    if (chunk.length <= partBytes) {
      this.#rest = null;
      return chunk;
    }
    this.#rest = view(chunk, partBytes, chunk.length);
    return view(chunk, 0, partBytes);
  }

  private offer(batch: Uint8Array[]): void {
    this.#offering = true;
    const { transportAction: transport, bufferedAmount } = this.connection;
    const last = transport === 'end' && bufferedAmount === 0 && this.#rest === null;
    const answer = this.transport.write(batch, last);
    this.#offering = false;
    if (typeof answer !== 'number' || Number.isNaN(answer)) {
      throw usageError(
        TypeError,
        'OPTION_INVALID',
        `write of a transport gives how many bytes are through, not ${inWords(answer)}`,
      );
    }
    // A closed socket of Bun's answers with -1; `transportClosed` follows. Nothing is left if the
    // transport has called `written` meanwhile.
    const through = Math.min(Math.max(0, answer), this.#left);
    this.#left -= through;
    if (this.#left > 0) this.#batch = through > 0 ? without(batch, through) : batch;
    else this.endBatch();
  }

  /** All of a batch is through. */
  private endBatch(): void {
    this.#batch = null;
    const last = this.#last;
    if (last === null || this.#rest !== null) return;
    this.#last = null;
    if (this.transport.copies === true && !this.closed) this.connection.recycleOutput(last);
  }
}

/** The rest of chunks behind so many of their bytes. */
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
