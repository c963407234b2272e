/**
 * Engines shaped like zlib: what RFC 7692 asks of an engine, in terms of zlib's two calls. `node:zlib` and pako bring the calls;
 * zlib in WebAssembly would do as well.
 */
import type { Deflater, Inflated, Inflater } from './engine.js';
import { endsWithStream, mayRestart } from './restarts.js';

/** zlib's flush values. */
export const SYNC_FLUSH = 2;
export const BLOCK = 5;

/** One `z_stream`: a call of `deflate()` or `inflate()` at a time. */
export interface ZlibStream {
  /**
   * One call: takes of the input and gives output until the one is used up or the other full.
   *
   * @returns false if the data made no sense
   */
  run(
    flush: typeof SYNC_FLUSH | typeof BLOCK,
    input: Uint8Array,
    start: number,
    end: number,
    output: Uint8Array,
    outputStart: number,
  ): boolean;
  /** How many bytes of input the last call left. */
  readonly inputLeft: number;
  /** How many bytes of room for output the last call left. */
  readonly outputLeft: number;
  reset(): void;
  close(): void;
}

/** A stream of an inflater. */
export interface InflateStream extends ZlibStream {
  /**
   * The DEFLATE stream has ended (BFINAL): continues as a new one over the same window.
   *
   * @param produced - output of the current message
   */
  restart(produced: readonly Uint8Array[]): void;
  /** A message is whole. */
  delivered?(message: Uint8Array): void;
}

/** Output of inflaters goes here first, that of all connections: zlib calls nobody back. */
const SCRATCH_BYTES = 0x1_0000;
const scratch: Uint8Array = /* @__PURE__ */ new Uint8Array(SCRATCH_BYTES);

/**
 * Small compressed messages stand one behind the other in slabs, written there by zlib: an array of its own would cost each
 * 300 ns. What is longer gets one, so that a queue of such does not hold on to slabs.
 */
const SLAB_BYTES = 0x1_0000;
const LARGE_BYTES = 4096;
let slab: Uint8Array = scratch;
let slabUsed = SLAB_BYTES;

/** Compresses with a zlib-shaped stream. */
export class ZlibDeflater implements Deflater {
  readonly #stream: ZlibStream;

  constructor(stream: ZlibStream) {
    this.#stream = stream;
  }

  deflate(piece: Uint8Array): Uint8Array {
    const stream = this.#stream;
    const { length } = piece;
    let chunks: Uint8Array[] | null = null;
    let start = 0;
    for (;;) {
      if (SLAB_BYTES - slabUsed < LARGE_BYTES) {
        slab = new Uint8Array(SLAB_BYTES);
        slabUsed = 0;
      }
      if (!stream.run(SYNC_FLUSH, piece, start, length, slab, slabUsed)) throw new Error('deflate failed');
      start = length - stream.inputLeft;
      const end = SLAB_BYTES - stream.outputLeft;
      if (chunks === null && end < SLAB_BYTES && end - slabUsed < LARGE_BYTES) {
        const deflated = new Uint8Array(slab.buffer, slabUsed, end - slabUsed);
        slabUsed = end;
        return deflated;
      }
      // Taken out of the slab, whose place is free again.
      chunks ??= [];
      chunks.push(slab.slice(slabUsed, end));
      if (end < SLAB_BYTES) return chunks.length === 1 ? chunks[0]! : concat(chunks);
    }
  }

  reset(): void {
    this.#stream.reset();
  }

  close(): void {
    this.#stream.close();
  }
}

/** What is left out at the end of a message (RFC 7692 7.2.1), and one byte more, see {@link ZlibInflater}. */
const TAIL: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00);

/**
 * Inflates with a zlib-shaped stream.
 *
 * A message cut short must not pass for a whole one, but zlib in the middle of a block just waits for more. With `Z_BLOCK`,
 * though, it stops at the end of a block: given the four bytes and one more, it leaves exactly that one if, and only if, a
 * block ended with the fourth.
 */
export class ZlibInflater implements Inflater {
  readonly #stream: InflateStream;
  /** Output of the current message that went through the scratch buffer, and how much it is. */
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** The stream ended with the last message; a new one is made when there is something to inflate. */
  #ended = false;

  constructor(stream: InflateStream) {
    this.#stream = stream;
  }

  inflate(payload: Uint8Array, maxBytes: number): Inflated {
    const stream = this.#stream;
    const { length } = payload;
    let restarts = 0;
    if (this.#ended) this.#restart();
    let start = 0;
    for (;;) {
      if (!stream.run(SYNC_FLUSH, payload, start, length, scratch, 0)) return this.#fault('EXTENSION_DATA');
      start = length - stream.inputLeft;
      const { outputLeft } = stream;
      if (this.#bytes + SCRATCH_BYTES - outputLeft > maxBytes) return this.#fault('MESSAGE_TOO_LARGE');
      if (outputLeft === 0) {
        this.#keep(SCRATCH_BYTES);
        continue;
      }
      if (start < length) {
        // Neither out of input nor out of room: the stream has ended.
        this.#keep(SCRATCH_BYTES - outputLeft);
        if (endsWithStream(payload, start, length)) return this.#endedMessage();
        if (!mayRestart(++restarts, length, this.#bytes)) return this.#fault('EXTENSION_DATA');
        this.#restart();
        continue;
      }
      break;
    }
    const used = SCRATCH_BYTES - stream.outputLeft;
    const message = this.#take(used);
    // The tail may write nothing: the array is only there because zlib wants one.
    if (!stream.run(BLOCK, TAIL, 0, TAIL.length, scratch, 0) || stream.outputLeft < SCRATCH_BYTES) {
      return 'EXTENSION_DATA';
    }
    if (stream.inputLeft !== 1) {
      // Nothing taken: the stream ended with the payload. Policy P7: fine.
      if (stream.inputLeft !== TAIL.length) return 'EXTENSION_DATA';
      this.#ended = true;
    }
    stream.delivered?.(message);
    return message;
  }

  #endedMessage(): Uint8Array {
    this.#ended = true;
    const message = this.#take(0);
    this.#stream.delivered?.(message);
    return message;
  }

  #restart(): void {
    this.#ended = false;
    this.#stream.restart(this.#chunks);
  }

  #keep(bytes: number): void {
    if (bytes === 0) return;
    this.#chunks.push(scratch.slice(0, bytes));
    this.#bytes += bytes;
  }

  /** The message: what was kept, and the first bytes of the scratch buffer. */
  #take(used: number): Uint8Array {
    if (this.#chunks.length === 0) return scratch.slice(0, used);
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#bytes = 0;
    if (used > 0) chunks.push(scratch.subarray(0, used));
    return chunks.length === 1 ? chunks[0]! : concat(chunks);
  }

  #fault(fault: 'EXTENSION_DATA' | 'MESSAGE_TOO_LARGE'): Inflated {
    this.#chunks = [];
    this.#bytes = 0;
    return fault;
  }

  /** The window has moved on elsewhere: the next message begins with a new stream. */
  renew(): void {
    this.#ended = true;
  }

  reset(): void {
    this.#ended = false;
    this.#stream.reset();
  }

  close(): void {
    this.#chunks = [];
    this.#stream.close();
  }
}

/** Gives an inflater a window: inflates what makes one, and forgets the output. */
export function inflateNowhere(stream: ZlibStream, payload: Uint8Array): void {
  stream.run(SYNC_FLUSH, payload, 0, payload.length, scratch, 0);
}

/** One array of several. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
