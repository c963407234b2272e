/**
 * The common part of both halves of an opening handshake over a transport: a deadline, bytes that
 * are written until they are through, bytes that come too early, and the hand-over to the
 * connection's driver, on the same transport. No I/O and no clock: time is an argument.
 */

import type { ReceivedTransport, TransportReceiver } from '@sanssocket/codec/driver';

/**
 * Bytes behind a head that are held until the connection is there, beside the chunk that goes
 * beyond: its sender is not read from then.
 */
const MAX_EARLY_BYTES = 0x1_0000;

/** The receiver of a transport until its connection is open, or there will be none. */
export abstract class Opening implements TransportReceiver {
  protected readonly transport: ReceivedTransport;
  #deadline = Number.POSITIVE_INFINITY;
  /** Bytes that are being written and are not through; null while there are none. */
  #unsent: Uint8Array | null = null;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #paused = false;

  protected constructor(transport: ReceivedTransport) {
    this.transport = transport;
  }

  abstract receive(bytes: Uint8Array, now: number): void;
  abstract receiveEof(now: number): void;
  abstract transportClosed(error?: unknown): void;

  /** All that was given to {@link Opening.send} is through. */
  protected abstract sent(now: number): void;
  /** The deadline has come. */
  protected abstract late(now: number): void;
  /** A method of the transport's has thrown. */
  protected abstract failed(error: unknown): void;

  protected setDeadline(time: number): void {
    this.#deadline = time;
    this.call(() => this.transport.wakeAt(time));
  }

  wake(now: number): void {
    if (now >= this.#deadline) this.late(now);
    else this.setDeadline(this.#deadline);
  }

  /** Writes; not called again before {@link Opening.sent}. */
  protected send(bytes: Uint8Array, now: number): void {
    let through = 0;
    if (bytes.length > 0) {
      // `written` may be called from inside of it.
      this.#unsent = bytes;
      this.call(() => {
        through = this.transport.write([bytes]);
      });
      if (this.#unsent !== bytes) return;
    }
    if (through < bytes.length) this.#unsent = bytes.subarray(through);
    else {
      this.#unsent = null;
      this.sent(now);
    }
  }

  written(now: number): void {
    if (this.#unsent === null) return;
    this.#unsent = null;
    this.sent(now);
  }

  writable(now: number): void {
    if (this.#unsent !== null) this.send(this.#unsent, now);
  }

  /** Keeps bytes that came before the connection is there. */
  protected keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#early.push(new Uint8Array(bytes)); // a copy
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes < MAX_EARLY_BYTES || this.#paused) return;
    this.#paused = true;
    this.call(() => this.transport.pause());
  }

  /**
   * The transport is the connection's from now on.
   *
   * @param open - makes the receiver; it may pause the transport
   */
  protected handOver(open: () => TransportReceiver, now: number): void {
    if (this.#paused) this.call(() => this.transport.resume());
    this.#paused = true; // bytes that come meanwhile pause nothing: it is the connection's affair
    const receiver = open();
    const early = this.#early;
    this.#early = [];
    this.transport.receiver = receiver;
    for (const chunk of early) receiver.receive(chunk, now);
  }

  /** Gives up the transport. */
  protected destroy(): void {
    this.#early = [];
    this.#unsent = null;
    try {
      this.transport.wakeAt(Number.POSITIVE_INFINITY);
      this.transport.destroy();
    } catch {
      // A transport that throws is gone as well.
    }
  }

  /** Calls a method of the transport's: one that throws has failed. */
  protected call(method: () => void): void {
    try {
      method();
    } catch (error) {
      this.failed(error);
    }
  }
}
