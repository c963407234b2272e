/** The frame parser: a {@link FrameReader} that passes frames on to a sink of the caller's, unmasked as the caller likes. */
import type { LentSpan } from '../memory/span.js';
import type { Fault, FaultCode } from '../rules/faults.js';
import { inWords, misuse, requireBytes, requireRange } from '../rules/misuse.js';
import { type FrameParserOptions, FrameRules, MESSAGE } from '../rules/parser-rules.js';
import { chunkTransferred, FrameReader, isGone } from './frame-reader.js';
import type { Frame } from './incoming-frame.js';

/**
 * What a {@link FrameParser} calls, in this order for each frame: `header`, `payload` as often as pieces arrive (not at all
 * for an empty payload), `end`. Arguments are scalars: no object or view is made for a frame. Methods may call
 * `parser.pause()` and `parser.fail()`, not `parser.receive()`.
 */
export interface FrameSink {
  /**
   * A short cut a sink may offer: called instead of `header`, `payload` and `end` for an unfragmented message of less than
   * 64 KiB that stands whole in the chunk. One call instead of three, and 3 times as fast for frames of 16 bytes.
   *
   * @param first - FIN, RSV1-3 and opcode, as on the wire
   * @param start - index of the first payload byte; `start === end` for an empty payload
   * @param maskingKey - as for `payload`
   */
  message?(first: number, bytes: Uint8Array, start: number, end: number, maskingKey: number): void;
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

/** Passes frames on. */
class SinkReader extends FrameReader {
  readonly #sink: FrameSink;
  readonly #rules: FrameRules;

  constructor(sink: FrameSink, rules: FrameRules) {
    super(rules);
    this.#sink = sink;
    this.#rules = rules;
  }

  protected override get takes(): number {
    return this.#sink.message === undefined ? 0 : MESSAGE;
  }

  protected override waitsFor(): boolean {
    return false;
  }

  /** A scan brings SIMD memory with it, half a kilobyte of code. */
  protected override takeScan(): null {
    return null;
  }

  protected override onFrame(
    first: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    key: number,
  ): void {
    const { unmask, mask } = this.#rules;
    if (key === 0 || unmask === 'none') {
      this.#sink.message!(first, bytes, start, end, key);
    } else if (unmask === 'in-place') {
      mask(bytes, start, end, bytes, start, key);
      this.#sink.message!(first, bytes, start, end, 0);
    } else {
      this.#sink.message!(first, this.#copy(bytes, start, end, key), 0, end - start, 0);
    }
  }

  protected override onMessage(first: number, { bytes, start, end }: LentSpan): void {
    this.#sink.message!(first, bytes, start, end, 0);
  }

  protected override onHeader({ first, payloadLength, masked, key }: Frame): void {
    this.#sink.header(first, payloadLength, masked, key);
  }

  protected override onPayload(_: Frame, bytes: Uint8Array, start: number, end: number, key: number): void {
    const { unmask, mask } = this.#rules;
    if (key === 0 || unmask === 'none') {
      this.#sink.payload(bytes, start, end, key);
    } else if (unmask === 'in-place') {
      mask(bytes, start, end, bytes, start, key);
      this.#sink.payload(bytes, start, end, 0);
    } else {
      this.#sink.payload(this.#copy(bytes, start, end, key), 0, end - start, 0);
    }
  }

  protected override onEnd(): void {
    this.#sink.end();
  }

  protected override onFault(fault: Fault): void {
    this.#sink.fail(fault);
  }

  #copy(bytes: Uint8Array, start: number, end: number, key: number): Uint8Array {
    const copy = new Uint8Array(end - start);
    this.#rules.mask(bytes, start, end, copy, 0, key);
    return copy;
  }
}

/**
 * Parses frames out of a stream of bytes (RFC 6455 5.2), in one role or as an onlooker.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameParser } from '@sanssocket/codec/frames';
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
 * parser.receive(Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d)); // the first half of a frame
 * parser.receive(Uint8Array.of(0x51, 0x58, 0x83, 0x80)); // the rest, and a frame with a reserved opcode
 * assert.deepEqual(log, ['81 5', 'Hel', 'lo', 'end', 'RESERVED_OPCODE']);
 * ```
 */
export class FrameParser {
  readonly #reader: SinkReader;
  #receiving = false;

  /**
   * @param sink - gets the frames
   * @param options - role, limits, unmasking
   * @throws TypeError or RangeError for options that make no sense (`OPTION_UNKNOWN`,
   * `OPTION_INVALID`), TypeError for a sink that lacks a method (`SINK_INVALID`)
   */
  constructor(sink: FrameSink, options: FrameParserOptions | FrameRules) {
    const rules = options instanceof FrameRules ? options : new FrameRules(options);
    requireFrameSink(sink);
    this.#reader = new SinkReader(sink, rules);
  }

  /** Whether the stream has broken a rule; all input is ignored from then on. */
  get failed(): boolean {
    return this.#reader.failed;
  }

  /** Whether an unfinished frame or fragmented message is pending: an end of input now would cut it off. */
  get truncated(): boolean {
    return this.#reader.truncated;
  }

  /** How many bytes of the stream have been dealt with. */
  get offset(): number {
    return this.#reader.offset;
  }

  /**
   * Parses the next bytes of the stream, and calls the sink for what they complete. Nothing of `bytes` is kept but an
   * unfinished header.
   *
   * @param bytes - a chunk of the stream; changed only with `unmask: 'in-place'`
   * @param start - index of the first byte to parse
   * @param end - index after the last
   * @returns the index after the last byte that was dealt with: `end`, unless the sink paused. What is left was not looked
   * at; give it again to go on.
   * @throws RangeError when the range does not lie within `bytes`, Error when called by the sink (`CALLED_INSIDE`), TypeError
   * (`CHUNK_TRANSFERRED`) if the sink has transferred the memory of `bytes` away. An exception of the sink passes through; the parser
   * then stands behind the call that threw (`offset` tells where), and can go on from there.
   *
   * RFC 6455 5.2.
   */
  receive(bytes: Uint8Array, start = 0, end: number = bytes?.length): number {
    requireBytes(bytes, 'a chunk');
    requireRange(bytes, start, end);
    if (this.#receiving) {
      throw misuse(
        Error,
        'CALLED_INSIDE',
        'a sink must not call receive: call it when the one under way has returned',
      );
    }
    this.#receiving = true;
    try {
      const index = this.#reader.push(bytes, start, end);
      if (index < end && isGone(bytes)) throw chunkTransferred();
      return index;
    } finally {
      this.#receiving = false;
    }
  }

  /** Makes the running {@link FrameParser.receive} return after the sink's method that called this. */
  pause(): void {
    this.#reader.pause();
  }

  /**
   * Fails the stream for a reason that only the layer above can see: the sink's `fail` is called, and all further input
   * is ignored. Does nothing if the stream has failed before.
   *
   * @param code - which rule was broken
   * @param index - of the byte that shows it, in the chunk being parsed; by default where parsing stands
   * @throws RangeError for a code that there is not (`OPTION_INVALID`)
   *
   * RFC 6455 7.1.7.
   */
  fail(code: FaultCode, index: number = this.#reader.index): void {
    this.#reader.fail(code, index);
  }
}

const METHODS: readonly (keyof FrameSink)[] = ['header', 'payload', 'end', 'fail'];

/**
 * @throws TypeError for a sink that is none, or that lacks a method: the first frame would find out
 */
function requireFrameSink(sink: FrameSink): void {
  const missing = METHODS.find((name) => typeof sink?.[name] !== 'function');
  const wrong = sink?.message !== undefined && typeof sink.message !== 'function' ? 'message' : missing;
  if (wrong === undefined) return;
  throw misuse(
    TypeError,
    'SINK_INVALID',
    `a frame sink has the methods ${METHODS.join(', ')}, and may have message: ${wrong} of ${inWords(sink)} is none`,
  );
}
