/**
 * Compressors with takeover, few of them for any number of connections.
 *
 * A compressor of zlib's weighs 268 KB, and with 1,000 of them taking turns each message waits for some 64 KB to come from memory:
 * 36 us for 128 bytes and 116 us for 1 KiB, where one compressor alone takes 2.5 and 15. So only the connections that sent last
 * own one. Another connection takes over the one not used for longest, resets it and compresses the end of what it sent, at
 * most 2 KiB, once more, for the window's sake, into nowhere: the peer's window ends with the same bytes, so what refers to them
 * is understood (RFC 7692 7.2.3.2 lets a sender use of its window what it likes). With 1,000 connections a message of 128 bytes
 * then takes 11 us and one of 1 KiB 25; of 16 KiB it takes 115 either way. The price is a shorter memory: what was sent long ago
 * is not referred to. Of messages that do not repeat themselves 128 B become 41 bytes instead of 36, 1 KiB 152 instead of 150.
 */
import type { Deflater } from '../deflate/engine.js';
import { Window } from '../deflate/window.js';

/** 16 of 268 KB stay in a processor's cache. */
const MAX_RESIDENTS = 16;

/**
 * Base-two logarithm of how much of what it sent a connection keeps, and what is used of it: twice the message, as the first
 * 512 bytes gain most. JSON of 128 B becomes 33 B with 512, 30 B with 2,048 and 31 B with the whole window, and without 89;
 * of 1 KiB 148, 153, 138 and 233.
 */
const PRIMING_BITS = 11;
const MIN_PRIMING_BYTES = 512;

/** Who owns which compressor, the one not used for longest first. One for all connections with the same options. */
export class Residents {
  readonly #create: () => Deflater;
  readonly #owned: Map<ResidentDeflater, Deflater> = new Map();

  constructor(create: () => Deflater) {
    this.#create = create;
  }

  /** The connection's own compressor, if it still has it; it is then the last to lose it. */
  own(owner: ResidentDeflater): Deflater | undefined {
    const deflater = this.#owned.get(owner);
    if (deflater === undefined || this.#owned.size === 1) return deflater;
    this.#owned.delete(owner);
    this.#owned.set(owner, deflater);
    return deflater;
  }

  /** A compressor that knows nothing, new or taken from another connection. */
  take(owner: ResidentDeflater): Deflater {
    let deflater: Deflater;
    if (this.#owned.size < MAX_RESIDENTS) {
      deflater = this.#create();
    } else {
      const [longest, taken] = this.#owned.entries().next().value!;
      this.#owned.delete(longest);
      taken.reset();
      deflater = taken;
    }
    this.#owned.set(owner, deflater);
    return deflater;
  }

  /** The connection has ended. */
  release(owner: ResidentDeflater): void {
    this.#owned.get(owner)?.close();
    this.#owned.delete(owner);
  }
}

/** A compressor with takeover, which may or may not be there between two messages. */
export class ResidentDeflater implements Deflater {
  readonly #residents: Residents;
  /** The end of what was sent. */
  readonly #sent: Window;

  constructor(residents: Residents, windowBits: number) {
    this.#residents = residents;
    this.#sent = new Window(1 << Math.min(windowBits, PRIMING_BITS));
  }

  deflate(piece: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    let deflater = this.#residents.own(this);
    if (deflater === undefined) {
      deflater = this.#residents.take(this);
      const sent = this.#sent.toBytes(Math.max(2 * piece.length, MIN_PRIMING_BYTES));
      if (sent !== undefined) deflater.deflate(sent);
    }
    const deflated = deflater.deflate(piece);
    this.#sent.push(piece);
    return deflated;
  }

  reset(): void {
    this.#residents.release(this);
    this.#sent.clear();
  }

  close(): void {
    this.reset();
  }
}
