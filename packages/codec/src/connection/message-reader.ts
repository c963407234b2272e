/**
 * The receiving half of a connection: frames to messages, pings, pongs and the Close (RFC 6455 5.4
 * to 5.6, 6.2, 7). After the state come the calls of the frame reader, messages in parts, decoded
 * messages, control frames, and the end.
 *
 * A frame that stands whole in a chunk goes straight to the handlers; a frame that is cut is
 * collected, and unmasked on its way to its final place. The frame reader checks the rules that a
 * header alone can break, this file those about payloads.
 */

import { copyOf, LentSlice } from '../memory/bytes.js';
import {
  ALL_VIEWS,
  beginMessages,
  type ChunkViews,
  isLarge,
  NO_VIEWS,
  TINY_BYTES,
} from '../memory/message-slab.js';
import { poisonOwn } from '../memory/ownership.js';
import { type FrameScan, takeScan } from '../memory/scan.js';
import { SCRATCH_BYTES, unmaskInPlace } from '../memory/scratch.js';
import { encodeCloseBody, NO_STATUS_RECEIVED, readCloseBody } from '../wire/close.js';
import { isShared, usageError } from '../wire/errors.js';
import type { Fault } from '../wire/faults.js';
import {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  isControl,
  type MessageOpcode,
  PING,
  TEXT,
} from '../wire/opcodes.js';
import { CONTROL, FRAGMENT, MESSAGE } from '../wire/rules.js';
import { TOO_LONG, VALID } from '../wire/utf8.js';
import type { ConnectionConfig } from './config.js';
import { DecodedMessage, type MessageDecoder } from './extension-input.js';
import { type Frame, FrameReader } from './frame-reader.js';
import {
  abnormalClose,
  type Caller,
  type CloseInfo,
  type ConnectionHandlers,
  called,
  cleanClose,
  failedClose,
  keeps,
  type MessageMode,
  messageModeOf,
  type OutsideDriver,
  onRejection,
  report,
} from './handlers.js';
import { AssembledBytes, type IncomingMessage, StreamedMessage } from './incoming-message.js';
import type { MessageSender } from './sender.js';
import { deliverMasked, deliverWhole, unmaskedCopy } from './whole-message.js';

/**
 * The peer's Close while our answer is not out: the answer is in line behind an extension at work,
 * or the application's to give.
 */
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
  protected readonly config: ConnectionConfig;
  handlers: ConnectionHandlers;
  mode: MessageMode;
  readonly #sender: MessageSender;
  /** Null for a connection without extensions. */
  decoder: MessageDecoder | null = null;
  /** Null where an application drives the connection by itself. */
  driver: OutsideDriver | null = null;
  /** Which messages may be views of the chunk being read. */
  protected views: ChunkViews = NO_VIEWS;
  /** The message that is not whole yet. */
  private message: IncomingMessage | null = null;
  /** A decoded message with events that the handlers have not had yet. */
  #decoded: DecodedMessage | null = null;
  /** The close info of a connection that has ended, or the peer's Close that will end it. */
  protected ending: CloseInfo | HeardClose | null = null;

  constructor(config: ConnectionConfig, handlers: ConnectionHandlers, sender: MessageSender, rsv: number) {
    super(config.rules(rsv));
    this.config = config;
    this.handlers = handlers;
    this.mode = messageModeOf(handlers);
    this.#sender = sender;
  }

  /** The close info; null as long as the connection has not ended. */
  get outcome(): CloseInfo | null {
    const outcome = this.ending;
    return outcome instanceof HeardClose ? null : outcome;
  }

  /**
   * Whether the peer's Close has arrived, or the connection has ended: input is ignored from then
   * on.
   */
  get deaf(): boolean {
    return this.ending !== null;
  }

  /** Reports an exception that no call can throw. */
  report(error: unknown): void {
    report(this.handlers, error, this.config.reportError);
  }

  follow(returned: object): void {
    onRejection(returned, (error) => {
      this.report(error);
      this.driver?.threw();
    });
  }

  /**
   * Makes two calls, the second one even if the first throws: of two exceptions the first passes
   * through, and the other one is reported.
   */
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

  /** As `FrameParser.receive`. The rest of a decoded message comes first. */
  override push(bytes: Uint8Array, start: number, end: number): number {
    if (this.#decoded !== null) {
      this.resume();
      this.tellDecoded(this.#decoded);
      if (!this.running) return start;
    }
    return super.push(bytes, start, end);
  }

  /** Other handlers, between two messages; as `Connection.setHandlers`. */
  setHandlers(handlers: ConnectionHandlers): void {
    const isBetween = this.frame === null && this.partial === null && this.progress === null;
    if (!isBetween || this.message !== null || this.#decoded !== null) {
      throw usageError(
        Error,
        'MESSAGE_IN_PROGRESS',
        'a message is under way: its handlers get the rest of it',
      );
    }
    const mode = messageModeOf(handlers);
    this.handlers = handlers;
    this.mode = mode;
  }

  /**
   * Whether a chunk may be read as a message by itself: nothing is under way, and messages come as
   * one event each.
   */
  protected get betweenMessages(): boolean {
    return this.frame === null && this.partial === null && this.progress === null && this.mode !== 'streamed';
  }

  /** Whether events of a decoded message are left: reading stopped at one of them. */
  get telling(): boolean {
    return this.#decoded !== null;
  }

  /**
   * The transport has ended (RFC 6455 7.1.4). If the peer's Close has come, the end waits for our
   * answer.
   */
  endOfInput(): void {
    if (this.ending === null) this.finish(abnormalClose(this.truncated));
  }

  /** Ends the connection from this side (RFC 6455 7.1.7). */
  abort(code: number, reason: string, fault: Fault | undefined): void {
    if (this.outcome !== null) return;
    this.pause();
    this.both(
      () => this.writeLastClose(code, reason),
      () => this.finish(failedClose(code, reason, fault)),
    );
  }

  private writeLastClose(code: number, reason: string): void {
    try {
      this.#sender.abort(encodeCloseBody(code, reason));
    } catch (error) {
      // Outside of any call of the caller's this exception is most likely the cause of the failure,
      // and has been reported.
      if (this.decoder?.outside !== true) throw error;
    }
  }

  // ---- Calls of the frame reader, in their order ----

  /** A streamed message is several events, and reading may stop at each. */
  protected override get takes(): number {
    return this.mode === 'streamed' ? CONTROL : MESSAGE | FRAGMENT | CONTROL;
  }

  protected override takeScan(): FrameScan | null {
    if (!this.config.scans || this.mode === 'streamed') return null;
    return takeScan(keeps(this.mode), this.views);
  }

  protected override onMessagesIn(chunk: Uint8Array, end: number): void {
    if (keeps(this.mode))
      beginMessages(chunk, end, chunk, 0, this.views === ALL_VIEWS ? ALL_VIEWS : NO_VIEWS);
  }

  /** Text does not wait: it has to fail at the first byte that is wrong. */
  protected override waitsFor(first: number): boolean {
    if (isControl(first)) return true;
    if (this.mode === 'streamed') return false;
    return (this.message === null ? first & 0x0f : this.message.opcode) !== TEXT;
  }

  protected override onFrame(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void {
    let invalid = VALID;
    // A message by itself; its reserved bits would say that an extension has to decode it.
    if (first === (FIN | TEXT) || first === (FIN | BINARY)) {
      invalid = this.wholeMessage(first, bytes, start, end, key);
    } else if (!isControl(first)) {
      invalid = this.fragment(first, bytes, start, end, key);
    } else if (key === 0) {
      this.controlFrame(first & 0x0f, bytes, start, end);
    } else {
      this.controlFrame(first & 0x0f, unmaskedCopy(this.config, bytes, start, end, key), 0, end - start);
    }
    if (invalid !== VALID) this.failText(invalid, this.index - end);
  }

  /** A frame that is a message by itself, masked or not; results as of `IncomingMessage.add`. */
  private wholeMessage(first: number, bytes: Uint8Array, start: number, end: number, key: number): number {
    const opcode = (first & 0x0f) as MessageOpcode;
    if (this.views !== NO_VIEWS && opcode === BINARY && end - start > TINY_BYTES && keeps(this.mode)) {
      if (this.deliverView(bytes, start, end, key)) return VALID;
    }
    if (key === 0) return deliverWhole(this.config, this, opcode, new LentSlice(bytes).of(start, end), false);
    // A longer text is put together in windows.
    if (end - start > SCRATCH_BYTES) return this.fragment(first, bytes, start, end, key);
    return deliverMasked(this.config, this, opcode, bytes, start, end, key);
  }

  /** Delivers a binary message as a view of the chunk that it stands in, if it may be one. */
  private deliverView(bytes: Uint8Array, start: number, end: number, key: number): boolean {
    const length = end - start;
    // Read once: V8 takes 10 ns for it.
    const { buffer } = bytes;
    if (this.views !== ALL_VIEWS && !(end === bytes.length && isLarge(length, end, buffer.byteLength)))
      return false;
    // A message that a handler keeps is never in shared memory.
    if (!this.config.unmasksInPlace || isShared(buffer)) return false;
    if (key !== 0) unmaskInPlace(bytes, start, end, key);
    const message = new Uint8Array(buffer, bytes.byteOffset + start, length);
    if (this.mode === 'bytes') called(this, this.handlers.bytes?.(BINARY, message));
    else called(this, this.handlers.binary?.(message));
    return true;
  }

  protected override onMessage(first: number, slice: LentSlice, scan: FrameScan | null, i: number): void {
    const opcode = (first & 0x0f) as MessageOpcode;
    const { end } = slice;
    const ascii = scan?.isAscii(i) === true;
    let invalid = VALID;
    if (this.isEncoded(first)) invalid = this.fragment(first, slice.bytes, slice.start, end, 0);
    else if (ascii && opcode === TEXT && this.mode === 'whole') {
      called(this, this.handlers.text?.(scan.asciiText(i)));
    } else invalid = deliverWhole(this.config, this, opcode, slice, ascii);
    if (invalid !== VALID) this.failText(invalid, this.index - end);
  }

  protected override onHeader({ first }: Frame): void {
    if (this.mode !== 'streamed' || (first & 0x0f) === CONTINUATION) return;
    const message = this.message ?? this.begin(first);
    if (!this.isEncoded(first)) called(this, this.handlers.messageStart?.(message.opcode));
  }

  protected override onPayload(
    { first, remaining }: Frame,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void {
    // If this is the last frame, no more than the rest of it will come.
    const atMost = (first & FIN) === 0 ? Number.MAX_SAFE_INTEGER : remaining + end - start;
    const message = this.message ?? this.begin(first);
    const invalid = message.add(bytes, start, end, key, atMost, this.views !== NO_VIEWS);
    if (invalid !== VALID) this.failText(invalid, 0);
  }

  protected override onEnd({ first }: Frame): void {
    this.endOfFrame(first);
  }

  protected override onFault(fault: Fault): void {
    this.abort(fault.closeCode, '', fault);
  }

  // ---- Messages in parts ----

  /** A whole frame of a message in parts. */
  private fragment(first: number, bytes: Uint8Array, start: number, end: number, key: number): number {
    const atMost = (first & FIN) === 0 ? Number.MAX_SAFE_INTEGER : end - start;
    const message = this.message ?? this.begin(first);
    const invalid = message.add(bytes, start, end, key, atMost, this.views !== NO_VIEWS);
    if (invalid === VALID) this.endOfFrame(first);
    return invalid;
  }

  /**
   * @param invalid - the result in place of `VALID`
   * @param shift - the difference between its index and the index in the chunk being read
   */
  private failText(invalid: number, shift: number): void {
    if (invalid === TOO_LONG) this.fail('MESSAGE_TOO_LARGE');
    else this.fail('INVALID_UTF8', shift + invalid);
  }

  /** The first frame of a message begins it. */
  private begin(first: number): IncomingMessage {
    const opcode = (first & 0x0f) as MessageOpcode;
    const encoded = this.isEncoded(first);
    const message =
      this.mode === 'streamed' && !encoded
        ? new StreamedMessage(this.config, this, opcode, first)
        : new AssembledBytes(this.config, opcode, first, encoded);
    this.message = message;
    return message;
  }

  private isEncoded(first: number): boolean {
    return this.decoder?.applies(first) === true;
  }

  /** A frame with FIN ends its message, too (RFC 6455 5.4). */
  private endOfFrame(first: number): void {
    const message = this.message ?? this.begin(first);
    if ((first & FIN) === 0) return;
    this.message = null;
    if (!message.wholeCharacters) this.fail('INVALID_UTF8');
    else if (message.encoded) this.decode(message as AssembledBytes);
    else if (!message.deliver(this)) this.fail('MESSAGE_TOO_LARGE');
  }

  // ---- Messages that an extension changed ----

  private decode(message: AssembledBytes): void {
    const { maxMessageBytes } = this.config;
    const { opcode, first } = message;
    const later = this.decoder!.decode(message.toBytes(), first, opcode, maxMessageBytes, (decoded) => {
      this.#decoded = new DecodedMessage(opcode, decoded);
    });
    if (later) this.pause();
    else this.tellDecoded(this.#decoded!);
  }

  /**
   * Calls the handlers with the events of a decoded message, until all are done or reading stops:
   * they are events like any other.
   */
  private tellDecoded(message: DecodedMessage): void {
    if (message.fault !== undefined) this.fail(message.fault);
    while (this.running && this.#decoded === message) {
      if (message.isLast(this.mode)) this.#decoded = null;
      if (!message.tellNext(this)) this.fail('MESSAGE_TOO_LARGE');
    }
  }

  // ---- Control frames, and the end ----

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
      this.driver?.ponged(bytes, start, end);
      called(this, this.handlers.pong?.(copyOf(bytes, start, end)));
    }
    poisonOwn(bytes, start, end);
  }

  /**
   * RFC 6455 5.5.2: "an endpoint MUST send a Pong frame in response, unless it already received a
   * Close frame". Our own Close is no reason not to: 5.5.1 forbids data frames after it.
   */
  private answerPing(bytes: Uint8Array, start: number, end: number): void {
    if (this.config.autoPong && this.ending === null) this.#sender.autoPong(bytes, start, end);
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
    this.ending = heard;
    this.pause();
    this.both(
      () => called(this, this.handlers.closeReceived?.(code, reason)),
      () => {
        if (this.config.autoClose || this.#sender.closing) this.answerClose(heard);
      },
    );
  }

  /** Our Close is out, or in line. If it answers the peer's, it ends the connection. */
  closeSent(): void {
    if (this.ending instanceof HeardClose) this.answerClose(this.ending);
  }

  /**
   * Nothing can be written any more: a Close of the peer's without an answer will never have one.
   */
  transportGone(): void {
    const heard = this.ending;
    if (heard instanceof HeardClose && !this.#sender.closing) this.finish(unansweredClose(heard));
  }

  /**
   * "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint
   * MUST send a Close frame in response" (RFC 6455 5.5.1), with the same code.
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
        () => this.finish(unansweredClose(heard)),
      );
    }
    this.#sender.whenClosed(() => this.finish(cleanClose(code, reason)));
  }

  private finish(outcome: CloseInfo): void {
    if (this.outcome !== null) return;
    this.ending = outcome;
    this.#sender.end();
    this.message?.release();
    this.message = null;
    this.#decoded = null;
    const decoder = this.decoder;
    if (decoder === null) {
      this.tellClosed(outcome);
      return;
    }
    this.both(
      () => {
        // The terminal event is the last one. Where no call of the caller's is under way, after
        // which it would take the output, the output is announced before.
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
function unansweredClose({ code, reason }: HeardClose): CloseInfo {
  return { ...cleanClose(code, reason), wasClean: false };
}
