/**
 * Transports that are asked for bytes, and answer with promises: web streams, Deno's connections.
 */

import type { Connection } from '../connection/connection.js';
import { copyOf, EMPTY } from '../memory/bytes.js';
import { requireBytes } from '../wire/errors.js';
import { attachDriver } from './attach.js';
import type { ConnectionDriver } from './driver.js';
import type { DriverConfig, DriverOptions } from './options.js';
import {
  now,
  type ReceivedTransport,
  type ReceiverOf,
  type TransportReceiver,
  WakingTransport,
} from './transport.js';

/**
 * Where bytes are pulled from and pushed to. An exception or a rejection of any means that the
 * transport has failed.
 */
export interface PulledBytes {
  /**
   * The next bytes; undefined when the peer has ended its side. Not called before the one before
   * has been answered.
   */
  read(): Promise<Uint8Array | undefined>;
  /** Writes all of a chunk. */
  write(chunk: Uint8Array): Promise<unknown>;
  /** Ends our side. */
  end(): Promise<unknown>;
  /** Gives up all that is left, also behind both ends. */
  destroy(): void;
  /** As `Transport.copies`. */
  readonly copies: boolean;
  /** As `Transport.transfers`. */
  readonly transfers: boolean;
  /** Called when a batch has been written, and `ConnectionDriver.bufferedAmount` counts it no longer. */
  written?(): void;
}

/** The used part of a pair of a `ReadableStream` and a `WritableStream`. */
export interface ReadableWritablePair {
  readonly readable: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
      cancel(reason?: unknown): Promise<unknown>;
      releaseLock(): void;
    };
  };
  readonly writable: {
    getWriter(): {
      write(chunk: Uint8Array): Promise<unknown>;
      close(): Promise<unknown>;
      abort(reason?: unknown): Promise<unknown>;
      releaseLock(): void;
    };
  };
}

type Reader = ReturnType<ReadableWritablePair['readable']['getReader']>;

type Writer = ReturnType<ReadableWritablePair['writable']['getWriter']>;

class PulledTransport extends WakingTransport implements ReceivedTransport {
  receiver: TransportReceiver;
  readonly copies: boolean;
  readonly transfers: boolean;
  readonly #bytes: PulledBytes;
  #over = false;
  #ended = false;
  #inputEnded = false;
  /** While reading is paused: a promise of its end, and the function that ends it. */
  #paused: { readonly over: Promise<void>; readonly end: () => void } | null = null;

  constructor(bytes: PulledBytes, receiverOf: ReceiverOf, head: Uint8Array) {
    super();
    requireBytes(head, 'a head');
    this.#bytes = bytes;
    this.copies = bytes.copies;
    this.transfers = bytes.transfers;
    this.receiver = receiverOf(this);
    // The application has its driver when the head is read.
    // A copy of the head, as chunks may be the connection's.
    this.#settle(this.#readAll(this.#receive(Promise.resolve(copyOf(head, 0, head.length)))));
  }

  /**
   * Reads to the end. A function that waits holds everything that it has seen, so that no chunk is
   * seen here.
   */
  async #readAll(first: Promise<boolean>): Promise<void> {
    for (let reads = await first; reads; reads = await this.#receive(this.#bytes.read())) {
      // A chunk that is read ahead of a pause would only wait here.
      await this.#paused?.over;
    }
    if (this.#over) return;
    this.#inputEnded = true;
    this.receiver.receiveEof(now());
    this.#closeWhenEnded();
  }

  /** Gives the next chunk to the driver; whether there is to be another one. */
  async #receive(next: Promise<Uint8Array | undefined>): Promise<boolean> {
    const chunk = await next;
    if (chunk === undefined) return false;
    await this.#paused?.over;
    if (this.#over) return false;
    if (chunk.length > 0) this.receiver.receive(chunk, now());
    return true;
  }

  write(chunks: readonly Uint8Array[]): number {
    this.#settle(this.#writeAll(chunks));
    return 0;
  }

  async #writeAll(chunks: readonly Uint8Array[]): Promise<void> {
    for (const chunk of chunks) {
      await this.#bytes.write(chunk);
      if (this.#over) return;
    }
    this.receiver.written(now());
    this.#bytes.written?.();
  }

  pause(): void {
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#paused = { over, end };
  }

  resume(): void {
    this.#paused?.end();
    this.#paused = null;
  }

  end(): void {
    this.#settle(this.#endOwn());
  }

  async #endOwn(): Promise<void> {
    await this.#bytes.end();
    this.#ended = true;
    this.#closeWhenEnded();
  }

  #closeWhenEnded(): void {
    if (this.#ended && this.#inputEnded) this.#close();
  }

  destroy(): void {
    this.#over = true;
    this.resume();
    this.#bytes.destroy();
  }

  #close(error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.resume();
    let failure = error;
    try {
      this.#bytes.destroy();
    } catch (thrown) {
      failure ??= thrown;
    }
    this.receiver.transportClosed(failure);
  }

  #settle(work: Promise<void>): void {
    work.catch((error: unknown) => this.#close(error));
  }
}

/** Makes a transport of bytes that are pulled and pushed. */
export function pulledTransport(
  bytes: PulledBytes,
  receiverOf: ReceiverOf,
  head: Uint8Array = EMPTY,
): ReceivedTransport {
  return new PulledTransport(bytes, receiverOf, head);
}

/**
 * Makes a transport of a pair of web streams, which are locked from then on.
 *
 * @param written - as `PulledBytes.written`
 */
export function pairTransport(
  { readable, writable }: ReadableWritablePair,
  receiverOf: ReceiverOf,
  head: Uint8Array,
  written?: () => void,
): ReceivedTransport {
  const reader = readable.getReader();
  let writer: Writer | undefined;
  try {
    writer = writable.getWriter();
    const bytes = bytesOf(reader, writer);
    return pulledTransport(written === undefined ? bytes : { ...bytes, written }, receiverOf, head);
  } catch (error) {
    reader.releaseLock();
    writer?.releaseLock();
    throw error;
  }
}

/**
 * Runs a connection over a pair of web streams; as `attachStreams`, which is made of it.
 *
 * @param written - as `PulledBytes.written`
 */
export function attachPair(
  streams: ReadableWritablePair,
  connection: Connection,
  config: DriverOptions | DriverConfig,
  head: Uint8Array,
  written?: () => void,
): ConnectionDriver {
  return attachDriver(connection, config, (receiverOf) => pairTransport(streams, receiverOf, head, written));
}

function bytesOf(reader: Reader, writer: Writer): PulledBytes {
  const ignore = (): void => {}; // what is given up may fail
  return {
    read: async () => (await reader.read()).value,
    write: (chunk) => writer.write(chunk),
    end: () => writer.close(),
    destroy() {
      reader.cancel().catch(ignore);
      writer.abort().catch(ignore);
    },
    copies: false,
    transfers: false,
  };
}
