/**
 * The frame parser: bytes in any split to frames, with every rule that a header alone can break.
 *
 * ```
 *             2 bytes: frameStartFault, sequence     length: payloadLengthFault, limits
 *             v                                      v
 *   HEADER ---+--------------------------------------+--- header() ---> PAYLOAD -- payload()* --> end() --> HEADER
 *     |                                                                    |
 *     `------------------ fault ------------------> FAILED <--- fail() ----'     (nothing leaves FAILED)
 * ```
 */
import { mask as defaultMask, keyFromBytes, type MaskKernel, maskView, rotateKey } from '@sanssocket/mask';
import { createFault, type Fault, type FaultCode } from './faults.js';
import { extendedLengthBytes, readPayloadLength } from './frame-header.js';
import { frameStartFault, payloadLengthFault, type ReceiverRole } from './frame-rules.js';
import { type Limits, resolveLimits } from './limits.js';
import { CONTINUATION, FIN, isControl, MASK, RSV } from './opcodes.js';

/**
 * What a {@link FrameParser} calls, in this order for each frame: `header`, `payload` as often as pieces arrive (not at all
 * for an empty payload), `end`. Arguments are scalars: no object or view is made for a frame. Methods may call
 * `parser.pause()` and `parser.fail()`, not `parser.push()`.
 */
export interface FrameSink {
  /**
   * A short cut a sink may offer: called instead of `header`, `payload` and `end` for an unfragmented message of less than
   * 64 KiB that stands whole in the chunk. One call instead of three, and 3 times as fast for frames of 16 bytes.
   *
   * @param first - FIN, RSV1-3 and opcode, as on the wire
   * @param start - index of the first payload byte; `start === end` for an empty payload
   * @param maskingKey - as for `payload`
   * @param view - a view of `bytes` with the same offsets, if the chunk was long enough to make one; see `maskView`
   */
  message?(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    maskingKey: number,
    view: DataView | null,
  ): void;
  /**
   * A header is complete and valid.
   *
   * @param first - FIN, RSV1-3 and opcode, as on the wire
   * @param payloadLength - in bytes
   * @param masked - whether the frame carries a masking key
   * @param maskingKey - the key as a number (see `@sanssocket/mask`), 0 when not masked
   */
  header(first: number, payloadLength: number, masked: boolean, maskingKey: number): void;
  /**
   * A piece of the payload: `bytes[start]` to `bytes[end - 1]`, borrowed until the method returns.
   *
   * @param maskingKey - with the option `unmask: 'none'`, the key turned so that it applies from `start`; else 0
   */
  payload(bytes: Uint8Array, start: number, end: number, maskingKey: number): void;
  /** The frame's payload is complete. */
  end(): void;
  /** The stream broke a rule: the last call. */
  fail(fault: Fault): void;
}

/** What a {@link FrameParser} expects, and what it does with masked payloads. */
export interface FrameParserOptions extends Partial<Limits> {
  /** Of the endpoint that receives the frames; `'either'` for one that only looks on. */
  readonly role: ReceiverRole;
  /** Reserved bits that agreed extensions gave a meaning: a sum of `RSV1`, `RSV2` and `RSV3`; 0 by default. */
  readonly rsv?: number;
  /**
   * What `payload` gets of a masked frame: `'copy'` (the default) fresh unmasked bytes; `'in-place'` the caller's chunk,
   * unmasked there; `'none'` the chunk as it is, and the key.
   */
  readonly unmask?: 'copy' | 'in-place' | 'none';
  /** The kernel that unmasks; by default `mask` of `@sanssocket/mask`. */
  readonly mask?: MaskKernel;
}

/**
 * Options completed and checked. Make one and share it: a parser given plain options makes its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameRules } from '@sanssocket/codec';
 *
 * const rules = new FrameRules({ role: 'server', maxFrameBytes: 65536 });
 * assert.equal(rules.maxMessageBytes, 16777216);
 * assert.throws(() => new FrameRules({ role: 'server', maxFrameBytes: 0 }), RangeError);
 * ```
 */
export class FrameRules implements Limits {
  readonly role: ReceiverRole;
  readonly rsv: number;
  readonly unmask: 'copy' | 'in-place' | 'none';
  readonly mask: MaskKernel;
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  /**
   * By first byte: 1 if a whole message may start with it in a frame that is not masked, 2 if in a masked one, 3 if in both.
   * The truth table of frame-rules.ts, tabulated for the frames that need no second look.
   *
   * @internal
   */
  readonly wholeMessage: Uint8Array;

  /** @throws TypeError or RangeError for options that make no sense */
  constructor(options: FrameParserOptions) {
    const { role, rsv = 0, unmask = 'copy', mask = defaultMask } = options;
    if (role !== 'server' && role !== 'client' && role !== 'either') throw new TypeError('no such role');
    if ((rsv & RSV) !== rsv) throw new RangeError('rsv must be a sum of RSV1, RSV2 and RSV3');
    if (unmask !== 'copy' && unmask !== 'in-place' && unmask !== 'none')
      throw new TypeError('no such unmask');
    const limits = resolveLimits(options);
    this.role = role;
    this.rsv = rsv;
    this.unmask = unmask;
    this.mask = mask;
    this.maxFrameBytes = limits.maxFrameBytes;
    this.maxMessageBytes = limits.maxMessageBytes;
    this.maxFragments = limits.maxFragments;
    this.wholeMessage = tabulate(role, rsv);
  }
}

function tabulate(role: ReceiverRole, rsv: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, first) => {
    const opcode = first & 0x0f;
    if (isControl(opcode) || opcode === CONTINUATION || (first & FIN) === 0) return 0;
    const unmasked = frameStartFault(first, 0, role, rsv) === undefined ? 1 : 0;
    return unmasked | (frameStartFault(first, MASK, role, rsv) === undefined ? 2 : 0);
  });
}

/** A chunk this long gets a view for the masking of what is short in it: the view costs 75 ns, a frame saves 10. */
const VIEW_FROM_BYTES = 256;
/** Longer payloads are left to the kernel. */
export const VIEW_TO_BYTES = 768;

const HEADER = 0;
const PAYLOAD = 1;
const FAILED = 2;

/** A header of which some bytes are missing: the only bytes the parser ever keeps. */
interface PartialHeader {
  readonly bytes: Uint8Array;
  size: number;
}

/** A fragmented message of which the last frame has not begun. */
interface MessageProgress {
  bytes: number;
  fragments: number;
}

/**
 * Parses frames out of a stream of bytes (RFC 6455 5.2), in one role or as an onlooker.
 *
 * The fields are few because a server holds one of these a connection; what is needed only in the middle of something is
 * an object that lives as long as that.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameParser } from '@sanssocket/codec';
 *
 * const log: string[] = [];
 * const parser = new FrameParser(
 *   {
 *     header: (first, payloadLength) => log.push(`${first.toString(16)} ${payloadLength}`),
 *     payload: (bytes, start, end) => log.push(new TextDecoder().decode(bytes.subarray(start, end))),
 *     end: () => log.push('end'),
 *     fail: (fault) => log.push(fault.code),
 *   },
 *   { role: 'server' },
 * );
 * parser.push(Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d)); // the first half of a frame
 * parser.push(Uint8Array.of(0x51, 0x58, 0x83, 0x80)); // the rest, and a frame with a reserved opcode
 * assert.deepEqual(log, ['81 5', 'Hel', 'lo', 'end', 'RESERVED_OPCODE']);
 * ```
 */
export class FrameParser {
  readonly #sink: FrameSink;
  readonly #rules: FrameRules;
  #state: typeof HEADER | typeof PAYLOAD | typeof FAILED = HEADER;
  #paused = false;
  /** Payload bytes of the current frame that have not come. */
  #remaining = 0;
  /** The current frame's masking key, turned to the next payload byte. */
  #key = 0;
  #partial: PartialHeader | null = null;
  #message: MessageProgress | null = null;
  /** Bytes of the stream before index 0 of the chunk being parsed. */
  #base = 0;
  /** Index in the chunk being parsed of the first byte that has not been dealt with. */
  #at = 0;

  /**
   * @param sink - gets the frames
   * @param options - role, limits, unmasking
   * @throws TypeError or RangeError for options that make no sense
   */
  constructor(sink: FrameSink, options: FrameParserOptions | FrameRules) {
    this.#sink = sink;
    this.#rules = options instanceof FrameRules ? options : new FrameRules(options);
  }

  /** Whether the stream has broken a rule; all input is ignored from then on. */
  get failed(): boolean {
    return this.#state === FAILED;
  }

  /** Whether an unfinished frame or fragmented message is pending: an end of input now would cut it off. */
  get truncated(): boolean {
    return (
      this.#state !== FAILED && (this.#state === PAYLOAD || this.#partial !== null || this.#message !== null)
    );
  }

  /** How many bytes of the stream have been dealt with. */
  get offset(): number {
    return this.#base + this.#at;
  }

  /** Payload bytes of the current frame that have not come. */
  get remaining(): number {
    return this.#remaining;
  }

  /** Index in the chunk being parsed of the first byte that has not been dealt with. */
  get index(): number {
    return this.#at;
  }

  /**
   * Parses the next bytes of the stream, and calls the sink for what they complete. Nothing of `bytes` is kept but an
   * unfinished header.
   *
   * @param bytes - a chunk of the stream; changed only with `unmask: 'in-place'`
   * @param start - index of the first byte to parse
   * @param end - index after the last
   * @returns the index after the last byte that was dealt with: `end`, unless the sink paused. What is left was not looked
   * at; push it again to go on.
   * @throws RangeError when the range does not lie within `bytes`. An exception of the sink passes through; the
   * parser then stands behind the call that threw (`offset` tells where), and can go on from there.
   *
   * RFC 6455 5.2.
   */
  push(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
    if (!(start >= 0 && start <= end && end <= bytes.length)) throw new RangeError('no such range');
    if (this.#state === FAILED) return end;
    this.#base += this.#at - start;
    this.#at = start;
    this.#paused = false;
    let at = start;
    do {
      if (this.#state === HEADER) {
        if (this.#sink.message !== undefined && this.#partial === null && this.#message === null) {
          at = this.#pushWholeMessages(bytes, at, end);
          if (this.#paused) break;
        }
        if (at === end) break;
        at = this.#pushHeader(bytes, at, end);
      } else if (this.#remaining === 0) {
        this.#state = HEADER;
        this.#sink.end();
      } else {
        if (at === end) break;
        at = this.#pushPayload(bytes, at, end);
      }
    } while (!this.#paused);
    return this.failed ? end : at;
  }

  /** Makes the running {@link FrameParser.push} return after the sink's method that called this. */
  pause(): void {
    this.#paused = true;
  }

  /**
   * Fails the stream for a reason that only the layer above can see: the sink's `fail` is called, and all further input
   * is ignored. Does nothing if the stream has failed before.
   *
   * @param code - which rule was broken
   * @param index - of the byte that shows it, in the chunk being parsed; by default where parsing stands
   *
   * RFC 6455 7.1.7.
   */
  fail(code: FaultCode, index: number = this.#at): void {
    if (this.#state === FAILED) return;
    this.#state = FAILED;
    this.#paused = true;
    this.#partial = null;
    this.#message = null;
    this.#sink.fail(createFault(code, this.#base + index));
  }

  /**
   * The short cut for unfragmented messages that stand whole in the chunk, one after the other: same functions, same
   * rules, but everything that could be cut or wrong is left to the other path. Returns where it stopped.
   */
  #pushWholeMessages(bytes: Uint8Array, start: number, end: number): number {
    const { wholeMessage, maxFrameBytes, maxMessageBytes, unmask, mask } = this.#rules;
    const sink = this.#sink;
    const view =
      end - start < VIEW_FROM_BYTES ? null : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    while (end - at >= 6) {
      const first = bytes[at]!;
      const second = bytes[at + 1]!;
      const masked = second >>> 7;
      const length7 = second & 0x7f;
      if (((wholeMessage[first]! >>> masked) & 1) === 0 || length7 === 127) break;
      let from = at + 2;
      let length = length7;
      if (length7 === 126) {
        length = readPayloadLength(bytes, at);
        if (payloadLengthFault(2, length) !== undefined) break;
        from += 2;
      }
      if (masked !== 0) from += 4;
      const to = from + length;
      if (to > end || length > maxFrameBytes || length > maxMessageBytes) break;
      const key = masked === 0 ? 0 : keyFromBytes(bytes, from - 4);
      at = to;
      this.#at = to;
      if (key === 0 || unmask === 'none') {
        sink.message!(first, bytes, from, to, key, view);
      } else if (unmask === 'in-place') {
        if (view === null || length > VIEW_TO_BYTES) mask(bytes, from, to, bytes, from, key);
        else maskView(view, from, to, view, from, key);
        sink.message!(first, bytes, from, to, 0, view);
      } else {
        const copy = new Uint8Array(length);
        mask(bytes, from, to, copy, 0, key);
        sink.message!(first, copy, 0, length, 0, null);
      }
      if (this.#paused) break;
    }
    return at;
  }

  #pushPayload(bytes: Uint8Array, at: number, end: number): number {
    const { unmask, mask } = this.#rules;
    const length = Math.min(this.#remaining, end - at);
    const stop = at + length;
    const key = this.#key;
    this.#remaining -= length;
    this.#at = stop;
    if (key === 0 || unmask === 'none') {
      this.#key = rotateKey(key, length);
      this.#sink.payload(bytes, at, stop, key);
    } else {
      this.#key = rotateKey(key, length);
      const target = unmask === 'copy' ? new Uint8Array(length) : bytes;
      const to = unmask === 'copy' ? 0 : at;
      mask(bytes, at, stop, target, to, key);
      this.#sink.payload(target, to, to + length, 0);
    }
    return stop;
  }

  /** Takes a header that stands whole in the chunk where it stands; one that does not is put together first. */
  #pushHeader(bytes: Uint8Array, at: number, end: number): number {
    if (this.#partial === null) {
      const size = this.#readHeader(bytes, at, end - at, at);
      if (size <= end - at) return at + size;
      this.#partial = { bytes: new Uint8Array(14), size: 0 };
    }
    const partial = this.#partial;
    let next = at;
    for (;;) {
      if (next === end) {
        this.#at = end;
        return end;
      }
      partial.bytes[partial.size++] = bytes[next++]!;
      const size = this.#readHeader(partial.bytes, 0, partial.size, next - partial.size);
      if (size <= partial.size) {
        this.#partial = null;
        return next;
      }
    }
  }

  /**
   * Judges as much of a header as there is, and calls the sink when it is whole.
   *
   * @param bytes - where the frame stands
   * @param at - index of its first byte
   * @param available - how many of its bytes are there
   * @param index - where it begins in the chunk being parsed; negative if in an earlier one
   * @returns the size it has at least. Whole (or failed) when that is at most `available`
   */
  #readHeader(bytes: Uint8Array, at: number, available: number, index: number): number {
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
    this.#key = masked ? keyFromBytes(bytes, at + lengthEnd) : 0;
    this.#remaining = payloadLength;
    this.#state = PAYLOAD;
    this.#at = index + size;
    this.#countFragment(first, payloadLength);
    this.#sink.header(first, payloadLength, masked, this.#key);
    return size;
  }

  /** RFC 6455 5.4: a message's frames come one after the other, only control frames between them. */
  #sequenceFault(first: number): FaultCode | undefined {
    const opcode = first & 0x0f;
    const message = this.#message;
    if (message === null) return opcode === CONTINUATION ? 'UNEXPECTED_CONTINUATION' : undefined;
    if (isControl(opcode)) return undefined;
    if (opcode !== CONTINUATION) return 'EXPECTED_CONTINUATION';
    return message.fragments === this.#rules.maxFragments ? 'TOO_MANY_FRAGMENTS' : undefined;
  }

  /** Compares with what is left, so that no sum can pass 2^53 (advisory I01). */
  #limitFault(first: number, payloadLength: number): FaultCode | undefined {
    const { maxFrameBytes, maxMessageBytes } = this.#rules;
    if (payloadLength > maxFrameBytes || payloadLength > Number.MAX_SAFE_INTEGER) return 'FRAME_TOO_LARGE';
    if (isControl(first & 0x0f)) return undefined;
    const before = this.#message === null ? 0 : this.#message.bytes;
    return payloadLength > maxMessageBytes - before ? 'MESSAGE_TOO_LARGE' : undefined;
  }

  #countFragment(first: number, payloadLength: number): void {
    if (isControl(first & 0x0f)) return;
    const message = this.#message;
    if ((first & FIN) !== 0) {
      this.#message = null;
    } else if (message === null) {
      this.#message = { bytes: payloadLength, fragments: 1 };
    } else {
      message.bytes += payloadLength;
      message.fragments++;
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
