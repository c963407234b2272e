/**
 * The reader of frames: bytes in any split to frames, with every rule that a header alone can break.
 *
 * ```
 *             2 bytes: frameStartFault, sequence     length: payloadLengthFault, limits
 *             v                                      v
 *   HEADER ---+--------------------------------------+--- onHeader --> PAYLOAD -- onPayload* --> onEnd --> HEADER
 *     |                                                                   |
 *     `------------------ fault -----------------> FAILED <---- fail -----'     (nothing leaves FAILED)
 * ```
 *
 * A base class, because a server holds a reader a connection, and one object less is 40 bytes less: `FrameParser` passes
 * frames on to a sink of the caller's, `MessageReader` makes messages of them. What is needed only in the middle of
 * something is an object that lives as long as that.
 */
import { mask as defaultMask, keyFromBytes, type MaskKernel, rotateKey } from '@sanssocket/mask';
import { createFault, type Fault, type FaultCode } from './faults.js';
import { extendedLengthBytes, readPayloadLength } from './frame-header.js';
import { frameStartFault, payloadLengthFault } from './frame-rules.js';
import type { MessageBuffer } from './message-buffer.js';
import { CONTINUATION, FIN, isControl, MASK } from './opcodes.js';
import type { FrameRules } from './parser-rules.js';

/** A chunk this long gets a view for the masking of what is short in it: the view costs 75 ns, a frame saves 10. */
const VIEW_FROM_BYTES = 256;
/** Longer payloads are left to the kernel. */
export const VIEW_TO_BYTES = 768;

/** The chunk's view, if a payload is better masked by it than by the kernel; a kernel of the caller's is always used. */
export function viewToMask(view: DataView | null, bytes: number, mask: MaskKernel): DataView | null {
  return bytes <= VIEW_TO_BYTES && mask === defaultMask ? view : null;
}

/** A frame whose end has not been reached. */
export class Frame {
  /**
   * One object is kept of each class whose objects come and go. V8 forgets what objects look like when a garbage collection
   * finds none of them, and throws away the optimised code that knew it: fragments of 64 bytes then take four times as long.
   */
  static readonly kept: Frame = /* @__PURE__ */ new Frame(0, 0, false, 0);

  /** FIN, RSV1-3 and opcode. */
  readonly first: number;
  readonly payloadLength: number;
  readonly masked: boolean;
  /** The masking key, turned to the next payload byte; 0 when not masked. */
  key: number;
  /** Payload bytes that have not come. */
  remaining: number;
  /** Whether the layer above has dealt with it before its end. */
  done = false;
  /** What the layer above has collected of it. */
  collected: MessageBuffer | null = null;

  constructor(first: number, payloadLength: number, masked: boolean, key: number) {
    this.first = first;
    this.payloadLength = payloadLength;
    this.masked = masked;
    this.key = key;
    this.remaining = payloadLength;
  }
}

/** A header of which some bytes are missing: the only bytes the reader ever keeps. */
class PartialHeader {
  /** See {@link Frame.kept}. */
  static readonly kept: PartialHeader = /* @__PURE__ */ new PartialHeader();

  readonly bytes: Uint8Array = new Uint8Array(14);
  size = 0;
}

/** A fragmented message of which the last frame has not begun. */
class MessageProgress {
  /** See {@link Frame.kept}. */
  static readonly kept: MessageProgress = /* @__PURE__ */ new MessageProgress(0);

  bytes: number;
  fragments = 1;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

const RUNNING = 0;
const PAUSED = 1;
const FAILED = 2;

/** Reads frames out of a stream of bytes (RFC 6455 5.2). */
export abstract class FrameReader {
  readonly #rules: FrameRules;
  #state: typeof RUNNING | typeof PAUSED | typeof FAILED = RUNNING;
  #partial: PartialHeader | null = null;
  #frame: Frame | null = null;
  #progress: MessageProgress | null = null;
  /** Bytes of the stream before index 0 of the chunk being read. */
  #base = 0;
  /** Index in the chunk being read of the first byte that has not been dealt with. */
  #at = 0;

  constructor(rules: FrameRules) {
    this.#rules = rules;
  }

  /** A header is complete and valid. */
  protected abstract onHeader(frame: Frame): void;
  /** A piece of the payload as it is on the wire; `key` applies from `start`. */
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
  /** Whether {@link FrameReader.onMessage} is wanted for unfragmented messages that stand whole in the chunk. */
  protected abstract get takesMessages(): boolean;
  /** In place of `onHeader`, `onPayload` and `onEnd`; `view` shows `bytes`, if the chunk was long enough to make one. */
  protected abstract onMessage(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
    view: DataView | null,
  ): void;

  /** Whether the stream has broken a rule; all input is ignored from then on. */
  get failed(): boolean {
    return this.#state === FAILED;
  }

  /** Whether an unfinished frame or fragmented message is pending: an end of input now would cut it off. */
  get truncated(): boolean {
    return !this.failed && (this.#frame !== null || this.#partial !== null || this.#progress !== null);
  }

  /** How many bytes of the stream have been dealt with. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Index in the chunk being read of the first byte that has not been dealt with. */
  get index(): number {
    return this.#at;
  }

  /** As `FrameParser.push`. */
  push(bytes: Uint8Array, start: number, end: number): number {
    if (this.failed) return end;
    this.#base += this.#at - start;
    this.#at = start;
    this.#state = RUNNING;
    const takesMessages = this.takesMessages;
    do {
      const frame = this.#frame;
      if (frame === null) {
        if (takesMessages && this.#partial === null && this.#progress === null) {
          this.#readMessages(bytes, this.#at, end);
          if (this.#state !== RUNNING) break;
        }
        if (this.#at === end) break;
        this.#readHeader(bytes, this.#at, end);
      } else if (frame.remaining === 0) {
        this.#frame = null;
        this.onEnd(frame);
      } else {
        if (this.#at === end) break;
        this.#readPayload(frame, bytes, this.#at, end);
      }
    } while (this.#state === RUNNING);
    return this.failed ? end : this.#at;
  }

  /** Makes the running {@link FrameReader.push} return after the call that is under way. */
  pause(): void {
    if (this.#state === RUNNING) this.#state = PAUSED;
  }

  /** As `FrameParser.fail`. */
  fail(code: FaultCode, index: number = this.#at): void {
    if (this.failed) return;
    this.#state = FAILED;
    this.#partial = null;
    this.#frame = null;
    this.#progress = null;
    this.onFault(createFault(code, this.#base + index));
  }

  /**
   * The short cut for unfragmented messages that stand whole in the chunk, one after the other: same functions, same
   * rules, but everything that could be cut or wrong is left to the other path.
   */
  #readMessages(bytes: Uint8Array, start: number, end: number): void {
    const { wholeMessage, maxFrameBytes, maxMessageBytes } = this.#rules;
    const view =
      end - start < VIEW_FROM_BYTES ? null : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    while (end - at >= 2) {
      const first = bytes[at]!;
      const second = bytes[at + 1]!;
      const masked = second >>> 7;
      const length7 = second & 0x7f;
      if (((wholeMessage[first]! >>> masked) & 1) === 0 || length7 === 127) return;
      let from = at + (masked === 0 ? 2 : 6);
      let length = length7;
      if (length7 === 126) {
        from += 2;
        if (from > end) return;
        length = readPayloadLength(bytes, at);
        if (payloadLengthFault(2, length) !== undefined) return;
      }
      const to = from + length;
      if (to > end || length > maxFrameBytes || length > maxMessageBytes) return;
      const key = masked === 0 ? 0 : keyFromBytes(bytes, from - 4);
      at = to;
      this.#at = to;
      this.onMessage(first, bytes, from, to, key, view);
      if (this.#state !== RUNNING) return;
    }
  }

  #readPayload(frame: Frame, bytes: Uint8Array, at: number, end: number): void {
    const length = Math.min(frame.remaining, end - at);
    const { key } = frame;
    frame.key = rotateKey(key, length);
    frame.remaining -= length;
    this.#at = at + length;
    this.onPayload(frame, bytes, at, at + length, key);
  }

  /** Takes a header that stands whole in the chunk where it stands; one that does not is put together first. */
  #readHeader(bytes: Uint8Array, at: number, end: number): void {
    let partial = this.#partial;
    if (partial === null) {
      if (this.#judgeHeader(bytes, at, end - at, at) <= end - at) return;
      partial = new PartialHeader();
      this.#partial = partial;
    }
    while (this.#at < end) {
      partial.bytes[partial.size++] = bytes[this.#at++]!;
      if (this.#judgeHeader(partial.bytes, 0, partial.size, this.#at - partial.size) <= partial.size) return;
    }
  }

  /**
   * Judges as much of a header as there is, and begins its frame when it is whole.
   *
   * @param bytes - where the frame stands
   * @param at - index of its first byte
   * @param available - how many of its bytes are there
   * @param index - where it begins in the chunk being read; negative if in an earlier one
   * @returns the size it has at least. Whole (or failed) when that is at most `available`
   */
  #judgeHeader(bytes: Uint8Array, at: number, available: number, index: number): number {
    if (available < 2) return 2;
    const rules = this.#rules;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const fault = frameStartFault(first, second, rules.role, rules.rsv) ?? this.#sequenceFault(first);
    if (fault !== undefined) {
      this.fail(fault, isOfSecondByte(fault) ? index + 1 : index);
      return 0;
    }
    const lengthBytes = extendedLengthBytes(second);
    const lengthEnd = 2 + lengthBytes;
    if (available < lengthEnd) return lengthEnd;
    const payloadLength = readPayloadLength(bytes, at);
    const lengthFault = lengthBytes === 0 ? undefined : payloadLengthFault(lengthBytes, payloadLength);
    if (lengthFault !== undefined) {
      this.fail(lengthFault, index + 2);
      return 0;
    }
    const limitFault = this.#limitFault(first, payloadLength);
    if (limitFault !== undefined) {
      this.fail(limitFault, index + 1);
      return 0;
    }
    const masked = (second & MASK) !== 0;
    const size = lengthEnd + (masked ? 4 : 0);
    if (available < size) return size;
    const frame = new Frame(first, payloadLength, masked, masked ? keyFromBytes(bytes, at + lengthEnd) : 0);
    this.#partial = null;
    this.#frame = frame;
    this.#at = index + size;
    this.#countFragment(first, payloadLength);
    this.onHeader(frame);
    return size;
  }

  /** RFC 6455 5.4: a message's frames come one after the other, only control frames between them. */
  #sequenceFault(first: number): FaultCode | undefined {
    const opcode = first & 0x0f;
    const progress = this.#progress;
    if (progress === null) return opcode === CONTINUATION ? 'UNEXPECTED_CONTINUATION' : undefined;
    if (isControl(opcode)) return undefined;
    if (opcode !== CONTINUATION) return 'EXPECTED_CONTINUATION';
    return progress.fragments === this.#rules.maxFragments ? 'TOO_MANY_FRAGMENTS' : undefined;
  }

  /** Compares with what is left, so that no sum can pass 2^53 (advisory I01). */
  #limitFault(first: number, payloadLength: number): FaultCode | undefined {
    const { maxFrameBytes, maxMessageBytes } = this.#rules;
    if (payloadLength > maxFrameBytes || payloadLength > Number.MAX_SAFE_INTEGER) return 'FRAME_TOO_LARGE';
    if (isControl(first & 0x0f)) return undefined;
    const before = this.#progress === null ? 0 : this.#progress.bytes;
    return payloadLength > maxMessageBytes - before ? 'MESSAGE_TOO_LARGE' : undefined;
  }

  #countFragment(first: number, payloadLength: number): void {
    if (isControl(first & 0x0f)) return;
    const progress = this.#progress;
    if ((first & FIN) !== 0) {
      this.#progress = null;
    } else if (progress === null) {
      this.#progress = new MessageProgress(payloadLength);
    } else {
      progress.bytes += payloadLength;
      progress.fragments++;
    }
  }
}

/** The faults of a frame's start that its second byte shows. */
function isOfSecondByte(fault: FaultCode): boolean {
  return (
    fault === 'MASK_REQUIRED' ||
    fault === 'MASK_FORBIDDEN' ||
    fault === 'CONTROL_TOO_LONG' ||
    fault === 'CLOSE_BODY_TOO_SHORT'
  );
}
