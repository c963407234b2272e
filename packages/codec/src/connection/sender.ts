/**
 * The sending half of a connection: messages, control frames and the Close to bytes in order
 * (RFC 6455 5.4, 5.5, 6.1). First the state and the output, then a method for each kind of message
 * and frame, then the target of the pipeline of extensions, and the writers.
 *
 * ```
 *   OPEN, FRAGMENTING --- our Close is in the output ---> CLOSED --- the end ---> ENDED
 *   messages, control frames                              control frames          nothing
 * ```
 *
 * An exception of a caller's function (a source of keys, an allocator, an extension) passes
 * through, and nothing has changed then: every method writes before it counts its bytes, and counts
 * before it goes to another state.
 */

import { mask as defaultMask, maskView, rotateKey } from '@sanssocket/mask';
import { copyInto, copyOf, EMPTY } from '../memory/bytes.js';
import type { OutputMemory, OutputQueue } from '../memory/output.js';
import { lentView, VIEW_TO_BYTES } from '../memory/scratch.js';
import { isShared, type OwnBytes } from '../wire/errors.js';
import { frameHeaderBytes, requireKey, writeFrameHeader } from '../wire/header.js';
import { CLOSE, CONTINUATION, FIN, type MessageOpcode, type PING, PONG, TEXT } from '../wire/opcodes.js';
import {
  COUNTED_UNITS,
  encodeInto,
  encodeUtf8,
  utf8Bytes,
  writeMaskedAscii,
  writeText,
} from '../wire/utf8.js';
import { BY_REFERENCE_BYTES, type ConnectionConfig } from './config.js';
import type { EncodedFragment, ExtensionChain, FragmentInfo } from './extension.js';
import { OutgoingPipeline, type PipelineEvents, type PipelineTarget } from './extension-output.js';
import type { PreparedMessage } from './prepared-message.js';

const OPEN = 0;

/** A message in fragments is under way. */
const FRAGMENTING = 1;

/** Our Close is in the output: RFC 6455 5.5.1 forbids data frames then, but not control frames. */
const CLOSED = 2;

/** The connection has ended. */
const ENDED = 3;

/** Writes one connection's output. Internal: `Connection` checks the arguments of these methods. */
export class MessageSender implements PipelineTarget {
  readonly #config: ConnectionConfig;
  #pipeline: OutgoingPipeline | null = null;
  /**
   * The only chunk of output, a frame shared with other connections: a broadcast needs no queue.
   */
  #only: OwnBytes | null = null;
  #output: OutputQueue | null = null;
  #state: typeof OPEN | typeof FRAGMENTING | typeof CLOSED | typeof ENDED = OPEN;

  constructor(config: ConnectionConfig) {
    this.#config = config;
  }

  /**
   * Sets the way of messages through the extensions, for a connection that has some.
   *
   * @param events - the connection's reactions to an extension that has finished, or failed,
   * outside of any call of the caller's
   */
  attach(chain: ExtensionChain, events: PipelineEvents): void {
    this.#pipeline = new OutgoingPipeline(chain, this, events);
  }

  get role(): 'server' | 'client' {
    return this.#config.role;
  }

  /** Whether our Close is in the output, or in line for it: no message can follow. */
  get closing(): boolean {
    return this.closed || this.#pipeline?.closing === true;
  }

  /** Whether our Close is in the output, or the connection has ended. */
  get closed(): boolean {
    return this.#state >= CLOSED;
  }

  /** Whether a message in fragments is under way (RFC 6455 5.4: no other may begin). */
  get fragmenting(): boolean {
    return this.#state === FRAGMENTING;
  }

  get bufferedBytes(): number {
    const queued = this.#only === null ? (this.#output?.bytes ?? 0) : this.#only.length;
    return queued + (this.#pipeline?.bytes ?? 0);
  }

  take(): OwnBytes | undefined {
    const only = this.#only;
    if (only !== null) {
      this.#only = null;
      return only;
    }
    const output = this.#output;
    if (output === null) return undefined;
    const chunk = output.take();
    if (output.bytes > 0) return chunk;
    this.#output = null;
    const { heldPong } = output;
    this.memory.giveQueueBack(output);
    if (heldPong === null || this.#state === ENDED) return chunk;
    // RFC 6455 5.5.3: the newest of the pings that could not be answered when they came.
    try {
      this.autoPong(heldPong, 0, heldPong.length);
    } catch (error) {
      // The pong waits again; a chunk that has been taken must not be lost.
      if (chunk === undefined) throw error;
    }
    return chunk ?? this.take();
  }

  /** As `Connection.recycleOutput`. */
  reuse(chunk: Uint8Array): void {
    this.memory.reuse(chunk);
  }

  text(text: string, compress: boolean | undefined): void {
    if (this.#pipeline !== null) {
      this.#pipeline.send(encodeUtf8(text), whole(TEXT, compress));
    } else if (text.length > BY_REFERENCE_BYTES) {
      this.writeLongText(text, this.key());
    } else {
      this.writeText(text, this.key());
    }
  }

  /** A whole message from a slice of a caller's bytes. */
  slice(
    opcode: MessageOpcode,
    bytes: Uint8Array,
    start: number,
    end: number,
    compress: boolean | undefined,
  ): void {
    if (this.#pipeline === null) this.writeSlice(FIN | opcode, bytes, start, end, this.key());
    else this.#pipeline.send(copyOf(bytes, start, end), whole(opcode, compress));
  }

  /**
   * A whole message of bytes that are given away. Bytes in shared memory are copied, as no platform
   * writes them.
   */
  reference(opcode: MessageOpcode, bytes: Uint8Array, compress: boolean | undefined): void {
    const payload = isShared(bytes.buffer) ? copyOf(bytes, 0, bytes.length) : (bytes as OwnBytes);
    if (this.#pipeline === null) this.writeFrame(FIN | opcode, payload, this.key());
    else this.#pipeline.send(payload, whole(opcode, compress));
  }

  prepared(message: PreparedMessage): void {
    const { frame, opcode, payload } = message;
    const pipeline = this.#pipeline;
    if (pipeline !== null) {
      const encoded = this.frameBefore(message, pipeline);
      if (encoded === undefined) pipeline.send(payload, { ...whole(opcode, undefined), prepared: message });
      else this.share(encoded);
    } else if (this.#config.role === 'client') {
      this.writeSlice(FIN | opcode, payload, 0, payload.length, this.key());
    } else {
      this.share(frame);
    }
  }

  /**
   * The frame of a prepared message as another connection has encoded it, if this one would encode
   * it to the same here and now.
   */
  private frameBefore(message: PreparedMessage, { scope, busy }: OutgoingPipeline): OwnBytes | undefined {
    if (scope === undefined || busy || this.#config.role === 'client') return undefined;
    return message.frameFor(scope);
  }

  /** Queues a frame that other connections queue, too. */
  private share(frame: OwnBytes): void {
    if (this.#output === null && this.#only === null) {
      this.#only = frame;
      return;
    }
    const output = this.queue();
    // Behind other small output it costs less to write it once more than to make it a chunk.
    if (frame.length >= BY_REFERENCE_BYTES) {
      output.append(frame);
    } else {
      const slab = output.reserve(frame.length);
      copyInto(frame, 0, frame.length, slab, output.used);
      output.advance(output.used + frame.length);
    }
  }

  /**
   * A fragment of a message.
   *
   * @param owned - whether the bytes are nobody else's, and the slice is all of them
   */
  fragment(bytes: Uint8Array, start: number, end: number, position: FragmentInfo, owned: boolean): void {
    if (this.#pipeline !== null) this.#pipeline.send(owned ? bytes : copyOf(bytes, start, end), position);
    else if (owned) this.writeFrame(firstByte(position, 0), bytes as OwnBytes, this.key());
    else this.writeSlice(firstByte(position, 0), bytes, start, end, this.key());
    if (!this.closed) this.#state = position.last ? OPEN : FRAGMENTING;
  }

  control(opcode: typeof PING | typeof PONG, payload: Uint8Array): void {
    this.writeSlice(FIN | opcode, payload, 0, payload.length, this.key());
  }

  /** Answers a ping, within the bound on answers that wait. */
  autoPong(bytes: Uint8Array, start: number, end: number): void {
    const output = this.queue();
    if (output.pongs >= this.#config.maxQueuedPongs) {
      output.heldPong = copyOf(bytes, start, end);
      return;
    }
    try {
      this.writeSlice(FIN | PONG, bytes, start, end, this.key());
      output.pongs++;
      // An earlier ping that waits needs no answer any more (RFC 6455 5.5.3).
      output.heldPong = null;
    } catch (error) {
      // The ping waits for its answer.
      output.heldPong = copyOf(bytes, start, end);
      throw error;
    }
  }

  /** Sends our Close, behind the fragments in line. */
  close(body: Uint8Array): void {
    if (this.#pipeline === null) this.writeClose(body);
    else this.#pipeline.close(body);
  }

  /** Sends our Close now; the fragments in line are dropped. */
  abort(body: Uint8Array): void {
    this.#pipeline?.abort();
    if (!this.closed) this.writeClose(body);
  }

  /** The connection has ended: nothing more is sent, not even the fragments in line. */
  end(): void {
    this.#pipeline?.abort();
    this.#state = ENDED;
  }

  /** Calls back once when our Close is in the output, at once if it is there already. */
  whenClosed(callback: () => void): void {
    if (this.closed || this.#pipeline === null) callback();
    else this.#pipeline.onClosed = callback;
  }

  // ---- The target of the pipeline ----

  /**
   * A fresh masking key for the next frame; undefined for a server. It is drawn before an extension
   * encodes, as it may throw.
   */
  key(): number | undefined {
    if (this.#config.role === 'server') return undefined;
    const key = this.#config.generateMaskingKey();
    requireKey(key);
    return key;
  }

  writeClose(body: Uint8Array): void {
    this.writeSlice(FIN | CLOSE, body, 0, body.length, this.key());
    this.#state = CLOSED;
  }

  writeFragment(fragment: EncodedFragment, position: FragmentInfo, key: number | undefined): void {
    // An extension has closed or failed the connection while it encoded: no data frame follows our
    // Close (5.5.1).
    if (this.closed) return;
    const { prepared } = position;
    const scope = this.#pipeline?.scope;
    if (prepared === undefined || scope === undefined || key !== undefined) {
      // The interface of extensions asks for bytes that are not shared.
      this.writeFrame(firstByte(position, fragment.rsv), fragment.payload as OwnBytes, key);
      return;
    }
    const frame =
      fragment.rsv === 0 ? prepared.frame : wholeFrame(firstByte(position, fragment.rsv), fragment.payload);
    prepared.keepFrame(scope, frame);
    this.share(frame);
  }

  /**
   * The memory of output. With extensions it never throws: a fragment that has been encoded has to
   * be sent, or the peer's window differs from ours.
   */
  private get memory(): OutputMemory {
    return this.#pipeline === null ? this.#config.output : this.#config.lastingOutput;
  }

  private queue(): OutputQueue {
    if (this.#output === null) {
      this.#output = this.memory.takeQueue();
      if (this.#only !== null) this.#output.append(this.#only);
      this.#only = null;
    }
    return this.#output;
  }

  /** Writes a frame of bytes that do not change until they have been written to the transport. */
  private writeFrame(first: number, payload: OwnBytes, key: number | undefined): void {
    const { length } = payload;
    if (length < BY_REFERENCE_BYTES || key !== undefined) {
      this.writeSlice(first, payload, 0, length, key);
      return;
    }
    const output = this.queue();
    const header = output.reserve(frameHeaderBytes(length, false));
    output.appendBehind(writeFrameHeader(header, output.used, first, length, undefined), payload);
  }

  private writeSlice(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number | undefined,
  ): void {
    const length = end - start;
    const output = this.queue();
    const slab = output.reserve(frameHeaderBytes(length, key !== undefined) + length);
    const at = writeFrameHeader(slab, output.used, first, length, key);
    const mask = this.#pipeline === null ? this.#config.mask : this.#config.maskLasting;
    const view = length <= VIEW_TO_BYTES && mask === defaultMask ? lentView(bytes) : null;
    // A key of zero copies.
    if (view !== null) maskView(view, start, end, output.view, at, key ?? 0);
    else if (key !== undefined) mask(bytes, start, end, slab, at, key);
    else copyInto(bytes, start, end, slab, at);
    output.advance(at + length);
  }

  /**
   * A short text goes from the string straight into the slab, behind a header whose size follows
   * from its length in units, as if it were ASCII.
   */
  private writeText(text: string, key: number | undefined): void {
    const output = this.queue();
    const masked = key !== undefined;
    const units = text.length;
    let slab = output.reserve(frameHeaderBytes(units, masked) + units);
    let guess = output.used + frameHeaderBytes(units, masked);
    const ours = !masked || this.#config.mask === defaultMask;
    if (ours && writeMaskedAscii(text, output.view, guess, key ?? 0)) {
      output.advance(writeFrameHeader(slab, output.used, FIN | TEXT, units, key) + units);
      return;
    }
    let end = writeText(text, slab, guess, guess + units);
    if (end < 0) {
      if (units > COUNTED_UNITS) {
        this.writeFrame(FIN | TEXT, encodeUtf8(text), key);
        return;
      }
      // The exact number of bytes is reserved: a slab that grew for the largest possible number
      // would hold too much, see `memory/output`.
      const bytes = utf8Bytes(text);
      slab = output.reserve(frameHeaderBytes(bytes, masked) + bytes);
      guess = output.used + frameHeaderBytes(bytes, masked);
      end = writeText(text, slab, guess, guess + bytes);
    }
    const length = end - guess;
    const at = writeFrameHeader(slab, output.used, FIN | TEXT, length, key);
    if (key !== undefined) this.#config.mask(slab, at, at + length, slab, at, key);
    output.advance(at + length);
  }

  /**
   * A long text goes into the slab as far as it fits there, with as much room as ASCII takes: 1 MiB
   * takes memory that serves again, and not a fresh array. What is left is a chunk of its own.
   */
  private writeLongText(text: string, key: number | undefined): void {
    const output = this.queue();
    const { mask } = this.#config;
    const units = text.length;
    const headerBytes = frameHeaderBytes(units, key !== undefined);
    const slab = output.reserve(headerBytes + units);
    const start = output.used;
    const at = start + headerBytes;
    const { read, written } = encodeInto(text, slab, at, at + units);
    const rest = read < units ? encodeUtf8(text.slice(read)) : EMPTY;
    const length = written + rest.length;
    if (frameHeaderBytes(length, key !== undefined) !== headerBytes) {
      this.writeFrame(FIN | TEXT, encodeUtf8(text), key);
      return;
    }
    writeFrameHeader(slab, start, FIN | TEXT, length, key);
    const end = at + written;
    if (key !== undefined) {
      mask(slab, at, end, slab, at, key);
      if (rest.length > 0) mask(rest, 0, rest.length, rest, 0, rotateKey(key, written));
    }
    if (rest.length === 0) output.advance(end);
    else output.appendBehind(end, rest);
  }
}

/** The place of the only fragment of a message. */
function whole(opcode: MessageOpcode, compress: boolean | undefined): FragmentInfo {
  return { opcode, first: true, last: true, compress };
}

function firstByte({ opcode, first, last }: FragmentInfo, rsv: number): number {
  return (last ? FIN : 0) | rsv | (first ? opcode : CONTINUATION);
}

/** An unmasked frame in memory of its own, for many connections. */
function wholeFrame(first: number, payload: Uint8Array): OwnBytes {
  const frame = new Uint8Array(frameHeaderBytes(payload.length, false) + payload.length);
  copyInto(payload, 0, payload.length, frame, writeFrameHeader(frame, 0, first, payload.length, undefined));
  return frame;
}
