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
import { type Decoded, type ExtensionChain, isPromise } from './extension.js';
import type { Fault } from './faults.js';
import { FrameParser, type FrameSink, VIEW_TO_BYTES } from './frame-parser.js';
import { encodeCloseBody } from './frame-writer.js';
import { IncomingMessage } from './incoming-message.js';
import { MessageBuffer } from './message-buffer.js';
import type { MessageSender } from './message-sender.js';
import { allocateMessage, messageView, releaseSlab } from './message-slab.js';
import { CLOSE, CONTINUATION, FIN, isControl, type MessageOpcode, PING, TEXT } from './opcodes.js';
import { abnormalOutcome, cleanOutcome, failedOutcome, type Outcome } from './outcome.js';
import { borrow, giveBack, unmaskTo } from './scratch.js';
import { decodeUtf8 } from './text.js';
import { UTF8_BOUNDARY, validateUtf8 } from './utf8.js';

/** `#length` of a frame that has been dealt with before its end. */
const DONE = -1;

/** Reads one connection's input. Internal: a part of `Connection`. */
export class MessageReader implements FrameSink {
  readonly #config: ConnectionConfig;
  readonly #sink: ConnectionSink;
  readonly #sender: MessageSender;
  readonly #chain: ExtensionChain | null;
  readonly #parser: FrameParser;
  /** First byte of the current frame. */
  #first = 0;
  /** Payload length of the current frame, or {@link DONE}. */
  #length = 0;
  /** The message of which some frame or byte is missing. */
  #message: IncomingMessage | null = null;
  /** The payload of a control frame that a chunk's end cut. */
  #control: MessageBuffer | null = null;
  #heardClose = false;
  #outcome: Outcome | null = null;
  #waiting = false;
  /** Set by the connection when there are extensions: an asynchronous one has finished; deliver its message, then read on. */
  onReady: ((deliver: () => void) => void) | null = null;

  constructor(
    config: ConnectionConfig,
    sink: ConnectionSink,
    sender: MessageSender,
    chain: ExtensionChain | null,
  ) {
    this.#config = config;
    this.#sink = sink;
    this.#sender = sender;
    this.#chain = chain;
    this.#parser = new FrameParser(this, config.rules(chain === null ? 0 : chain.rsv));
  }

  /** How the connection ended; null as long as it has not. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  /** Whether the peer's Close has arrived, or the connection has ended: no input matters any more. */
  get deaf(): boolean {
    return this.#heardClose || this.#outcome !== null;
  }

  /** Whether an extension is still at work on a message: what follows has to wait. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** Bytes of input dealt with. */
  get offset(): number {
    return this.#parser.offset;
  }

  /** As `FrameParser.push`. */
  push(bytes: Uint8Array, start: number): number {
    releaseSlab();
    try {
      return this.#parser.push(bytes, start);
    } finally {
      releaseSlab();
    }
  }

  /** Stops the running push behind the current event. */
  pause(): void {
    this.#parser.pause();
  }

  /** The transport has ended (RFC 6455 7.1.4). */
  endOfInput(): void {
    if (this.#outcome !== null) return;
    this.#sender.stop();
    this.#finish(abnormalOutcome(this.#parser.truncated));
  }

  /** Ends the connection from this side (RFC 6455 7.1.7). */
  abort(code: number, reason: string, fault: Fault | undefined): void {
    if (this.#outcome !== null) return;
    this.#parser.pause();
    this.#sender.abort(encodeCloseBody(code, reason));
    this.#finish(failedOutcome(code, reason, fault));
  }

  // The frame parser's calls, in their order.

  message(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    view: DataView | null,
  ): void {
    if (!this.#isEncoded(first)) {
      this.#wholeMessage((first & 0x0f) as MessageOpcode, bytes, start, end, key, view);
    } else {
      this.header(first, end - start);
      this.#wholeFrame(bytes, start, end, key);
    }
  }

  header(first: number, payloadLength: number): void {
    this.#first = first;
    this.#length = payloadLength;
    const opcode = first & 0x0f;
    if (this.#config.delivery !== 'pieces' || isControl(opcode) || opcode === CONTINUATION) return;
    const message = this.#begin();
    if (!this.#isEncoded(message.first)) this.#sink.begin?.(message.opcode);
  }

  payload(bytes: Uint8Array, start: number, end: number, key: number): void {
    const control = isControl(this.#first & 0x0f);
    // The end of a frame in pieces is an event of its own, and reading may stop before it.
    if (end - start === this.#length && (control || this.#config.delivery !== 'pieces')) {
      this.#wholeFrame(bytes, start, end, key);
    } else if (control) this.#collectControl(bytes, start, end, key);
    else this.#collect(bytes, start, end, key);
  }

  end(): void {
    const length = this.#length;
    if (length === DONE) return;
    if (length === 0) {
      this.#wholeFrame(EMPTY, 0, 0, 0);
    } else if (isControl(this.#first & 0x0f)) {
      const control = this.#control!.toBytes();
      this.#control = null;
      this.#controlFrame(control, 0, control.length);
    } else {
      this.#endOfFrame();
    }
  }

  fail(fault: Fault): void {
    this.abort(fault.closeCode, '', fault);
  }

  // Data frames.

  #wholeFrame(bytes: Uint8Array, start: number, end: number, key: number): void {
    this.#length = DONE;
    const first = this.#first;
    const opcode = first & 0x0f;
    if (isControl(opcode)) {
      if (key === 0) {
        this.#controlFrame(bytes, start, end);
      } else {
        this.#controlFrame(this.#unmasked(bytes, start, end, key, null), 0, end - start);
      }
    } else if (
      (first & FIN) !== 0 &&
      opcode !== CONTINUATION &&
      this.#config.delivery !== 'pieces' &&
      !this.#isEncoded(first)
    ) {
      this.#wholeMessage(opcode as MessageOpcode, bytes, start, end, key, null);
    } else {
      if (start < end) this.#collect(bytes, start, end, key);
      // A payload that was refused has ended the connection.
      if (this.#outcome === null) this.#endOfFrame();
    }
  }

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
    const byView = view !== null && end - start <= VIEW_TO_BYTES;
    if (delivery === 'messages' && opcode !== TEXT) {
      this.#sink.binary?.(this.#unmasked(bytes, start, end, key, byView ? view : null));
      return;
    }
    if (key === 0) {
      this.#deliverSpan(opcode, bytes, start, end, start);
    } else if (this.#unmasksInPlace(end - start)) {
      if (byView) maskView(view, start, end, view, start, key);
      else mask(bytes, start, end, bytes, start, key);
      this.#deliverSpan(opcode, bytes, start, end, start);
    } else {
      const scratch = borrow(end - start);
      try {
        if (byView) maskView(view, start, end, scratch.view, 0, key);
        else unmaskTo(scratch, 0, bytes, start, end, key, mask);
        this.#deliverSpan(opcode, scratch.bytes, 0, end - start, start);
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
    const unmasked = allocateMessage(end - start, bytes.length - end);
    if (key === 0) copyInto(bytes, start, end, unmasked, 0);
    else if (view !== null && messageView !== null) {
      maskView(view, start, end, messageView, unmasked.byteOffset, key);
    } else this.#config.mask(bytes, start, end, unmasked, 0, key);
    return unmasked;
  }

  /** @param index - of the payload's first byte in the chunk being parsed */
  #deliverSpan(opcode: MessageOpcode, bytes: Uint8Array, start: number, end: number, index: number): void {
    if (opcode !== TEXT) {
      this.#sink.message?.(opcode, bytes, start, end);
    } else if (this.#config.delivery === 'messages') {
      const text = decodeUtf8(bytes, start, end);
      if (text === undefined) this.#failText(bytes, start, end, index);
      else this.#sink.text?.(text);
    } else if (validateUtf8(bytes, start, end, UTF8_BOUNDARY) !== UTF8_BOUNDARY) {
      this.#failText(bytes, start, end, index);
    } else {
      this.#sink.message?.(opcode, bytes, start, end);
    }
  }

  /** RFC 6455 8.1, at the byte that is wrong, or behind the last one where one is missing. */
  #failText(bytes: Uint8Array, start: number, end: number, index: number): void {
    const state = validateUtf8(bytes, start, end, UTF8_BOUNDARY);
    this.#parser.fail('INVALID_UTF8', index + (state < 0 ? ~state : end) - start);
  }

  #begin(): IncomingMessage {
    const first = this.#first;
    this.#message = new IncomingMessage((first & 0x0f) as MessageOpcode, first, this.#isEncoded(first));
    return this.#message;
  }

  #isEncoded(first: number): boolean {
    return this.#chain?.applies(first) === true;
  }

  /** A piece of a message that is not whole yet. */
  #collect(bytes: Uint8Array, start: number, end: number, key: number): void {
    const message = this.#message ?? this.#begin();
    if (this.#config.delivery === 'pieces' && !this.#isEncoded(message.first)) {
      this.#passPiece(message, bytes, start, end, key);
      return;
    }
    const { buffer } = message;
    const { mask } = this.#config;
    // What is certain to come in all, if this is the last frame: not more than the frame has left.
    let left = (this.#first & FIN) !== 0 ? this.#parser.remaining + end - start : Number.MAX_SAFE_INTEGER;
    let at = start;
    while (at < end) {
      const length = buffer.append(bytes, at, end, mask, rotateKey(key, at - start), left);
      const invalid = message.validate(buffer.tail, buffer.tailBytes - length, buffer.tailBytes);
      if (invalid >= 0) {
        this.#parser.fail('INVALID_UTF8', at + invalid - (buffer.tailBytes - length));
        return;
      }
      at += length;
      left -= length;
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
      if (scratch !== null) unmaskTo(scratch, at, bytes, start, end, key, mask);
      else if (key !== 0) mask(bytes, start, end, bytes, start, key);
      const invalid = message.validate(target, at, at + end - start);
      if (invalid >= 0) {
        this.#parser.fail('INVALID_UTF8', start + invalid - at);
        return;
      }
      message.passWholeCharacters(target, at, at + end - start, this.#sink);
    } finally {
      if (scratch !== null) giveBack(scratch);
    }
  }

  /** A frame of a message in parts has ended; with FIN, so has the message (RFC 6455 5.4). */
  #endOfFrame(): void {
    const message = this.#message ?? this.#begin();
    if ((this.#first & FIN) === 0) return;
    this.#message = null;
    if (!message.wholeCharacters) {
      this.#parser.fail('INVALID_UTF8');
    } else if (this.#isEncoded(message.first)) {
      this.#decode(message);
    } else if (this.#config.delivery === 'pieces') {
      this.#sink.finish?.();
    } else {
      this.#deliver(message.opcode, message.buffer.toBytes());
    }
  }

  // Messages that an extension changed.

  #decode(message: IncomingMessage): void {
    const { maxMessageBytes } = this.#config;
    const { opcode, first } = message;
    const decoded = this.#chain!.decode(message.buffer.toBytes(), first, opcode, maxMessageBytes);
    if (!isPromise(decoded)) {
      this.#deliverDecoded(opcode, decoded);
      return;
    }
    this.#waiting = true;
    this.#parser.pause();
    // The chain turns rejections into faults.
    decoded.then((result) => {
      this.#waiting = false;
      if (this.#outcome === null) this.onReady?.(() => this.#deliverDecoded(opcode, result));
    });
  }

  #deliverDecoded(opcode: MessageOpcode, decoded: Decoded): void {
    if (typeof decoded === 'string') this.#parser.fail(decoded);
    else if (opcode === TEXT && validateUtf8(decoded, 0, decoded.length, UTF8_BOUNDARY) !== UTF8_BOUNDARY) {
      this.#parser.fail('INVALID_UTF8');
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

  #collectControl(bytes: Uint8Array, start: number, end: number, key: number): void {
    this.#control ??= new MessageBuffer();
    this.#control.appendAll(bytes, start, end, this.#config.mask, key, this.#length - this.#control.bytes);
  }

  #controlFrame(bytes: Uint8Array, start: number, end: number): void {
    const opcode = this.#first & 0x0f;
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
    const index = this.#parser.index - (end - start);
    let code = NO_STATUS_RECEIVED;
    let reason: string | undefined = '';
    if (end > start) {
      code = (bytes[start]! << 8) | bytes[start + 1]!;
      if (!isValidCloseCode(code)) {
        this.#parser.fail('CLOSE_CODE_INVALID', index);
        return;
      }
      reason = decodeUtf8(bytes, start + 2, end);
      if (reason === undefined) {
        this.#failText(bytes, start + 2, end, index + 2);
        return;
      }
    }
    this.#heardClose = true;
    this.#parser.pause();
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
    if (this.#outcome !== null) return;
    this.#outcome = outcome;
    this.#message = null;
    this.#control = null;
    this.#chain?.close();
    this.#sink.closed?.(outcome);
  }
}
