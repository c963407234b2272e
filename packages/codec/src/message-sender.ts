/**
 * The sending half of a connection: messages, control frames and the Close to bytes in order (RFC 6455 5.4, 5.5, 6.1).
 *
 * ```
 *   OPEN --- close written ---> CLOSED       in OPEN, a message may be under way in fragments
 * ```
 */
import { maskView } from '@sanssocket/mask';
import { BY_REFERENCE_BYTES, type ConnectionConfig } from './connection-config.js';
import type { ConnectionSink } from './connection-sink.js';
import type { EncodedPiece, ExtensionChain, PiecePosition } from './extension.js';
import { frameHeaderBytes, writeFrameHeader } from './frame-header.js';
import { copyInto, copyOf } from './memory/bytes.js';
import { OutputQueue } from './memory/output-queue.js';
import { CLOSE, CONTINUATION, FIN, type MessageOpcode, type PING, PONG, TEXT } from './opcodes.js';
import { OutgoingPipeline, type PipelineTarget } from './outgoing-pipeline.js';
import type { PreparedMessage } from './prepared-message.js';
import { encodeUtf8, LONG_STRING_UNITS, writeAscii, writeUtf8 } from './text.js';
import { viewToMask } from './unmask.js';

const OPEN = 0;
/** A message in fragments is under way. */
const FRAGMENTING = 1;
/** Our Close is in the output, or the transport has ended. */
const CLOSED = 2;

/** Writes one connection's output. Internal: `Connection` checks what callers give. */
export class MessageSender implements PipelineTarget {
  readonly #config: ConnectionConfig;
  #pipeline: OutgoingPipeline | null = null;
  /** The only chunk of output, a frame shared with other connections: a broadcast needs no queue. */
  #only: Uint8Array | null = null;
  #output: OutputQueue | null = null;
  #state: typeof OPEN | typeof FRAGMENTING | typeof CLOSED = OPEN;

  constructor(config: ConnectionConfig) {
    this.#config = config;
  }

  /**
   * Sets the way messages take through the extensions, for a connection that has some.
   *
   * @param onFailure - an asynchronous extension failed, the connection has to
   */
  attach(chain: ExtensionChain, sink: ConnectionSink, onFailure: () => void): void {
    this.#pipeline = new OutgoingPipeline(chain, this, sink, onFailure);
  }

  get role(): 'server' | 'client' {
    return this.#config.role;
  }

  /** Whether our Close is in the output, or in line for it: no message can follow. */
  get closing(): boolean {
    return this.closed || this.#pipeline?.closing === true;
  }

  /** Whether our Close is in the output, or the transport has ended. */
  get closed(): boolean {
    return this.#state === CLOSED;
  }

  /** Whether a message in fragments is under way (RFC 6455 5.4: no other may begin). */
  get fragmenting(): boolean {
    return this.#state === FRAGMENTING;
  }

  get bufferedBytes(): number {
    const queued = this.#only === null ? (this.#output?.bytes ?? 0) : this.#only.length;
    return queued + (this.#pipeline?.bytes ?? 0);
  }

  take(): Uint8Array | undefined {
    const only = this.#only;
    if (only !== null) {
      this.#only = null;
      return only;
    }
    const output = this.#output;
    if (output === null) return undefined;
    const chunk = output.take();
    if (output.bytes === 0) {
      const pong = output.heldPong;
      this.#output = null;
      // RFC 6455 5.5.3: the newest of the pings that could not be answered when they came.
      if (pong !== null && !this.closed) this.autoPong(pong, 0, pong.length);
    }
    return chunk;
  }

  /** As `Connection.reuseOutput`. */
  reuse(chunk: Uint8Array): void {
    this.#config.output.reuse(chunk);
  }

  text(text: string): void {
    if (this.#pipeline !== null) {
      this.#pipeline.send(encodeUtf8(text), { opcode: TEXT, first: true, last: true });
    } else if (text.length > LONG_STRING_UNITS) {
      this.writeFrame(FIN | TEXT, encodeUtf8(text));
    } else {
      this.writeText(text);
    }
  }

  bytes(opcode: MessageOpcode, payload: Uint8Array): void {
    if (this.#pipeline === null) this.writeFrame(FIN | opcode, payload);
    else this.#pipeline.send(payload, { opcode, first: true, last: true });
  }

  /** The same from a range of borrowed bytes. */
  span(opcode: MessageOpcode, bytes: Uint8Array, start: number, end: number, view: DataView | null): void {
    if (this.#pipeline === null) this.writeSpan(FIN | opcode, bytes, start, end, view);
    else this.#pipeline.send(copyOf(bytes, start, end), { opcode, first: true, last: true });
  }

  prepared(message: PreparedMessage): void {
    const { frame, opcode, payload } = message;
    if (this.#pipeline !== null) {
      this.#pipeline.send(payload, { opcode, first: true, last: true, prepared: message });
      return;
    }
    if (this.#config.role === 'client') {
      this.bytes(opcode, payload);
      return;
    }
    if (this.#output === null && this.#only === null) {
      this.#only = frame;
      return;
    }
    const output = this.queue();
    // Behind other small output it is cheaper to write it once more than to make it a chunk.
    if (frame.length >= BY_REFERENCE_BYTES) {
      output.append(frame);
    } else {
      const slab = output.reserve(frame.length);
      copyInto(frame, 0, frame.length, slab, output.used);
      output.advance(output.used + frame.length);
    }
  }

  /** A piece of a message in fragments. */
  fragment(payload: Uint8Array, position: PiecePosition): void {
    this.#state = position.last ? OPEN : FRAGMENTING;
    if (this.#pipeline === null) this.writePiece({ payload, rsv: 0 }, position);
    else this.#pipeline.send(payload, position);
  }

  control(opcode: typeof PING | typeof PONG, payload: Uint8Array): void {
    this.writeFrame(FIN | opcode, payload);
  }

  /** Answers a ping, within the bound on answers that wait. */
  autoPong(bytes: Uint8Array, start: number, end: number): void {
    const output = this.queue();
    if (output.pongs >= this.#config.maxQueuedPongs) {
      output.heldPong = copyOf(bytes, start, end);
      return;
    }
    output.pongs++;
    this.writeSpan(FIN | PONG, bytes, start, end, null);
  }

  /** Sends our Close, behind what is in line. */
  close(body: Uint8Array): void {
    if (this.#pipeline === null) this.writeClose(body);
    else this.#pipeline.close(body);
  }

  /** Sends our Close now; what is in line is dropped. */
  abort(body: Uint8Array): void {
    this.#pipeline?.abort();
    if (!this.closed) this.writeClose(body);
  }

  /** The transport has ended: nothing more is said, not even what is in line. */
  stop(): void {
    this.#pipeline?.abort();
    this.#state = CLOSED;
  }

  /** Calls back once when our Close is in the output, at once if it is. */
  whenClosed(callback: () => void): void {
    if (this.closed || this.#pipeline === null) callback();
    else this.#pipeline.onClosed = callback;
  }

  writeClose(body: Uint8Array): void {
    this.writeFrame(FIN | CLOSE, body);
    this.#state = CLOSED;
  }

  writePiece(piece: EncodedPiece, position: PiecePosition): void {
    const opcode = position.first ? position.opcode : CONTINUATION;
    this.writeFrame((position.last ? FIN : 0) | piece.rsv | opcode, piece.payload);
  }

  private queue(): OutputQueue {
    if (this.#output === null) {
      this.#output = new OutputQueue(this.#config.output);
      if (this.#only !== null) this.#output.append(this.#only);
      this.#only = null;
    }
    return this.#output;
  }

  private writeFrame(first: number, payload: Uint8Array): void {
    const { length } = payload;
    if (length < BY_REFERENCE_BYTES || this.#config.role === 'client') {
      this.writeSpan(first, payload, 0, length, null);
      return;
    }
    const output = this.queue();
    const header = output.reserve(frameHeaderBytes(length, false));
    output.advance(writeFrameHeader(header, output.used, first, length, undefined));
    output.append(payload);
  }

  private writeSpan(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    view: DataView | null,
  ): void {
    const length = end - start;
    const output = this.queue();
    const client = this.#config.role === 'client';
    const slab = output.reserve(frameHeaderBytes(length, client) + length);
    const key = client ? this.#config.maskingKeys() : undefined;
    const at = writeFrameHeader(slab, output.used, first, length, key);
    const byView = viewToMask(view, length, this.#config.mask);
    // A key of zero copies.
    if (byView !== null) maskView(byView, start, end, output.view, at, key ?? 0);
    else if (key !== undefined) this.#config.mask(bytes, start, end, slab, at, key);
    else copyInto(bytes, start, end, slab, at);
    output.advance(at + length);
  }

  /** A short text goes from the string straight into the slab, behind a header whose size its length in units foretells. */
  private writeText(text: string): void {
    const output = this.queue();
    const client = this.#config.role === 'client';
    const units = text.length;
    let slab = output.reserve(frameHeaderBytes(units, client) + units);
    let guess = output.used + frameHeaderBytes(units, client);
    let end = writeAscii(text, slab, guess);
    if (end < 0) {
      slab = output.reserve(14 + 3 * units);
      guess = output.used + frameHeaderBytes(units, client);
      end = writeUtf8(text, slab, guess);
    }
    const length = end - guess;
    const key = client ? this.#config.maskingKeys() : undefined;
    const at = output.used + frameHeaderBytes(length, client);
    if (at !== guess) slab.copyWithin(at, guess, end);
    writeFrameHeader(slab, output.used, FIN | TEXT, length, key);
    if (key !== undefined) this.#config.mask(slab, at, at + length, slab, at, key);
    output.advance(at + length);
  }
}
