/**
 * The receiving half of a connection: frames to messages, pings, pongs and the Close (RFC 6455 5.4 to 5.6, 6.2, 7).
 *
 * A frame that stands whole in a chunk goes straight to the sink; anything cut is collected, unmasked on its way to its
 * final place. What a header alone can break is the frame parser's business; here are the rules about payloads.
 */

import { copyOf, LentSlice } from '../memory/bytes.js';
import { beginMessages } from '../memory/message-slab.js';
import { poisonOwn } from '../memory/ownership.js';
import { type FrameScan, takeScan } from '../memory/scan.js';
import { encodeCloseBody, NO_STATUS_RECEIVED, readCloseBody } from '../wire/close.js';
import type { Fault } from '../wire/faults.js';
import { CLOSE, CONTINUATION, FIN, isControl, type MessageOpcode, PING, TEXT } from '../wire/opcodes.js';
import { CONTROL, FRAGMENT, MESSAGE } from '../wire/rules.js';
import { TOO_LONG, VALID } from '../wire/utf8.js';
import type { ConnectionConfig } from './config.js';
import { DecodedMessage, type MessageDecoder } from './extension-input.js';
import { type Frame, FrameReader } from './frame-reader.js';
import {
  abnormalOutcome,
  type Caller,
  type CloseInfo,
  type ConnectionHandlers,
  called,
  cleanOutcome,
  failedOutcome,
  type MessageMode,
  messageModeOf,
  type OutsideHost,
  onRejection,
  report,
} from './handlers.js';
import { AssembledBytes, AssembledText, type IncomingMessage, PassedPieces } from './incoming-message.js';
import type { MessageSender } from './sender.js';
import { deliverMasked, deliverWhole, unmaskedCopy } from './whole-message.js';

/** The peer's Close, whose answer is not out: it is in line behind an extension at work, or the application's to give. */
class HeardClose {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/** Reads one connection's input. Internal: a part of `Connection`. */
export class MessageReader extends FrameReader implements Caller {
  readonly #config: ConnectionConfig;
  readonly handlers: ConnectionHandlers;
  readonly mode: MessageMode;
  readonly #sender: MessageSender;
  #decoder: MessageDecoder | null = null;
  /** Null where an application hosts the connection by itself. */
  host: OutsideHost | null = null;
  /** The message of which some frame or byte is missing. */
  #message: IncomingMessage | null = null;
  /** A message that an extension has decoded, and of which the sink has not heard all. */
  #decoded: DecodedMessage | null = null;
  /** How the connection ended, or with what it is about to. */
  #outcome: CloseInfo | HeardClose | null = null;

  constructor(config: ConnectionConfig, handlers: ConnectionHandlers, sender: MessageSender, rsv: number) {
    super(config.rules(rsv));
    this.#config = config;
    this.handlers = handlers;
    this.mode = messageModeOf(handlers);
    this.#sender = sender;
  }

  /** Sets what undoes the work of extensions, for a connection that has some. */
  attach(decoder: MessageDecoder): void {
    this.#decoder = decoder;
  }

  /** What {@link MessageReader.attach} set; null for a connection without extensions. */
  get decoder(): MessageDecoder | null {
    return this.#decoder;
  }

  /** How the connection ended; null as long as it has not. */
  get outcome(): CloseInfo | null {
    const outcome = this.#outcome;
    return outcome instanceof HeardClose ? null : outcome;
  }

  /** Whether the peer's Close has arrived, or the connection has ended: no input matters any more. */
  get deaf(): boolean {
    return this.#outcome !== null;
  }

  /** Whether an extension is still at work on a message: what follows has to wait. */
  get waiting(): boolean {
    return this.#decoder?.waiting === true;
  }

  /** How many bytes of input may wait. */
  protected get maxInputBufferBytes(): number {
    return this.#config.maxInputBufferBytes;
  }

  /** Whether what is being read has been given away, so that messages may be views of it. */
  protected get givenAway(): boolean {
    return this.#config.transferInput;
  }

  /** Tells of an exception that there is nobody to throw at. */
  report(error: unknown): void {
    report(this.handlers, error);
  }

  follow(returned: object): void {
    onRejection(returned, (error) => {
      this.report(error);
      this.host?.threw();
    });
  }

  /** Makes two calls, whatever the first throws: of two exceptions the first passes through, and the other one is told of. */
  protected both(first: () => void, second: () => void): void {
    try {
      first();
    } catch (error) {
      try {
        second();
      } catch (another) {
        this.report(another);
      }
      throw error;
    }
    second();
  }

  /** As `FrameParser.receive`. What is left of a decoded message is told first. */
  override push(bytes: Uint8Array, start: number, end: number): number {
    if (this.#decoded !== null) {
      this.resume();
      this.tellDecoded(this.#decoded);
      if (!this.running) return start;
    }
    return super.push(bytes, start, end);
  }

  /** Whether the sink has not heard all of a decoded message: reading stopped at one of its events. */
  get telling(): boolean {
    return this.#decoded !== null;
  }

  /** The transport has ended (RFC 6455 7.1.4). If the peer's Close has come, our answer is still worth waiting for. */
  endOfInput(): void {
    if (this.#outcome === null) this.finish(abnormalOutcome(this.truncated));
  }

  /** Ends the connection from this side (RFC 6455 7.1.7). */
  abort(code: number, reason: string, fault: Fault | undefined): void {
    if (this.outcome !== null) return;
    this.pause();
    this.both(
      () => this.writeLastClose(code, reason),
      () => this.finish(failedOutcome(code, reason, fault)),
    );
  }

  private writeLastClose(code: number, reason: string): void {
    try {
      this.#sender.abort(encodeCloseBody(code, reason));
    } catch (error) {
      // Outside of any call of the host's it is the reason for this failure most likely, which the sink has been told of.
      if (this.#decoder?.outside !== true) throw error;
    }
  }

  // The frame reader's calls, in their order.

  /** In pieces a message is several events, and reading may stop at each. */
  protected override get takes(): number {
    return this.mode === 'streamed' ? CONTROL : MESSAGE | FRAGMENT | CONTROL;
  }

  protected override takeScan(): FrameScan | null {
    if (!this.#config.scans || this.mode === 'streamed') return null;
    return takeScan(this.mode === 'whole', this.givenAway);
  }

  protected override onMessagesIn(chunk: Uint8Array, end: number): void {
    if (this.mode === 'whole') beginMessages(chunk, end, this.givenAway ? chunk : null, 0);
  }

  /** Not for text, which is to fail at the first byte that is wrong. */
  protected override waitsFor(first: number): boolean {
    const opcode = first & 0x0f;
    if (isControl(opcode)) return true;
    if (this.mode === 'streamed') return false;
    const message = this.#message;
    return (message === null ? opcode : message.opcode) !== TEXT;
  }

  protected override onFrame(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void {
    const opcode = first & 0x0f;
    let invalid = VALID;
    if (isControl(opcode)) {
      if (key === 0) this.controlFrame(opcode, bytes, start, end);
      else this.controlFrame(opcode, unmaskedCopy(this.#config, bytes, start, end, key), 0, end - start);
    } else if ((first & FIN) === 0 || opcode === CONTINUATION || this.isEncoded(first)) {
      invalid = this.fragment(first, bytes, start, end, key);
    } else if (key === 0) {
      const span = new LentSlice(bytes).of(start, end);
      invalid = deliverWhole(this.#config, this, opcode as MessageOpcode, span, false);
    } else {
      invalid = deliverMasked(this.#config, this, opcode as MessageOpcode, bytes, start, end, key);
    }
    if (invalid !== VALID) this.failText(invalid, this.index - end);
  }

  protected override onMessage(first: number, span: LentSlice, ascii: boolean): void {
    const opcode = (first & 0x0f) as MessageOpcode;
    const { end } = span;
    const invalid =
      this.#decoder !== null && this.isEncoded(first)
        ? this.fragment(first, span.bytes, span.start, end, 0)
        : deliverWhole(this.#config, this, opcode, span, ascii);
    if (invalid !== VALID) this.failText(invalid, this.index - end);
  }

  protected override onHeader({ first }: Frame): void {
    if (this.mode !== 'streamed' || (first & 0x0f) === CONTINUATION) return;
    const message = this.messageOf(first);
    if (!this.isEncoded(first)) called(this, this.handlers.messageStart?.(message.opcode));
  }

  protected override onPayload(
    { first, remaining }: Frame,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void {
    // What is certain to come in all, if this is the last frame: not more than the frame has left.
    const atMost = (first & FIN) === 0 ? Number.MAX_SAFE_INTEGER : remaining + end - start;
    const invalid = this.messageOf(first).add(bytes, start, end, key, atMost);
    if (invalid !== VALID) this.failText(invalid, 0);
  }

  protected override onEnd({ first }: Frame): void {
    this.endOfFrame(first);
  }

  protected override onFault(fault: Fault): void {
    this.abort(fault.closeCode, '', fault);
  }

  // Messages in parts.

  /** The message that a frame belongs to; it begins with its first one. */
  private messageOf(first: number): IncomingMessage {
    this.#message ??= this.begin(first);
    return this.#message;
  }

  /** A whole frame of a message in parts. */
  private fragment(first: number, bytes: Uint8Array, start: number, end: number, key: number): number {
    const atMost = (first & FIN) === 0 ? Number.MAX_SAFE_INTEGER : end - start;
    const invalid = this.messageOf(first).add(bytes, start, end, key, atMost);
    if (invalid === VALID) this.endOfFrame(first);
    return invalid;
  }

  /**
   * @param invalid - what was found instead of `VALID`
   * @param shift - from its index to the index in the chunk being read
   */
  private failText(invalid: number, shift: number): void {
    if (invalid === TOO_LONG) this.fail('MESSAGE_TOO_LARGE');
    else this.fail('INVALID_UTF8', shift + invalid);
  }

  private begin(first: number): IncomingMessage {
    const opcode = (first & 0x0f) as MessageOpcode;
    const encoded = this.isEncoded(first);
    if (!encoded && this.mode === 'streamed') return new PassedPieces(this.#config, this, opcode, first);
    if (!encoded && this.mode === 'whole' && opcode === TEXT) return new AssembledText(this.#config, first);
    return new AssembledBytes(this.#config, opcode, first, encoded);
  }

  private isEncoded(first: number): boolean {
    return this.#decoder?.applies(first) === true;
  }

  /** With FIN, the message has ended, too (RFC 6455 5.4). */
  private endOfFrame(first: number): void {
    const message = this.messageOf(first);
    if ((first & FIN) === 0) return;
    this.#message = null;
    if (!message.wholeCharacters) this.fail('INVALID_UTF8');
    else if (this.isEncoded(message.first)) this.decode(message as AssembledBytes);
    else if (!message.deliver(this)) this.fail('MESSAGE_TOO_LARGE');
  }

  // Messages that an extension changed.

  private decode(message: AssembledBytes): void {
    const { maxMessageBytes } = this.#config;
    const { opcode, first } = message;
    const later = this.#decoder!.decode(message.toBytes(), first, opcode, maxMessageBytes, (decoded) => {
      this.#decoded = new DecodedMessage(opcode, decoded);
    });
    if (later) this.pause();
    else this.tellDecoded(this.#decoded!);
  }

  /** Tells the sink of a decoded message, until that is done or reading stops: one of its events is as any other. */
  private tellDecoded(message: DecodedMessage): void {
    if (message.fault !== undefined) this.fail(message.fault);
    while (this.running && this.#decoded === message) {
      if (message.isLast(this.mode)) this.#decoded = null;
      if (!message.tellNext(this)) this.fail('MESSAGE_TOO_LARGE');
    }
  }

  // Control frames.

  private controlFrame(opcode: number, bytes: Uint8Array, start: number, end: number): void {
    if (opcode === CLOSE) {
      this.closeFrame(bytes, start, end);
    } else if (opcode === PING) {
      if (this.handlers.ping === undefined) this.answerPing(bytes, start, end);
      else {
        this.both(
          () => called(this, this.handlers.ping?.(copyOf(bytes, start, end))),
          () => this.answerPing(bytes, start, end),
        );
      }
    } else {
      this.host?.ponged(bytes, start, end);
      called(this, this.handlers.pong?.(copyOf(bytes, start, end)));
    }
    poisonOwn(bytes, start, end);
  }

  /**
   * RFC 6455 5.5.2: "an endpoint MUST send a Pong frame in response, unless it already received a Close frame". Our own Close is no
   * reason not to: 5.5.1 forbids data frames after it.
   */
  private answerPing(bytes: Uint8Array, start: number, end: number): void {
    if (this.#config.autoPong && this.#outcome === null) this.#sender.autoPong(bytes, start, end);
  }

  /** RFC 6455 5.5.1, 7.1.5, 7.1.6. */
  private closeFrame(bytes: Uint8Array, start: number, end: number): void {
    const body = readCloseBody(bytes, start, end);
    if ('fault' in body) {
      this.fail(body.fault, this.index - end + body.index);
      return;
    }
    const { code, reason } = body;
    const heard = new HeardClose(code, reason);
    this.#outcome = heard;
    this.pause();
    this.both(
      () => called(this, this.handlers.closeReceived?.(code, reason)),
      () => {
        if (this.#config.autoClose || this.#sender.closing) this.answerClose(heard);
      },
    );
  }

  /** Our Close is out, or in line. If it answers the peer's, the connection ends with it. */
  closeSent(): void {
    if (this.#outcome instanceof HeardClose) this.answerClose(this.#outcome);
  }

  /** Nothing can be written any more: a Close of the peer's that is not answered never will be. */
  transportGone(): void {
    const heard = this.#outcome;
    if (heard instanceof HeardClose && !this.#sender.closing) this.finish(unansweredOutcome(heard));
  }

  /**
   * "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a Close frame in
   * response" (RFC 6455 5.5.1), with the same code.
   */
  private answerClose(heard: HeardClose): void {
    if (this.outcome !== null) return;
    const { code, reason } = heard;
    try {
      if (!this.#sender.closing)
        this.#sender.close(encodeCloseBody(code === NO_STATUS_RECEIVED ? undefined : code));
    } catch (error) {
      // There is no answer, and there will be none.
      this.both(
        () => {
          throw error;
        },
        () => this.finish(unansweredOutcome(heard)),
      );
    }
    this.#sender.whenClosed(() => this.finish(cleanOutcome(code, reason)));
  }

  private finish(outcome: CloseInfo): void {
    if (this.outcome !== null) return;
    this.#outcome = outcome;
    this.#sender.end();
    this.#message?.release();
    this.#message = null;
    this.#decoded = null;
    const decoder = this.#decoder;
    if (decoder === null) {
      this.tellClosed(outcome);
      return;
    }
    this.both(
      () => {
        // The terminal event is the last one: where no call of the host's is under way, after which it takes the output, it is
        // told of that before.
        if (decoder.outside) called(this, this.handlers.outputAvailable?.());
      },
      () =>
        this.both(
          () => decoder.close(),
          () => this.tellClosed(outcome),
        ),
    );
  }

  private tellClosed(outcome: CloseInfo): void {
    called(this, this.handlers.close?.(outcome));
  }
}

/** The peer's Close came, and ours never left (RFC 6455 7.1.4, 7.1.5). */
function unansweredOutcome({ code, reason }: HeardClose): CloseInfo {
  return { ...cleanOutcome(code, reason), wasClean: false };
}
