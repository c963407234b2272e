/**
 * The reader of frames: bytes in any split to frames, with every rule that a header alone can
 * break. First its calls and its state, then the ways for whole frames (a message by itself, a scan,
 * frame by frame) and the way for frames in parts.
 *
 * ```
 *             2 bytes: frameStartFault, sequence   length: payloadLengthFault, limits
 *             v                                    v
 *   HEADER ---+------------------------------------+--- onHeader ---> PAYLOAD (onPayload*)
 *     ^ |                                                                 |
 *     | `----------- fault -----------> FAILED <---------- fail ----------+
 *     `------------------------------- onEnd -----------------------------'
 * ```
 *
 * Nothing leaves FAILED. The reader is a base class, because a server holds a reader for each
 * connection, and one object less is 40 bytes less: `FrameParser` passes frames on to a caller's
 * handlers, `MessageReader` makes messages of them. State that is needed only inside of a frame is
 * an object that lives as long as the frame. For the same reason its members are `private`
 * and `protected`, and not `#`: V8 marks every object for private methods, in 8 bytes a class, and a
 * subclass needs no method to read a field.
 */

import { keyFromBytes, rotateKey } from '@sanssocket/mask';
import { LentSlice } from '../memory/bytes.js';
import { PartialFrame } from '../memory/partial-frame.js';
import type { FrameScan } from '../memory/scan.js';
import { usageError } from '../wire/errors.js';
import { createFault, type Fault, type FaultCode, httpHint } from '../wire/faults.js';
import { extendedLengthBytes, headerBytesOf, MAX_SHORT_BYTES, readPayloadLength } from '../wire/header.js';
import { MASK } from '../wire/opcodes.js';
import {
  type FrameParserConfig,
  faultyByte,
  frameStartFault,
  limitFault,
  MESSAGE,
  type MessageProgress,
  payloadLengthFault,
  progressAfter,
  sequenceFault,
} from '../wire/rules.js';

/** A frame with its header read, but not its end. */
export class Frame {
  /**
   * One object is kept of every class with short-lived objects. V8 forgets the shape of objects
   * when a garbage collection finds none of them, and throws away the optimised code for it:
   * fragments of 64 bytes then take four times as long.
   */
  static readonly kept: readonly Frame[] = [/* @__PURE__ */ new Frame(0, 0, false, 0)];

  /** FIN, RSV1-3 and opcode. */
  readonly first: number;
  readonly payloadLength: number;
  readonly masked: boolean;
  /** The masking key, rotated to the next payload byte; 0 when not masked. */
  key: number;
  /** Payload bytes that have not come. */
  remaining: number;

  constructor(first: number, payloadLength: number, masked: boolean, key: number) {
    this.first = first;
    this.payloadLength = payloadLength;
    this.masked = masked;
    this.key = key;
    this.remaining = payloadLength;
  }
}

/**
 * Shorter chunks, of a short frame or two, are read frame by frame: 16 bytes take 65 ns that way,
 * and 75 by a scan.
 */
const MIN_SCANNED_BYTES = 64;

const RUNNING = 0;

const PAUSED = 1;

const FAILED = 2;

/**
 * Whether a chunk that had bytes has none any more: a handler was given, or lent, a part of it, and
 * has transferred its memory away. Reading stops there, and the caller that gave the chunk sees
 * that it was not read to its end.
 */
export function isGone(chunk: Uint8Array): boolean {
  return chunk.length === 0;
}

function lengthFault(second: number, payloadLength: number): FaultCode | undefined {
  return payloadLengthFault(extendedLengthBytes(second), payloadLength);
}

/** The error for the rest of such a chunk. */
export function chunkTransferred(): Error {
  return usageError(
    TypeError,
    'CHUNK_TRANSFERRED',
    'the memory of a chunk was transferred away before the chunk was read to its end: copy the bytes that a handler gets first',
  );
}

/** Reads frames out of a stream of bytes (RFC 6455 5.2). */
export abstract class FrameReader {
  private readonly rules: FrameParserConfig;
  private state: typeof RUNNING | typeof PAUSED | typeof FAILED = RUNNING;
  protected partial: PartialFrame | null = null;
  protected frame: Frame | null = null;
  protected progress: MessageProgress | null = null;
  /** Bytes of the stream before index 0 of the chunk being read. */
  protected base = 0;
  /** Index in the chunk being read of the first byte that has not been dealt with. */
  index = 0;

  constructor(rules: FrameParserConfig) {
    this.rules = rules;
  }

  /** A header is complete and valid. */
  protected abstract onHeader(frame: Frame): void;
  /** The next bytes of the payload as they are on the wire; `key` applies from `start`. */
  protected abstract onPayload(
    frame: Frame,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void;
  /** The payload is complete. */
  protected abstract onEnd(frame: Frame): void;
  /** The stream broke a rule: the last call. */
  protected abstract onFault(fault: Fault): void;
  /**
   * The kinds of frames for which {@link FrameReader.onFrame} is called if they stand whole in the
   * chunk: a sum of them.
   */
  protected abstract get takes(): number;
  /**
   * Whether it is called for a short frame that comes in parts, too, at the price that nothing is
   * called before the frame's end.
   */
  protected abstract waitsFor(first: number): boolean;
  /**
   * The scan, which reads many frames of a chunk at once and is to be given back; null if there is
   * none, or none is wanted.
   */
  protected abstract takeScan(): FrameScan | null;
  /** The next messages stand unmasked in this chunk. */
  protected onMessagesIn(_chunk: Uint8Array, _end: number): void {}
  /**
   * A whole frame, in place of `onHeader`, `onPayload` and `onEnd`.
   *
   * @param bytes - the memory of the payload: the chunk, a frame put together of several, or the
   * scan's memory
   * @param key - 0 if the payload is unmasked
   */
  protected abstract onFrame(first: number, bytes: Uint8Array, start: number, end: number, key: number): void;
  /**
   * The same for a whole message that is unmasked.
   *
   * @param slice - the payload, lent until this returns
   * @param scan - the scan that has found it; null if none has
   * @param i - its number in the scan
   */
  protected abstract onMessage(first: number, slice: LentSlice, scan: FrameScan | null, i: number): void;

  /** Whether the stream has broken a rule; all input is ignored from then on. */
  get failed(): boolean {
    return this.state === FAILED;
  }

  /**
   * Whether an unfinished frame or fragmented message is pending: an end of input now would cut it
   * off.
   */
  get truncated(): boolean {
    return !this.failed && (this.frame !== null || this.partial !== null || this.progress !== null);
  }

  /** The number of bytes of the stream that have been dealt with. */
  get offset(): number {
    return this.base + this.index;
  }

  /** Whether reading goes on: it has been stopped neither by a pause nor by a fault. */
  protected get running(): boolean {
    return this.state === RUNNING;
  }

  /**
   * Adds a chunk to a frame that is not whole with it either: no event can come of it, and no
   * fault. Byte by byte, {@link FrameReader.push} takes twice as long.
   *
   * @returns false if the chunk may complete something, and nothing was done
   */
  protected keep(partial: PartialFrame, bytes: Uint8Array): boolean {
    if (bytes.length >= partial.needed - partial.size) return false;
    this.base += this.index;
    this.index = partial.take(bytes, 0, bytes.length);
    return true;
  }

  /**
   * The way for a chunk that is one whole message, as most chunks are that a server gets: 16 bytes
   * take three quarters of the time of the ways for many frames, and 1 KiB two thirds. Nothing may
   * be under way before it.
   *
   * @returns false if it is not, and nothing was done
   */
  protected readMessage(bytes: Uint8Array, length: number): boolean {
    const first = bytes[0]!;
    const second = bytes[1]!;
    const masked = second >>> 7;
    const start = headerBytesOf(second);
    if (start > length) return false;
    const payloadLength = readPayloadLength(bytes, 0);
    if ((second & 0x7f) > MAX_SHORT_BYTES && lengthFault(second, payloadLength) !== undefined) return false;
    const { kinds, maxFrameBytes, maxMessageBytes } = this.rules;
    const kind = kinds[first]!;
    if (start + payloadLength !== length || (kind & MESSAGE) === 0 || ((kind >>> masked) & 1) === 0)
      return false;
    if (payloadLength > maxFrameBytes || payloadLength > maxMessageBytes) return false;
    this.base += this.index;
    this.index = length;
    this.state = RUNNING;
    this.onFrame(first, bytes, start, length, masked === 0 ? 0 : keyFromBytes(bytes, start - 4));
    return true;
  }

  /** As `FrameParser.receive`. */
  push(bytes: Uint8Array, start: number, end: number): number {
    if (this.state === FAILED) return end;
    this.base += this.index - start;
    this.index = start;
    this.state = RUNNING;
    const { takes } = this;
    while (this.state === RUNNING) {
      const frame = this.frame;
      if (frame !== null && frame.remaining === 0) {
        this.frame = null;
        this.onEnd(frame);
        if (bytes.length === 0) break; // as isGone
        continue;
      }
      if (this.index === end) break;
      if (frame !== null) {
        this.readPayload(frame, bytes, this.index, end);
        continue;
      }
      if (takes !== 0 && this.partial === null && end - this.index > 1) {
        if (end - this.index >= MIN_SCANNED_BYTES) this.scanFrames(bytes, end);
        if (this.state === RUNNING && end - this.index > 1) this.passFrames(bytes, this.index, end, takes);
        if (this.state !== RUNNING || this.index === end || isGone(bytes)) break;
      }
      this.readHeader(bytes, this.index, end);
    }
    // A call has failed the stream.
    return (this.state as number) === FAILED ? end : this.index;
  }

  /** Ends a pause, so that the rest of an event may be called. */
  protected resume(): void {
    if (this.state === PAUSED) this.state = RUNNING;
  }

  /** Makes the running {@link FrameReader.push} return after the call that is under way. */
  pause(): void {
    if (this.state === RUNNING) this.state = PAUSED;
  }

  /** As `FrameParser.fail`. */
  fail(code: FaultCode, index: number = this.index, hint = ''): void {
    if (this.failed) return;
    const fault = createFault(code, this.base + index, hint);
    this.state = FAILED;
    this.partial = null;
    this.frame = null;
    this.progress = null;
    this.onFault(fault);
  }

  /**
   * The way for masked frames that stand whole in the chunk, one after the other: a scan has
   * unmasked them in memory of its own and checked the rules of single frames; the rules about a
   * frame and those before it are checked here. The chunk is not changed, so a frame that is not
   * passed on from here is left to the other ways as it came.
   */
  private scanFrames(bytes: Uint8Array, end: number): void {
    const scan = this.takeScan();
    if (scan === null) return;
    try {
      while (this.index < end && scan.read(bytes, this.index, end, this.rules)) {
        // Scanned frames are passed on even if the chunk is gone meanwhile.
        if (!this.passScanned(scan, bytes) || isGone(bytes)) break;
      }
    } finally {
      if (isGone(bytes)) scan.keepRest(this.index);
      scan.giveBack();
    }
  }

  /**
   * @returns whether reading goes on with another scan: if not, it was stopped, or the next frame
   * of the chunk is for the other ways
   */
  private passScanned(scan: FrameScan, chunk: Uint8Array): boolean {
    const { kinds, maxFrameBytes, maxMessageBytes } = this.rules;
    const { count, bytes, shift, span: slice } = scan;
    for (let i = 0; i < count; i++) {
      const first = scan.firstOf(i);
      const start = scan.startOf(i);
      const end = scan.endOf(i);
      // A whole message, not inside of another, has no more rules to break.
      const length = end - start;
      const whole = (kinds[first]! & MESSAGE) !== 0 && this.progress === null;
      if (!whole || length > maxFrameBytes || length > maxMessageBytes) {
        if (!this.mayFollow(first, chunk[this.index + 1]!, length)) return false;
      }
      scan.next = i + 1;
      this.index = shift + end;
      if (whole) this.onMessage(first, slice.of(start, end), scan, i);
      else this.onFrame(first, bytes, start, end, 0);
      if (this.state !== RUNNING) return false;
    }
    return true;
  }

  /** Whether a frame may come now; if so it is counted. */
  private mayFollow(first: number, second: number, length: number): boolean {
    if (this.startFault(first, second) !== undefined) return false;
    if (limitFault(this.progress, first, length, this.rules) !== undefined) return false;
    this.progress = progressAfter(this.progress, first, length);
    return true;
  }

  /**
   * The way for whole frames that no scan takes: same functions, same rules. A frame that is cut or
   * breaks a rule is left to the last way.
   */
  private passFrames(bytes: Uint8Array, start: number, end: number, takes: number): void {
    const { kinds, maxFrameBytes, maxMessageBytes, role } = this.rules;
    // A server gets masked frames (5.1), and unmasks them into memory of their own.
    if (role !== 'server') this.onMessagesIn(bytes, end);
    let at = start;
    let slice: LentSlice | undefined;
    while (end - at >= 2) {
      const first = bytes[at];
      // The same as isGone, at no cost: V8 has learnt that there is always a byte.
      if (first === undefined) return;
      const second = bytes[at + 1]!;
      const masked = second >>> 7;
      const kind = kinds[first]!;
      const from = at + headerBytesOf(second);
      if (((kind >>> masked) & 1) === 0 || (kind & takes) === 0 || from > end) return;
      const length = readPayloadLength(bytes, at);
      if ((second & 0x7f) > MAX_SHORT_BYTES && lengthFault(second, length) !== undefined) return;
      const to = from + length;
      if (to > end) return;
      const whole = (kind & MESSAGE) !== 0 && this.progress === null;
      if (!whole || length > maxFrameBytes || length > maxMessageBytes) {
        if (!this.mayFollow(first, second, length)) return;
      }
      at = to;
      this.index = to;
      if (masked !== 0) this.onFrame(first, bytes, from, to, keyFromBytes(bytes, from - 4));
      else if (whole) {
        slice ??= new LentSlice(bytes);
        this.onMessage(first, slice.of(from, to), null, 0);
      } else this.onFrame(first, bytes, from, to, 0);
      if (this.state !== RUNNING) return;
    }
  }

  private readPayload(frame: Frame, bytes: Uint8Array, at: number, end: number): void {
    const length = Math.min(frame.remaining, end - at);
    const { key } = frame;
    frame.key = rotateKey(key, length);
    frame.remaining -= length;
    this.index = at + length;
    this.onPayload(frame, bytes, at, at + length, key);
  }

  /**
   * Takes a header, or a short frame, straight from the chunk if it is whole there; otherwise puts
   * it together first.
   */
  private readHeader(bytes: Uint8Array, start: number, end: number): void {
    let partial = this.partial;
    if (partial === null) {
      const needed = this.judgeHeader(bytes, start, end - start, start);
      if (needed <= end - start) return;
      partial = new PartialFrame(needed);
      this.partial = partial;
    }
    for (;;) {
      this.index = partial.take(bytes, this.index, end);
      if (partial.size < partial.needed) return;
      const needed = this.judgeHeader(partial.bytes, 0, partial.size, this.index - partial.size);
      if (needed <= partial.size) return;
      partial.needed = needed;
    }
  }

  /**
   * Judges as much of a header as has come, and begins its frame when it is whole; or passes the
   * whole frame on.
   *
   * @param bytes - the memory of the frame
   * @param at - index of its first byte
   * @param available - the number of its bytes that have come
   * @param index - of the frame's first byte in the chunk being read; negative if that was in an
   * earlier one
   * @returns the number of bytes that are needed to go on. If it is at most `available`, the frame
   * or header is done, or has failed
   */
  private judgeHeader(bytes: Uint8Array, at: number, available: number, index: number): number {
    if (available < 2) return 2;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const { kinds, maxFrameBytes, maxMessageBytes } = this.rules;
    const kind = kinds[first]!;
    // A message that is one frame, and not inside of another, has few rules to break.
    const whole = (kind & MESSAGE) !== 0 && ((kind >>> (second >>> 7)) & 1) !== 0 && this.progress === null;
    const fault = whole ? undefined : this.startFault(first, second);
    if (fault !== undefined) {
      const hint = this.base + index === 0 ? httpHint(bytes, at, at + available) : '';
      this.fail(fault, index + faultyByte(fault), hint);
      return 0;
    }
    const lengthBytes = extendedLengthBytes(second);
    const lengthEnd = 2 + lengthBytes;
    if (available < lengthEnd) return lengthEnd;
    const payloadLength = readPayloadLength(bytes, at);
    const overlong = lengthBytes === 0 ? undefined : payloadLengthFault(lengthBytes, payloadLength);
    if (overlong !== undefined) {
      this.fail(overlong, index + 2);
      return 0;
    }
    if (!whole || payloadLength > maxFrameBytes || payloadLength > maxMessageBytes) {
      const overLimit = limitFault(this.progress, first, payloadLength, this.rules);
      if (overLimit !== undefined) {
        this.fail(overLimit, index + 1);
        return 0;
      }
    }
    const masked = (second & MASK) !== 0;
    const size = headerBytesOf(second);
    if (available < size) return size;
    const key = masked ? keyFromBytes(bytes, at + lengthEnd) : 0;
    if (lengthBytes === 0 && this.waitsFor(first)) {
      const frameBytes = size + payloadLength;
      if (available < frameBytes) return frameBytes;
      this.partial = null;
      this.index = index + frameBytes;
      if (!whole) this.progress = progressAfter(this.progress, first, payloadLength);
      this.onFrame(first, bytes, at + size, at + frameBytes, key);
      return frameBytes;
    }
    const frame = new Frame(first, payloadLength, masked, key);
    this.partial = null;
    this.frame = frame;
    this.index = index + size;
    if (!whole) this.progress = progressAfter(this.progress, first, payloadLength);
    this.onHeader(frame);
    return size;
  }

  private startFault(first: number, second: number): FaultCode | undefined {
    const { role, rsv, maxFragments } = this.rules;
    return frameStartFault(first, second, role, rsv) ?? sequenceFault(this.progress, first, maxFragments);
  }
}
