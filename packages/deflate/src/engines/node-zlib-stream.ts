/**
 * zlib's two calls as `node:zlib` has them, synchronous and with state: the handle inside its streams.
 *
 * A stream of Node's costs a message two trips through the event loop and the thread pool, 20 us; `deflateRawSync` sets zlib up
 * anew, 20 us, and knows nothing of the message before. The handle's `writeSync`, on which both are built, takes 0.2 us and what
 * DEFLATE itself takes. It has not changed since Node 11 and Bun and Deno have it too, but it is documented nowhere: so it
 * is tried out before it is used ({@link hasZlibHandle}).
 */
import { createDeflateRaw, createInflateRaw, type ZlibOptions } from 'node:zlib';
import type { Inflated } from '../deflate/engine.js';
import { RawInflater } from '../deflate/raw-inflater.js';
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
 * @param raw - who has the window and the last word
 */
export function createHandleInflater(windowBits: number, raw: RawInflater): ZlibInflater {
  return new ZlibInflater(new NodeStream(createInflateRaw({ windowBits, chunkSize: CHUNK_BYTES })), raw);
}

let found: boolean | undefined;

/** Whether this runtime's zlib has the handle, and it does what it is expected to. Found out once, in 0.1 ms. */
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
    // BFINAL, and what refers to the text before it (RFC 7692 7.2.3.4).
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
