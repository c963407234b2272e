/**
 * A message that arrives in parts (RFC 6455 5.4), and the validation of its text on the way (8.1):
 * first the base class, then a class for each use: bytes put together, a text put together, data
 * passed on as it comes.
 */

import { type MaskFunction, rotateKey } from '@sanssocket/mask';
import { copyInto, LentSlice } from '../memory/bytes.js';
import { keepLong, takeLong } from '../memory/long.js';
import { MessageBuffer } from '../memory/message-buffer.js';
import { poisonOwn } from '../memory/ownership.js';
import {
  borrow,
  giveBack,
  isLent,
  isLentUtf8,
  type Scratch,
  SIMD_TEXT_BYTES,
  unmaskTo,
  usesSimd,
} from '../memory/scratch.js';
import { isShared, type OwnBytes } from '../wire/errors.js';
import { BINARY, type MessageOpcode, TEXT } from '../wire/opcodes.js';
import { decodeText, UTF8_BOUNDARY, unfinishedUtf8Bytes, VALID, validateUtf8 } from '../wire/utf8.js';
import { type ConnectionConfig, keptConfig } from './config.js';
import { type Caller, called } from './handlers.js';
import { deliverBytes } from './whole-message.js';

/** The unfinished message of a connection. A subclass decides on the use of its data. */
export abstract class IncomingMessage {
  readonly opcode: MessageOpcode;
  /**
   * First byte of its first frame: the reserved bits there, and nowhere else in the message, say
   * which extensions changed it (RFC 6455 5.4, 9.1).
   */
  readonly first: number;
  /** Whether an extension has to decode it. */
  readonly encoded: boolean;
  /**
   * Whether the data is the text itself, and not an encoding of it, so that it can be validated as
   * it comes.
   */
  protected readonly validates: boolean;
  /** The validator's state behind the last byte. */
  protected utf8: number = UTF8_BOUNDARY;

  constructor(opcode: MessageOpcode, first: number, encoded: boolean) {
    this.opcode = opcode;
    this.first = first;
    this.encoded = encoded;
    this.validates = opcode === TEXT && !encoded;
  }

  /**
   * Takes the next data.
   *
   * @param key - the masking key that applies to the first byte; 0 for unmasked data
   * @param atMost - the number of bytes to come in all, these included, if that is certain
   * @param transferred - whether the bytes are the connection's, to be held where they stand
   * @returns `VALID`; or the index in `bytes` of the first byte that cannot be right; or `TOO_LONG`
   * if no string is long enough
   */
  abstract add(
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    atMost: number,
    transferred: boolean,
  ): number;

  /**
   * Calls the handler: the message is whole, and its text is known to be valid.
   *
   * @returns false if it is a text for which no string is long enough
   */
  abstract deliver(caller: Caller): boolean;

  /** Gives its memory back: the message will not become whole, or has been delivered. */
  abstract release(): void;

  /** Whether the data so far ends with a whole character. */
  get wholeCharacters(): boolean {
    return this.utf8 === UTF8_BOUNDARY;
  }

  /**
   * Collects the next data, and validates text in the buffer; takes and returns the same as
   * {@link IncomingMessage.add}.
   */
  protected collect(
    buffer: MessageBuffer,
    bytes: Uint8Array,
    start: number,
    end: number,
    mask: MaskFunction,
    key: number,
    atMost: number,
  ): number {
    let left = atMost;
    let turned = key;
    for (let at = start; ; ) {
      const length = buffer.append(bytes, at, end, mask, turned, left);
      const { tail, tailBytes } = buffer;
      const invalid = this.validate(tail, tailBytes - length, tailBytes, false);
      if (invalid !== VALID) return at + invalid - (tailBytes - length);
      at += length;
      if (at >= end) return VALID;
      turned = rotateKey(turned, length);
      left -= length;
    }
  }

  /**
   * Validates the next bytes if they are text.
   *
   * @param ascii - whether they are known to be all ASCII
   * @returns `VALID`, or the index of the first byte that cannot be right
   */
  protected validate(bytes: Uint8Array, start: number, end: number, ascii: boolean): number {
    if (!this.validates || (ascii && this.utf8 === UTF8_BOUNDARY)) return VALID;
    let state = this.utf8;
    let at = start;
    // The rest of a character that was cut: from there on SIMD can validate.
    for (; state !== UTF8_BOUNDARY && at < end; at++) {
      state = validateUtf8(bytes, at, at + 1, state);
      if (state < 0) return ~state;
    }
    if (end - at >= SIMD_TEXT_BYTES) {
      const whole = end - unfinishedUtf8Bytes(bytes, at, end);
      if (isLentUtf8(bytes, at, whole)) at = whole;
    }
    state = validateUtf8(bytes, at, end, state);
    if (state < 0) return ~state;
    this.utf8 = state;
    return VALID;
  }
}

// ---- Messages put together ----
// Text is validated as it comes, and decoded at once when it is whole: in windows of 64 KiB, 1 MiB of
// ASCII takes 730 us, and at once 90 (Node 24).

/** Text data of this size and more goes by way of SIMD memory. */
const SCRATCH_TEXT_BYTES = 128;

/** Data of this size and more is held in its chunk, if the chunk was given away. */
const HOLD_FROM_BYTES = 4096;

/**
 * The last index in a chunk, behind a header, at which such data may begin. Further back, a message
 * may stand before it that is a view of the chunk: a handler may transfer it away, and the whole
 * chunk with it, before this message is whole.
 */
const HOLD_TO_START = 14;

/** A longer text is decoded in memory that serves again. */
const LONG_TEXT_BYTES = 0x1_0000;

/** The number of bytes that go through SIMD memory at a time. */
const SIMD_WINDOW_BYTES = 0x1_0000;

/** A message whose bytes are put together. */
export class AssembledBytes extends IncomingMessage {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly AssembledBytes[] = [
    /* @__PURE__ */ new AssembledBytes(keptConfig, BINARY, 0, false),
  ];

  readonly #config: ConnectionConfig;
  readonly #buffer: MessageBuffer;

  constructor(config: ConnectionConfig, opcode: MessageOpcode, first: number, encoded: boolean) {
    super(opcode, first, encoded);
    this.#config = config;
    this.#buffer = new MessageBuffer(config.allocateLasting);
  }

  override add(
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    atMost: number,
    transferred: boolean,
  ): number {
    const { maskLasting: mask } = this.#config;
    const length = end - start;
    const buffer = this.#buffer;
    const holds =
      transferred &&
      start <= HOLD_TO_START &&
      length >= HOLD_FROM_BYTES &&
      bytes.buffer.byteLength === bytes.length &&
      2 * length >= bytes.length &&
      !isShared(bytes.buffer) &&
      buffer.holds &&
      !isLent(bytes);
    if (!this.validates) {
      if (holds) buffer.hold(bytes, start, end, mask, key);
      else buffer.appendAll(bytes, start, end, mask, key, atMost);
      return VALID;
    }
    // A long text is put together where it is decoded.
    const most = buffer.bytes + atMost > LONG_TEXT_BYTES ? Number.MAX_SAFE_INTEGER : atMost;
    if (end - start >= SCRATCH_TEXT_BYTES) {
      const scratch = borrow(SIMD_WINDOW_BYTES);
      try {
        if (usesSimd(scratch, mask)) return this.#addText(scratch, bytes, start, end, key, most, holds);
      } finally {
        giveBack(scratch);
      }
    }
    return this.collect(buffer, bytes, start, end, mask, key, most);
  }

  /**
   * By way of SIMD memory, where text is unmasked and found to be ASCII in one go: 5 times as fast
   * as to validate it in the buffer.
   */
  #addText(
    scratch: Scratch,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    atMost: number,
    holds: boolean,
  ): number {
    const { maskLasting: mask } = this.#config;
    let left = atMost;
    for (let at = start; at < end; at += SIMD_WINDOW_BYTES) {
      const length = Math.min(end - at, SIMD_WINDOW_BYTES);
      // Lengths before the last are multiples of 4: the key is the same for each.
      const ascii = unmaskTo(scratch, 0, bytes, at, at + length, key, mask);
      const invalid = this.validate(scratch.bytes, 0, length, ascii);
      if (invalid !== VALID) return at + invalid;
      if (holds) copyInto(scratch.bytes, 0, length, bytes, at);
      else this.#buffer.appendAll(scratch.bytes, 0, length, mask, 0, left);
      left -= length;
    }
    if (holds) this.#buffer.hold(bytes, start, end, mask, 0);
    return VALID;
  }

  /** All its bytes, the caller's to keep. */
  toBytes(): OwnBytes {
    return this.#buffer.toBytes();
  }

  override deliver(caller: Caller): boolean {
    // A streamed message comes here only if an extension has to decode it.
    const buffer = this.#buffer;
    if (this.opcode !== TEXT || caller.mode !== 'whole' || buffer.bytes <= LONG_TEXT_BYTES)
      return deliverBytes(caller, this.opcode, this.toBytes());
    const { bytes } = buffer;
    const memory = takeLong(bytes) ?? new Uint8Array(bytes);
    buffer.drain(memory);
    const text = decodeText(memory, 0, bytes, null, false);
    keepLong(memory);
    if (text === undefined) return false;
    called(caller, caller.handlers.text?.(text));
    return true;
  }

  override release(): void {
    this.#buffer.release();
  }
}

// ---- Data passed on ----
// Nobody keeps the data of a streamed message: only a character that a part cuts is held back.

/** A message whose data is passed on as it comes. */
export class StreamedMessage extends IncomingMessage {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly StreamedMessage[] = [
    /* @__PURE__ */ new StreamedMessage(keptConfig, { handlers: {}, mode: 'streamed', follow() {} }, TEXT, 0),
  ];

  readonly #config: ConnectionConfig;
  readonly #caller: Caller;
  /** The bytes so far of a character that a part cut, and their number. */
  #held: Uint8Array | null = null;
  #heldBytes = 0;

  constructor(config: ConnectionConfig, caller: Caller, opcode: MessageOpcode, first: number) {
    super(opcode, first, false);
    this.#config = config;
    this.#caller = caller;
  }

  override add(bytes: Uint8Array, start: number, end: number, key: number): number {
    const { maskLasting: mask } = this.#config;
    const held = this.#heldBytes;
    const scratch = held === 0 && key === 0 ? null : borrow(held + end - start);
    const slice = scratch?.span ?? new LentSlice(bytes);
    const at = scratch === null ? start : held;
    try {
      const ascii = scratch !== null && unmaskTo(scratch, at, bytes, start, end, key, mask);
      const invalid = this.validate(slice.bytes, at, at + end - start, ascii);
      if (invalid !== VALID) return start + invalid - at;
      this.#passWholeCharacters(slice.of(at, at + end - start));
      return VALID;
    } finally {
      if (scratch !== null) giveBack(scratch);
    }
  }

  /**
   * Passes on validated data as one event, together with the bytes held back before, and holds back
   * an unfinished character at its end.
   *
   * @param slice - its bytes are written to: the bytes held back go before its start, where there
   * is room for them
   */
  #passWholeCharacters(slice: LentSlice): void {
    const { bytes, start, end } = slice;
    const begin = start - this.#heldBytes;
    for (let i = 0; i < this.#heldBytes; i++) bytes[begin + i] = this.#held![i]!;
    const hold = this.opcode === TEXT ? unfinishedUtf8Bytes(bytes, begin, end) : 0;
    // Held back before the rest is passed on: the handler may change the bytes, or throw.
    if (hold > 0) this.#held ??= new Uint8Array(3);
    for (let i = 0; i < hold; i++) this.#held![i] = bytes[end - hold + i]!;
    this.#heldBytes = hold;
    if (end - hold === begin) return;
    called(this.#caller, this.#caller.handlers.messageData?.(slice.of(begin, end - hold)));
    poisonOwn(bytes, begin, end - hold);
  }

  override deliver(caller: Caller): boolean {
    called(caller, caller.handlers.messageEnd?.());
    return true;
  }

  override release(): void {}
}
