/**
 * zlib's two calls as `node:zlib` has them, synchronous and with state: the handle inside its
 * streams.
 *
 * A stream of Node's costs a message two trips through the event loop and the thread pool, 20 us;
 * `deflateRawSync` sets zlib up anew, 20 us, and knows nothing of the message before. The handle's
 * `writeSync`, on which both are built, adds 0.2 us to DEFLATE itself. It has not changed since
 * Node 11 and Bun and Deno have it too, but it is documented nowhere: so it is tried out before it
 * is used ({@link hasZlibHandle}).
 */

import { createDeflateRaw, createInflateRaw, type ZlibOptions } from 'node:zlib';
import type { Deflater, Inflated } from '../inflate/engine.js';
import { RawInflater } from '../inflate/inflate.js';
import { Window } from '../inflate/window.js';
import { type BLOCK, type SYNC_FLUSH, ZlibDeflater, ZlibInflater, type ZlibStream } from './zlib-shape.js';

/** The parts of a zlib stream that are used here. */
interface Internals {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputStart: number,
      inputLength: number,
      output: Uint8Array,
      outputStart: number,
      outputLength: number,
    ): void;
    reset(): void;
    close(): void;
    onerror: (message: string, errno: number, code: string) => void;
  };
  /** Room left for output, input left: written by `writeSync`. */
  readonly _writeState: Uint32Array;
}

/** The streams' own output buffers are never used; 64 bytes is as small as they get. */
const CHUNK_BYTES = 64;

/** One `z_stream` of Node's. */
class NodeStream implements ZlibStream {
  readonly #handle: Internals['_handle'];
  readonly #state: Uint32Array;
  #failed = false;

  constructor(stream: object) {
    const { _handle: handle, _writeState: state } = stream as Internals;
    this.#handle = handle;
    this.#state = state;
    // Otherwise the stream would emit an error event, which nobody listens to.
    handle.onerror = () => {
      this.#failed = true;
    };
  }

  get outputLeft(): number {
    return this.#state[0]!;
  }

  get inputLeft(): number {
    return this.#state[1]!;
  }

  run(
    flush: typeof SYNC_FLUSH | typeof BLOCK,
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array,
  ): boolean {
    this.#handle.writeSync(flush, input, start, end - start, output, 0, output.length);
    return !this.#failed;
  }

  reset(): void {
    this.#failed = false;
    this.#handle.reset();
  }

  close(): void {
    this.#handle.close();
  }
}

/** A deflater on a handle. */
export function createHandleDeflater(options: ZlibOptions): ZlibDeflater {
  return new ZlibDeflater(new NodeStream(createDeflateRaw({ ...options, chunkSize: CHUNK_BYTES })));
}

/**
 * An inflater on a handle.
 *
 * @param raw - the inflater with the window and the last word
 */
export function createHandleInflater(windowBits: number, raw: RawInflater): ZlibInflater {
  return new ZlibInflater(new NodeStream(createInflateRaw({ windowBits, chunkSize: CHUNK_BYTES })), raw);
}

let found: boolean | undefined;

/**
 * Whether this runtime's zlib has the handle, and the handle works as expected. Found out once, in
 * 0.1 ms.
 */
export function hasZlibHandle(): boolean {
  found ??= tryHandle();
  return found;
}

function tryHandle(): boolean {
  try {
    // RFC 7692 7.2.3.2: "Hello" twice over one window; then half of it, then a block of type 3.
    const hello = Uint8Array.of(0x48, 0x65, 0x6c, 0x6c, 0x6f);
    const deflater = createHandleDeflater({});
    const inflater = createHandleInflater(15, new RawInflater({ windowBits: 15, takeover: true }));
    const lengths = [hello, hello].map((piece) => {
      const deflated = deflater.deflate(piece);
      const inflated = inflater.inflate(deflated.subarray(0, deflated.length - 4), 5);
      return isSame(inflated, hello) ? deflated.length : 0;
    });
    deflater.close();
    // BFINAL, and a block that refers to the text before it (RFC 7692 7.2.3.4).
    const ended = [0xf3, 0xf2].map((first) => inflater.inflate(Uint8Array.of(first, 0, 0x11, 0, 0), 5));
    const faults = [Uint8Array.of(0xf2, 0x48), Uint8Array.of(0x06)].map((payload) =>
      inflater.inflate(payload, 5),
    );
    inflater.close();
    return (
      lengths.join() === '11,9' &&
      ended.every((message) => isSame(message, hello)) &&
      faults.every((fault) => fault === 'EXTENSION_DATA')
    );
  } catch {
    return false;
  }
}

function isSame(inflated: Inflated, bytes: Uint8Array): boolean {
  return (
    typeof inflated !== 'string' &&
    inflated.length === bytes.length &&
    bytes.every((byte, i) => byte === inflated[i])
  );
}

// --- Compressors with takeover, few of them for any number of connections ---
//
// A compressor of zlib's weighs 268 KB, and with 1,000 of them taking turns each message waits for
// some 64 KB to come from memory: 36 us for 128 bytes and 116 us for 1 KiB, where one compressor
// alone takes 2.5 and 15. So only the connections that sent last own one. Another connection takes
// over the one not used for longest, resets it and compresses the end of its own messages, at most
// 2 KiB, once more, for the window's sake, into nowhere: the peer's window ends with the same
// bytes, so references to them are understood (RFC 7692 7.2.3.2 lets a sender use any part of its
// window). With 1,000 connections a message of 128 bytes then takes 11 us and one of 1 KiB 25; of
// 16 KiB it takes 115 either way. The price is a shorter memory: text that was sent long ago is not
// referred to. Of messages that do not repeat themselves 128 B become 41 bytes instead of 36, 1 KiB
// 152 instead of 150.

/** 16 of 268 KB stay in a processor's cache. */
const MAX_RESIDENTS = 16;

/**
 * Base-two logarithm of the bytes that a connection keeps of its own messages. The part that is
 * used is twice the message, as the first 512 bytes gain most. JSON of 128 B becomes 33 B with 512,
 * 30 B with 2,048 and 31 B with the whole window, and without 89; of 1 KiB 148, 153, 138 and 233.
 */
const PRIMING_BITS = 11;

const MIN_PRIMING_BYTES = 512;

/**
 * The compressors and their owners, the one not used for longest first. One list for all
 * connections with the same options.
 */
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
  /** The end of the messages sent. */
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
