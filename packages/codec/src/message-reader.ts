/**
 * The receiving half of a connection: frames to messages, pings, pongs and the Close (RFC 6455 5.4 to 5.6, 6.2, 7).
 *
 * A frame that stands whole in a chunk goes straight to the sink; anything cut is collected, unmasked on its way to its
 * final place. What a header alone can break is the frame parser's business; here are the rules about payloads.
 */
import { maskView, rotateKey } from '@sanssocket/mask';
import { copyInto, EMPTY } from './bytes.js';
import { isValidCloseCode, NO_STATUS_RECEIVED } from './close-codes.js';
import type { ConnectionConfig } from './connection-config.js';
import type { ConnectionSink } from './connection-sink.js';
import type { Decoded } from './extension.js';
import type { Fault } from './faults.js';
import { type Frame, FrameReader, VIEW_TO_BYTES, viewToMask } from './frame-reader.js';
import { encodeCloseBody } from './frame-writer.js';
import { IncomingMessage } from './incoming-message.js';
import { MessageBuffer } from './message-buffer.js';
import type { MessageDecoder } from './message-decoder.js';
import type { MessageSender } from './message-sender.js';
import { allocateMessage, LARGE_BYTES, messageView, releaseSlab } from './message-slab.js';
import { CLOSE, CONTINUATION, FIN, isControl, type MessageOpcode, PING, TEXT } from './opcodes.js';
import { abnormalOutcome, cleanOutcome, failedOutcome, type Outcome } from './outcome.js';
import { borrow, giveBack, unmaskTo, usesSimd } from './scratch.js';
import { decodeUtf8 } from './text.js';
import { UTF8_BOUNDARY, validateUtf8 } from './utf8.js';

/** The peer's Close has arrived, our answer is in line behind an extension at work. */
const HEARD_CLOSE = 0;

/** Pieces of text from this size on go by way of SIMD memory. */
const SIMD_TEXT_BYTES = 128;
/** What goes through SIMD memory at a time. */
const SIMD_PIECE_BYTES = 0x1_0000;

/** Reads one connection's input. Internal: a part of `Connection`. */
export class MessageReader extends FrameReader {
  readonly #config: ConnectionConfig;
  readonly #sink: ConnectionSink;
  readonly #sender: MessageSender;
  #decoder: MessageDecoder | null = null;
  /** The message of which some frame or byte is missing. */
  #message: IncomingMessage | null = null;
  /** How the connection ended, or `HEARD_CLOSE` when it is about to. */
  #outcome: Outcome | typeof HEARD_CLOSE | null = null;

  constructor(config: ConnectionConfig, sink: ConnectionSink, sender: MessageSender, rsv: number) {
    super(config.rules(rsv));
    this.#config = config;
    this.#sink = sink;
    this.#sender = sender;
  }

  /** Sets what undoes the work of extensions, for a connection that has some. */
  attach(decoder: MessageDecoder): void {
    this.#decoder = decoder;
  }

  /** How the connection ended; null as long as it has not. */
  get outcome(): Outcome | null {
    return this.#outcome === HEARD_CLOSE ? null : this.#outcome;
  }

  /** Whether the peer's Close has arrived, or the connection has ended: no input matters any more. */
  get deaf(): boolean {
    return this.#outcome !== null;
  }

  /** Whether an extension is still at work on a message: what follows has to wait. */
  get waiting(): boolean {
    return this.#decoder?.waiting === true;
  }

  /** As `FrameParser.push`. */
  override push(bytes: Uint8Array, start: number, end: number): number {
    releaseSlab();
    return super.push(bytes, start, end);
  }

  /** The transport has ended (RFC 6455 7.1.4). */
  endOfInput(): void {
    if (this.outcome !== null) return;
    this.#sender.stop();
    this.#finish(abnormalOutcome(this.truncated));
  }

  /** Ends the connection from this side (RFC 6455 7.1.7). */
  abort(code: number, reason: string, fault: Fault | undefined): void {
    if (this.outcome !== null) return;
    this.pause();
    this.#sender.abort(encodeCloseBody(code, reason));
    this.#finish(failedOutcome(code, reason, fault));
  }

  // The frame reader's calls, in their order.

  protected override get takesMessages(): boolean {
    return this.#config.delivery !== 'pieces';
  }

  protected override onMessage(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    view: DataView | null,
  ): void {
    if (!this.#isEncoded(first)) {
      this.#wholeMessage((first & 0x0f) as MessageOpcode, bytes, start, end, key, view);
      return;
    }
    const message = this.#begin(first);
    message.buffer.appendAll(bytes, start, end, this.#config.mask, key, end - start);
    this.#endOfFrame(message, first);
  }

  protected override onHeader({ first }: Frame): void {
    if (this.#config.delivery !== 'pieces' || !startsMessage(first)) return;
    const message = this.#begin(first);
    if (!this.#isEncoded(first)) this.#sink.begin?.(message.opcode);
  }

  protected override onPayload(
    frame: Frame,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void {
    if (isControl(frame.first & 0x0f)) this.#controlPayload(frame, bytes, start, end, key);
    else this.#collect(frame, bytes, start, end, key);
  }

  protected override onEnd(frame: Frame): void {
    if (frame.done) return;
    const { first, collected } = frame;
    if (!isControl(first & 0x0f)) {
      this.#endOfFrame(this.#message ?? this.#begin(first), first);
    } else {
      const payload = collected === null ? EMPTY : collected.toBytes();
      this.#controlFrame(first & 0x0f, payload, 0, payload.length);
    }
  }

  protected override onFault(fault: Fault): void {
    this.abort(fault.closeCode, '', fault);
  }

  // Data frames.

  /** An unfragmented message that stands whole in the chunk: nothing is kept, and only what the sink gets is made. */
  #wholeMessage(
    opcode: MessageOpcode,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    view: DataView | null,
  ): void {
    const { delivery, mask } = this.#config;
    const byView = viewToMask(view, end - start, mask);
    if (delivery === 'messages' && opcode !== TEXT) {
      this.#sink.binary?.(this.#unmasked(bytes, start, end, key, byView));
      return;
    }
    if (key === 0) {
      this.#deliverSpan(opcode, bytes, start, end, start);
    } else if (this.#unmasksInPlace(end - start)) {
      if (byView !== null) maskView(byView, start, end, byView, start, key);
      else mask(bytes, start, end, bytes, start, key);
      this.#deliverSpan(opcode, bytes, start, end, start);
    } else {
      const scratch = borrow(end - start);
      try {
        let ascii = false;
        if (byView !== null) maskView(byView, start, end, scratch.view, 0, key);
        else ascii = unmaskTo(scratch, 0, bytes, start, end, key, mask);
        this.#deliverSpan(opcode, scratch.bytes, 0, end - start, start, ascii);
      } finally {
        giveBack(scratch);
      }
    }
  }

  /** Even with leave to, not what is so long that SIMD does better in memory of its own. */
  #unmasksInPlace(bytes: number): boolean {
    return this.#config.inPlace && bytes <= VIEW_TO_BYTES;
  }

  #unmasked(bytes: Uint8Array, start: number, end: number, key: number, view: DataView | null): Uint8Array {
    if (this.#config.handOver && end - start >= LARGE_BYTES) {
      if (key !== 0) this.#config.mask(bytes, start, end, bytes, start, key);
      return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
    }
    const unmasked = allocateMessage(end - start, bytes.length - end, this.#config.allocate);
    if (key === 0) copyInto(bytes, start, end, unmasked, 0);
    else if (view !== null && messageView !== null) {
      maskView(view, start, end, messageView, unmasked.byteOffset, key);
    } else this.#config.mask(bytes, start, end, unmasked, 0, key);
    return unmasked;
  }

  /**
   * @param index - of the payload's first byte in the chunk being parsed
   * @param ascii - whether text is known to be valid, because it is all ASCII
   */
  #deliverSpan(
    opcode: MessageOpcode,
    bytes: Uint8Array,
    start: number,
    end: number,
    index: number,
    ascii = false,
  ): void {
    if (opcode !== TEXT) {
      this.#sink.message?.(opcode, bytes, start, end);
    } else if (this.#config.delivery === 'messages') {
      const text = decodeUtf8(bytes, start, end);
      if (text === undefined) this.#failText(bytes, start, end, index);
      else this.#sink.text?.(text);
    } else if (!ascii && validateUtf8(bytes, start, end, UTF8_BOUNDARY) !== UTF8_BOUNDARY) {
      this.#failText(bytes, start, end, index);
    } else {
      this.#sink.message?.(opcode, bytes, start, end);
    }
  }

  /** RFC 6455 8.1, at the byte that is wrong, or behind the last one where one is missing. */
  #failText(bytes: Uint8Array, start: number, end: number, index: number): void {
    const state = validateUtf8(bytes, start, end, UTF8_BOUNDARY);
    this.fail('INVALID_UTF8', index + (state < 0 ? ~state : end) - start);
  }

  #begin(first: number): IncomingMessage {
    const buffer = new MessageBuffer(this.#config.allocate);
    this.#message = new IncomingMessage(
      (first & 0x0f) as MessageOpcode,
      first,
      this.#isEncoded(first),
      buffer,
    );
    return this.#message;
  }

  #isEncoded(first: number): boolean {
    return this.#decoder?.applies(first) === true;
  }

  /** A piece of a message that is not whole yet. */
  #collect(frame: Frame, bytes: Uint8Array, start: number, end: number, key: number): void {
    const message = this.#message ?? this.#begin(frame.first);
    if (this.#config.delivery === 'pieces' && !this.#isEncoded(message.first)) {
      this.#passPiece(message, bytes, start, end, key);
      return;
    }
    const { buffer } = message;
    const { mask } = this.#config;
    if (
      message.opcode === TEXT &&
      end - start >= SIMD_TEXT_BYTES &&
      this.#collectText(frame, message, bytes, start, end, key)
    ) {
      return;
    }
    // What is certain to come in all, if this is the last frame: not more than the frame has left.
    let left = (frame.first & FIN) !== 0 ? frame.remaining + end - start : Number.MAX_SAFE_INTEGER;
    let at = start;
    while (at < end) {
      const length = buffer.append(bytes, at, end, mask, rotateKey(key, at - start), left);
      const invalid = message.validate(buffer.tail, buffer.tailBytes - length, buffer.tailBytes, false);
      if (invalid >= 0) {
        this.fail('INVALID_UTF8', at + invalid - (buffer.tailBytes - length));
        return;
      }
      at += length;
      left -= length;
    }
  }

  /**
   * Collects a piece of text by way of SIMD memory, where it is unmasked and found to be ASCII in one go: 5 times as fast as
   * to validate it where it is kept.
   *
   * @returns false if there is no SIMD, and nothing was done
   */
  #collectText(
    frame: Frame,
    message: IncomingMessage,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): boolean {
    const { mask } = this.#config;
    const scratch = borrow(SIMD_PIECE_BYTES);
    try {
      if (!usesSimd(scratch, mask)) return false;
      let left = (frame.first & FIN) !== 0 ? frame.remaining + end - start : Number.MAX_SAFE_INTEGER;
      for (let at = start; at < end; at += SIMD_PIECE_BYTES) {
        const length = Math.min(end - at, SIMD_PIECE_BYTES);
        // The pieces are multiples of 4 long: the key is the same for each.
        const ascii = unmaskTo(scratch, 0, bytes, at, at + length, key, mask);
        const invalid = message.validate(scratch.bytes, 0, length, ascii);
        if (invalid >= 0) {
          this.fail('INVALID_UTF8', at + invalid);
          return true;
        }
        message.buffer.appendAll(scratch.bytes, 0, length, mask, 0, left);
        left -= length;
      }
      return true;
    } finally {
      giveBack(scratch);
    }
  }

  #passPiece(message: IncomingMessage, bytes: Uint8Array, start: number, end: number, key: number): void {
    const { mask } = this.#config;
    const held = message.heldBytes;
    const inPlace = held === 0 && (key === 0 || this.#unmasksInPlace(end - start));
    const scratch = inPlace ? null : borrow(held + end - start);
    const target = scratch?.bytes ?? bytes;
    const at = scratch === null ? start : held;
    try {
      const ascii = scratch !== null && unmaskTo(scratch, at, bytes, start, end, key, mask);
      if (scratch === null && key !== 0) mask(bytes, start, end, bytes, start, key);
      const invalid = message.validate(target, at, at + end - start, ascii);
      if (invalid >= 0) {
        this.fail('INVALID_UTF8', start + invalid - at);
        return;
      }
      message.passWholeCharacters(target, at, at + end - start, this.#sink);
    } finally {
      if (scratch !== null) giveBack(scratch);
    }
  }

  /** A frame of a message in parts has ended; with FIN, so has the message (RFC 6455 5.4). */
  #endOfFrame(message: IncomingMessage, first: number): void {
    if ((first & FIN) === 0) return;
    this.#message = null;
    if (!message.wholeCharacters) {
      this.fail('INVALID_UTF8');
    } else if (this.#isEncoded(message.first)) {
      this.#decode(message);
    } else if (this.#config.delivery === 'pieces') {
      this.#sink.finish?.();
    } else {
      this.#deliver(message.opcode, message.buffer.toBytes());
    }
  }

  // Messages that an extension changed.

  #decode({ opcode, first, buffer }: IncomingMessage): void {
    const { maxMessageBytes } = this.#config;
    const later = this.#decoder!.decode(buffer.toBytes(), first, opcode, maxMessageBytes, (decoded) => {
      if (this.outcome === null) this.#deliverDecoded(opcode, decoded);
    });
    if (later) this.pause();
  }

  #deliverDecoded(opcode: MessageOpcode, decoded: Decoded): void {
    if (typeof decoded === 'string') this.fail(decoded);
    else if (opcode === TEXT && validateUtf8(decoded, 0, decoded.length, UTF8_BOUNDARY) !== UTF8_BOUNDARY) {
      this.fail('INVALID_UTF8');
    } else if (this.#config.delivery === 'pieces') {
      this.#sink.begin?.(opcode);
      if (decoded.length > 0) this.#sink.piece?.(decoded, 0, decoded.length);
      this.#sink.finish?.();
    } else {
      this.#deliver(opcode, decoded);
    }
  }

  /** Delivers a message whose text is known to be valid. */
  #deliver(opcode: MessageOpcode, message: Uint8Array): void {
    if (this.#config.delivery === 'spans') this.#sink.message?.(opcode, message, 0, message.length);
    else if (opcode === TEXT) this.#sink.text?.(decodeUtf8(message, 0, message.length)!);
    else this.#sink.binary?.(message);
  }

  // Control frames.

  #controlPayload(frame: Frame, bytes: Uint8Array, start: number, end: number, key: number): void {
    if (end - start < frame.payloadLength) {
      frame.collected ??= new MessageBuffer(this.#config.allocate);
      frame.collected.appendAll(bytes, start, end, this.#config.mask, key, frame.remaining + end - start);
      return;
    }
    frame.done = true;
    const opcode = frame.first & 0x0f;
    if (key === 0) this.#controlFrame(opcode, bytes, start, end);
    else this.#controlFrame(opcode, this.#unmasked(bytes, start, end, key, null), 0, end - start);
  }

  #controlFrame(opcode: number, bytes: Uint8Array, start: number, end: number): void {
    if (opcode === CLOSE) {
      this.#closeFrame(bytes, start, end);
    } else if (opcode === PING) {
      try {
        this.#sink.ping?.(bytes, start, end);
      } finally {
        // 5.5.2: "an endpoint MUST send a Pong frame in response, unless it already received a Close frame". After our own
        // Close an answer would be of no use.
        if (this.#config.autoPong && !this.#sender.closed) this.#sender.autoPong(bytes, start, end);
      }
    } else {
      this.#sink.pong?.(bytes, start, end);
    }
  }

  /** RFC 6455 5.5.1, 7.1.5, 7.1.6. */
  #closeFrame(bytes: Uint8Array, start: number, end: number): void {
    // Where the body begins in the chunk being parsed: control payloads that a chunk's end cut end where parsing stands.
    const index = this.index - (end - start);
    let code = NO_STATUS_RECEIVED;
    let reason: string | undefined = '';
    if (end > start) {
      code = (bytes[start]! << 8) | bytes[start + 1]!;
      if (!isValidCloseCode(code)) {
        this.fail('CLOSE_CODE_INVALID', index);
        return;
      }
      reason = decodeUtf8(bytes, start + 2, end);
      if (reason === undefined) {
        this.#failText(bytes, start + 2, end, index + 2);
        return;
      }
    }
    this.#outcome = HEARD_CLOSE;
    this.pause();
    try {
      this.#sink.close?.(code, reason);
    } finally {
      // "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a Close frame
      // in response", with the same code.
      if (!this.#sender.closing) this.#sender.close(encodeCloseBody(end > start ? code : undefined));
      this.#sender.whenClosed(() => this.#finish(cleanOutcome(code, reason)));
    }
  }

  #finish(outcome: Outcome): void {
    if (this.outcome !== null) return;
    this.#outcome = outcome;
    this.#message?.buffer.release();
    this.#message = null;
    this.#decoder?.close();
    this.#sink.closed?.(outcome);
  }
}

function startsMessage(first: number): boolean {
  const opcode = first & 0x0f;
  return opcode !== CONTINUATION && !isControl(opcode);
}
