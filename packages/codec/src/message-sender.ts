/**
 * The sending half of a connection: messages, control frames and the Close to bytes in order (RFC 6455 5.4, 5.5, 6.1).
 *
 * ```
 *   OPEN --- close written ---> CLOSED       in OPEN, a message may be under way in fragments
 * ```
 *
 * With an asynchronous extension, messages (and a Close behind them) wait in line; pings and pongs may overtake them.
 */
import { copyInto, copyOf } from './bytes.js';
import type { ConnectionConfig } from './connection-config.js';
import type { ConnectionSink } from './connection-sink.js';
import { type EncodedPiece, type ExtensionChain, isPromise, type PiecePosition } from './extension.js';
import { frameHeaderBytes, writeFrameHeader } from './frame-header.js';
import { CLOSE, CONTINUATION, FIN, type MessageOpcode, type PING, PONG, TEXT } from './opcodes.js';
import { OutputQueue } from './output-queue.js';
import type { PreparedMessage } from './prepared-message.js';
import { encodeUtf8, LONG_STRING_UNITS, writeUtf8 } from './text.js';

/** From here on a server's payload is queued by reference: below, copying it costs less than a chunk of its own. */
const BY_REFERENCE_BYTES = 4096;

/** A piece of a message, or a Close, that waits for an extension to finish with those before it. */
type Job =
  | { readonly piece: Uint8Array; readonly position: PiecePosition; readonly closeBody?: never }
  | { readonly closeBody: Uint8Array; readonly piece?: never; readonly position?: never };

/** Writes one connection's output. Internal: `Connection` checks what callers give. */
export class MessageSender {
  readonly #config: ConnectionConfig;
  readonly #sink: ConnectionSink;
  readonly #chain: ExtensionChain | null;
  #output: OutputQueue | null = null;
  /** Pieces in line behind an extension at work; null while none is. */
  #jobs: Job[] | null = null;
  #jobBytes = 0;
  #closed = false;
  #fragmenting = false;
  #onClosed: (() => void) | null = null;

  constructor(config: ConnectionConfig, sink: ConnectionSink, chain: ExtensionChain | null) {
    this.#config = config;
    this.#sink = sink;
    this.#chain = chain;
  }

  /** Whether our Close is in the output, or in line for it: no message can follow. */
  get closing(): boolean {
    return this.#closed || this.#jobs?.at(-1)?.closeBody !== undefined;
  }

  /** Whether our Close is in the output. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether a message in fragments is under way (RFC 6455 5.4: no other may begin). */
  get fragmenting(): boolean {
    return this.#fragmenting;
  }

  get bufferedBytes(): number {
    return (this.#output === null ? 0 : this.#output.bytes) + this.#jobBytes;
  }

  take(): Uint8Array | undefined {
    const output = this.#output;
    if (output === null) return undefined;
    const chunk = output.take();
    if (output.bytes === 0) {
      const pong = output.heldPong;
      this.#output = null;
      // RFC 6455 5.5.3: the newest of the pings that could not be answered when they came.
      if (pong !== null && !this.#closed) this.autoPong(pong, 0, pong.length);
    }
    return chunk;
  }

  text(text: string): void {
    if (this.#chain !== null) {
      this.#sendPiece(encodeUtf8(text), { opcode: TEXT, first: true, last: true });
    } else if (text.length > LONG_STRING_UNITS) {
      this.#writeFrame(FIN | TEXT, encodeUtf8(text));
    } else {
      this.#writeText(text);
    }
  }

  bytes(opcode: MessageOpcode, payload: Uint8Array): void {
    if (this.#chain === null) this.#writeFrame(FIN | opcode, payload);
    else this.#sendPiece(payload, { opcode, first: true, last: true });
  }

  prepared(message: PreparedMessage): void {
    if (this.#chain !== null || this.#config.role === 'client') {
      this.bytes(message.opcode, message.payload);
      return;
    }
    const { frame } = message;
    this.#output ??= new OutputQueue();
    const output = this.#output;
    // One chunk for all connections; only behind other small output is it cheaper to write it once more.
    if (output.used === 0 || frame.length >= BY_REFERENCE_BYTES) {
      output.append(frame);
    } else {
      const slab = output.reserve(frame.length);
      copyInto(frame, 0, frame.length, slab, output.used);
      output.advance(output.used + frame.length);
    }
  }

  /** A piece of a message in fragments. */
  fragment(payload: Uint8Array, position: PiecePosition): void {
    this.#fragmenting = !position.last;
    if (this.#chain === null) this.#writePiece({ payload, rsv: 0 }, position);
    else this.#sendPiece(payload, position);
  }

  control(opcode: typeof PING | typeof PONG, payload: Uint8Array): void {
    this.#writeFrame(FIN | opcode, payload);
  }

  /** Answers a ping, within the bound on answers that wait. */
  autoPong(bytes: Uint8Array, start: number, end: number): void {
    this.#output ??= new OutputQueue();
    const payload = copyOf(bytes, start, end);
    if (this.#output.pongs >= this.#config.maxQueuedPongs) {
      this.#output.heldPong = payload;
      return;
    }
    this.#output.pongs++;
    this.#writeFrame(FIN | PONG, payload);
  }

  /** Sends our Close, behind what is in line. */
  close(body: Uint8Array): void {
    if (this.#jobs === null) this.#writeClose(body);
    else this.#jobs.push({ closeBody: body });
  }

  /** Sends our Close now; what is in line is dropped. */
  abort(body: Uint8Array): void {
    this.#jobs = null;
    this.#jobBytes = 0;
    if (!this.#closed) this.#writeClose(body);
  }

  /** Calls back once when our Close is in the output, at once if it is. */
  whenClosed(callback: () => void): void {
    if (this.#closed) callback();
    else this.#onClosed = callback;
  }

  #writeClose(body: Uint8Array): void {
    this.#writeFrame(FIN | CLOSE, body);
    this.#closed = true;
    const callback = this.#onClosed;
    this.#onClosed = null;
    callback?.();
  }

  #sendPiece(piece: Uint8Array, position: PiecePosition): void {
    if (this.#jobs !== null) {
      this.#jobs.push({ piece, position });
      this.#jobBytes += piece.length;
      return;
    }
    const encoded = this.#chain!.encode(piece, position);
    if (isPromise(encoded)) {
      this.#jobs = [];
      this.#jobBytes += piece.length;
      this.#await(encoded, piece, position);
    } else {
      this.#writePiece(encoded, position);
    }
  }

  #await(encoded: PromiseLike<EncodedPiece>, piece: Uint8Array, position: PiecePosition): void {
    encoded.then(
      (result) => {
        if (this.#jobs === null) return; // aborted meanwhile
        this.#jobBytes -= piece.length;
        this.#writePiece(result, position);
        this.#work();
      },
      () => this.#fail(),
    );
  }

  /** Goes on with what is in line until an extension takes its time again. */
  #work(): void {
    let job = this.#jobs!.shift();
    while (job !== undefined) {
      if (job.closeBody !== undefined) {
        this.#jobs = null;
        this.#writeClose(job.closeBody);
        this.#sink.output?.();
        return;
      }
      const { piece, position } = job;
      let encoded: EncodedPiece | PromiseLike<EncodedPiece>;
      try {
        encoded = this.#chain!.encode(piece, position);
      } catch {
        this.#fail();
        return;
      }
      if (isPromise(encoded)) {
        this.#await(encoded, piece, position);
        this.#sink.output?.();
        return;
      }
      this.#jobBytes -= piece.length;
      this.#writePiece(encoded, position);
      job = this.#jobs!.shift();
    }
    this.#jobs = null;
    this.#sink.output?.();
  }

  /** An extension failed behind the caller's back: the connection cannot keep its word on the order of messages. */
  #fail(): void {
    if (this.#jobs === null) return;
    this.onExtensionFailure?.();
    this.#sink.output?.();
  }

  /** Set by the connection when there are extensions. */
  onExtensionFailure: (() => void) | null = null;

  #writePiece(piece: EncodedPiece, position: PiecePosition): void {
    const opcode = position.first ? position.opcode : CONTINUATION;
    this.#writeFrame((position.last ? FIN : 0) | piece.rsv | opcode, piece.payload);
  }

  #writeFrame(first: number, payload: Uint8Array): void {
    const length = payload.length;
    this.#output ??= new OutputQueue();
    const output = this.#output;
    const client = this.#config.role === 'client';
    const byReference = !client && length >= BY_REFERENCE_BYTES;
    const slab = output.reserve(frameHeaderBytes(length, client) + (byReference ? 0 : length));
    const key = client ? this.#config.maskingKeys() : undefined;
    const at = writeFrameHeader(slab, output.used, first, length, key);
    if (byReference) {
      output.advance(at);
      output.append(payload);
      return;
    }
    if (key !== undefined) this.#config.mask(payload, 0, length, slab, at, key);
    else copyInto(payload, 0, length, slab, at);
    output.advance(at + length);
  }

  /** A short text goes from the string straight into the slab, behind a header whose size its length in units foretells. */
  #writeText(text: string): void {
    this.#output ??= new OutputQueue();
    const output = this.#output;
    const client = this.#config.role === 'client';
    const slab = output.reserve(14 + 3 * text.length);
    const guess = output.used + frameHeaderBytes(text.length, client);
    const end = writeUtf8(text, slab, guess);
    const length = end - guess;
    const key = client ? this.#config.maskingKeys() : undefined;
    const at = output.used + frameHeaderBytes(length, client);
    if (at !== guess) slab.copyWithin(at, guess, end);
    writeFrameHeader(slab, output.used, FIN | TEXT, length, key);
    if (key !== undefined) this.#config.mask(slab, at, at + length, slab, at, key);
    output.advance(at + length);
  }
}
