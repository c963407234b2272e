/**
 * `@sanssocket/codec/frames`: single frames (RFC 6455 5.2), Close codes, the table of faults, and
 * UTF-8 in parts (8.1), for proxies, inspectors, fuzzers and codecs of another shape. A connection
 * needs none of it.
 *
 * @packageDocumentation
 */

import { keyToBytes, maskInPlace } from '@sanssocket/mask';
import { chunkTransferred, type Frame, FrameReader, isGone } from './connection/frame-reader.js';
import { EMPTY, type LentSlice } from './memory/bytes.js';
import {
  inWords,
  type OwnBytes,
  requireBytes,
  requireInteger,
  requireKnown,
  requireRange,
  requireType,
  usageError,
} from './wire/errors.js';
import type { Fault, FaultCode } from './wire/faults.js';
import { requireKey } from './wire/header.js';
import { MASK } from './wire/opcodes.js';
import { FrameParserConfig, type FrameParserOptions, MESSAGE } from './wire/rules.js';

export { encodeFrame, type FrameFields } from './connection/frame-writer.js';
export { encodeCloseBody, isValidCloseCode } from './wire/close.js';
export type { OwnBytes } from './wire/errors.js';
export { createFault, FAULTS, type Fault, type FaultCode, type FaultRule } from './wire/faults.js';
export {
  extendedLengthBytes,
  type FrameHeader,
  frameHeaderBytes,
  readFrameHeader,
  readPayloadLength,
  writeFrameHeader,
} from './wire/header.js';
export {
  BINARY,
  CLOSE,
  CONTINUATION,
  FIN,
  isControl,
  isReserved,
  MASK,
  type MessageOpcode,
  type Opcode,
  opcodeName,
  PING,
  PONG,
  RSV,
  RSV1,
  RSV2,
  RSV3,
  TEXT,
} from './wire/opcodes.js';
export {
  FrameParserConfig,
  type FrameParserOptions,
  frameHeaderFault,
  frameStartFault,
  type Limits,
  payloadLengthFault,
  type ReceiverRole,
} from './wire/rules.js';
export {
  decodeUtf8,
  UTF8_BOUNDARY,
  unfinishedUtf8Bytes,
  utf8Bytes,
  validateUtf8,
  writeUtf8,
} from './wire/utf8.js';

// ---- The frame parser ----

/**
 * The functions that a {@link FrameParser} calls, in this order for each frame: `header`;
 * `payload`, as often as data arrives (not at all for an empty payload); `end`. Arguments are
 * numbers and the chunk: no object or view is made for a frame. The handlers may call
 * `parser.pause()` and `parser.fail()`, but not `parser.receive()`.
 */
export interface FrameHandlers {
  /**
   * May be left out. Called in place of `header`, `payload` and `end` for an unfragmented message
   * of less than 64 KiB that stands whole in the chunk: one call instead of three, and 3 times as
   * fast for frames of 16 bytes.
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
   * The next bytes of the payload: `bytes[start]` to `bytes[end - 1]`, lent until the handler
   * returns. With the option `unmask` at `'copy'`, the default, masked bytes are a fresh array.
   *
   * @param maskingKey - with the option `unmask: 'none'`, the key rotated so that it applies from
   * `start`; otherwise 0
   */
  payload(bytes: Uint8Array, start: number, end: number, maskingKey: number): void;
  /** The frame's payload is complete. */
  end(): void;
  /** The stream broke a rule, or `parser.fail` was called: the last call. */
  fail(fault: Fault): void;
}

/** Passes frames on to the handlers, unmasked as the option `unmask` says. */
class FrameRelay extends FrameReader {
  readonly #handlers: FrameHandlers;
  readonly #rules: FrameParserConfig;

  constructor(handlers: FrameHandlers, rules: FrameParserConfig) {
    super(rules);
    this.#handlers = handlers;
    this.#rules = rules;
  }

  protected override get takes(): number {
    return this.#handlers.message === undefined ? 0 : MESSAGE;
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
      this.#handlers.message!(first, bytes, start, end, key);
    } else if (unmask === 'in-place') {
      mask(bytes, start, end, bytes, start, key);
      this.#handlers.message!(first, bytes, start, end, 0);
    } else {
      this.#handlers.message!(first, this.#copy(bytes, start, end, key), 0, end - start, 0);
    }
  }

  protected override onMessage(first: number, { bytes, start, end }: LentSlice): void {
    this.#handlers.message!(first, bytes, start, end, 0);
  }

  protected override onHeader({ first, payloadLength, masked, key }: Frame): void {
    this.#handlers.header(first, payloadLength, masked, key);
  }

  protected override onPayload(_: Frame, bytes: Uint8Array, start: number, end: number, key: number): void {
    const { unmask, mask } = this.#rules;
    if (key === 0 || unmask === 'none') {
      this.#handlers.payload(bytes, start, end, key);
    } else if (unmask === 'in-place') {
      mask(bytes, start, end, bytes, start, key);
      this.#handlers.payload(bytes, start, end, 0);
    } else {
      this.#handlers.payload(this.#copy(bytes, start, end, key), 0, end - start, 0);
    }
  }

  protected override onEnd(): void {
    this.#handlers.end();
  }

  protected override onFault(fault: Fault): void {
    this.#handlers.fail(fault);
  }

  #copy(bytes: Uint8Array, start: number, end: number, key: number): Uint8Array {
    const copy = new Uint8Array(end - start);
    this.#rules.mask(bytes, start, end, copy, 0, key);
    return copy;
  }
}

/**
 * Parses frames out of a stream of bytes (RFC 6455 5.2), in one role or as an onlooker. One parser
 * serves one direction of one connection; it keeps nothing but an unfinished header and the place
 * in the stream.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameParser } from '@sanssocket/codec/frames';
 *
 * const log: string[] = [];
 * const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
 * const parser = new FrameParser(
 *   {
 *     header: (first, payloadLength) => log.push(`${first.toString(16)} ${payloadLength}`),
 *     payload: (bytes, start, end) => log.push(text(bytes.subarray(start, end))),
 *     end: () => log.push('end'),
 *     fail: (fault) => log.push(fault.code),
 *   },
 *   { role: 'server' },
 * );
 * // The first part of a frame, then the rest and a frame with a reserved opcode.
 * parser.receive(Uint8Array.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d));
 * parser.receive(Uint8Array.of(0x51, 0x58, 0x83, 0x80));
 * assert.deepEqual(log, ['81 5', 'Hel', 'lo', 'end', 'RESERVED_OPCODE']);
 * ```
 */
export class FrameParser {
  readonly #reader: FrameRelay;
  #receiving = false;

  /**
   * @param handlers - called with the frames
   * @param options - role, limits, unmasking. To share them between parsers, make one
   * {@link FrameParserConfig}
   * @throws TypeError or RangeError for options that make no sense (`OPTION_UNKNOWN`,
   * `OPTION_INVALID`), TypeError for handlers that lack a method (`HANDLERS_INVALID`)
   */
  constructor(handlers: FrameHandlers, options: FrameParserOptions | FrameParserConfig) {
    const rules = options instanceof FrameParserConfig ? options : new FrameParserConfig(options);
    requireFrameHandlers(handlers);
    this.#reader = new FrameRelay(handlers, rules);
  }

  /**
   * Whether the stream has broken a rule, or `fail` was called; all input is ignored from then on.
   */
  get failed(): boolean {
    return this.#reader.failed;
  }

  /**
   * Whether a frame or fragmented message is unfinished: the end of the stream would cut it off
   * now.
   */
  get truncated(): boolean {
    return this.#reader.truncated;
  }

  /** The number of bytes of the stream that have been parsed. */
  get offset(): number {
    return this.#reader.offset;
  }

  /**
   * Parses the next bytes of the stream, and calls the handlers with the frames in them. Nothing of
   * `bytes` is kept but an unfinished header.
   *
   * @param bytes - a chunk of the stream; changed only with `unmask: 'in-place'`
   * @param start - index of the first byte to parse
   * @param end - index after the last one
   * @returns the index after the last byte that was parsed: `end`, unless a handler paused the
   * parser. Give the bytes from there on again, in front of the next ones. After a fault it is
   * `end`
   * @throws TypeError for anything but a Uint8Array (`NOT_BYTES`); RangeError for a range outside
   * of `bytes` (`RANGE_INVALID`); Error when called by a handler (`REENTRANT_CALL`); TypeError
   * (`CHUNK_TRANSFERRED`) if a handler has transferred the memory of `bytes` away before its end
   * was parsed. The exception of a handler passes through: the parser then stands behind the call
   * that threw (`offset` tells the place) and can go on from there
   *
   * RFC 6455 5.2.
   */
  receive(bytes: Uint8Array, start = 0, end: number = bytes?.length): number {
    requireBytes(bytes, 'a chunk');
    requireRange(bytes, start, end);
    if (this.#receiving) {
      throw usageError(
        Error,
        'REENTRANT_CALL',
        'a handler must not call receive: call it when the one under way has returned',
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

  /**
   * Makes the running {@link FrameParser.receive} return after the handler that calls this. The
   * next `receive` goes on; nothing has to be resumed.
   */
  pause(): void {
    this.#reader.pause();
  }

  /**
   * Fails the stream for a reason that only the layer above can see: the handler `fail` is called,
   * and all further input is ignored. Does nothing if the stream has failed before.
   *
   * @param code - of the rule that was broken
   * @param index - of the byte that shows it, in the chunk being parsed; by default the place of
   * the parser
   * @throws RangeError for an unknown code (`OPTION_INVALID`)
   *
   * RFC 6455 7.1.7.
   */
  fail(code: FaultCode, index: number = this.#reader.index): void {
    this.#reader.fail(code, index);
  }
}

const METHODS: readonly (keyof FrameHandlers)[] = ['header', 'payload', 'end', 'fail'];

/** @throws TypeError for handlers that lack a method: otherwise the first frame would find out */
function requireFrameHandlers(handlers: FrameHandlers): void {
  const missing = METHODS.find((name) => typeof handlers?.[name] !== 'function');
  const wrong =
    handlers?.message !== undefined && typeof handlers.message !== 'function' ? 'message' : missing;
  if (wrong === undefined) return;
  throw usageError(
    TypeError,
    'HANDLERS_INVALID',
    `frame handlers are an object with the methods ${METHODS.join(', ')}, and may have message: ${wrong} of ${inWords(handlers)} is none`,
  );
}

// ---- The unchecked writer ----
// For fuzzers and conformance suites: it checks no rule of the protocol, and can write every header
// and every disagreement between a header and the bytes behind it.

/** The largest length in 64 bits. */
const MAX_LENGTH = 0xffff_ffff_ffff_ffffn;

const FIELDS: readonly (keyof UncheckedFrame)[] = [
  'first',
  'payload',
  'declaredLength',
  'lengthBytes',
  'maskingKey',
  'maskBit',
  'maskPayload',
];

/** A frame as it shall appear on the wire. A part that is left out is that of a correct frame. */
export interface UncheckedFrame {
  /** The first byte, whole: FIN, RSV1-3 and opcode. */
  readonly first: number;
  /** Bytes after the header, before masking; empty by default. */
  readonly payload?: Uint8Array;
  /** The length that the header declares, up to 2^64 - 1; by default the payload's. */
  readonly declaredLength?: number | bigint;
  /**
   * The number of bytes in which the length is extended; by default as few as can hold it. Higher
   * bits that do not fit are cut off.
   */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The masking key; none by default. */
  readonly maskingKey?: number | undefined;
  /**
   * The MASK bit; by default set if there is a key. Set without a key, no key's four bytes are
   * written.
   */
  readonly maskBit?: boolean;
  /** Whether the payload is masked with the key; true by default. */
  readonly maskPayload?: boolean;
}

/**
 * Writes any frame, valid or not.
 *
 * @param frame - its parts
 * @returns header and payload, in a fresh array; to cut a frame off, take a subarray
 * @throws TypeError or RangeError for parts that make no frame: an unknown part, or one of another
 * kind (`OPTION_UNKNOWN`, `OPTION_INVALID`, `NOT_BYTES`, `KEY_INVALID`)
 *
 * RFC 6455 5.2 gives the layout; no rule of it is checked.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { encodeUncheckedFrame } from '@sanssocket/codec/frames';
 *
 * // An unmasked ping that claims 2^64 - 1 bytes, in the reserved form, with RSV3 set and no FIN.
 * const bytes = encodeUncheckedFrame({ first: 0x19, declaredLength: 2n ** 64n - 1n });
 * assert.deepEqual([...bytes], [0x19, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255]);
 * ```
 */
export function encodeUncheckedFrame(frame: UncheckedFrame): OwnBytes {
  requireKnown(frame, FIELDS, 'field');
  const { first, payload = EMPTY, maskingKey, maskBit = maskingKey !== undefined } = frame;
  const { declaredLength = payload.length, maskPayload = true } = frame;
  requireInteger('first', first, 0, 0xff);
  requireBytes(payload);
  const declared = requireDeclared(declaredLength);
  const { lengthBytes = declared < 126n ? 0 : declared < 65536n ? 2 : 8 } = frame;
  if (lengthBytes !== 0 && lengthBytes !== 2 && lengthBytes !== 8) {
    throw usageError(RangeError, 'OPTION_INVALID', `lengthBytes is 0, 2 or 8, not ${inWords(lengthBytes)}`);
  }
  if (maskingKey !== undefined) requireKey(maskingKey);
  requireType('maskBit', maskBit, 'boolean');
  requireType('maskPayload', maskPayload, 'boolean');
  const keyBytes = maskingKey === undefined ? 0 : 4;
  const bytes = new Uint8Array(2 + lengthBytes + keyBytes + payload.length);
  const view = new DataView(bytes.buffer);
  const length7 = lengthBytes === 0 ? Number(declared & 0x7fn) : lengthBytes === 2 ? 126 : 127;
  bytes[0] = first;
  bytes[1] = (maskBit ? MASK : 0) | length7;
  if (lengthBytes === 2) view.setUint16(2, Number(declared & 0xffffn));
  if (lengthBytes === 8) view.setBigUint64(2, declared);
  const at = 2 + lengthBytes + keyBytes;
  bytes.set(payload, at);
  if (maskingKey !== undefined) {
    keyToBytes(maskingKey, bytes, at - 4);
    if (maskPayload) maskInPlace(bytes.subarray(at), maskingKey);
  }
  return bytes;
}

/** @throws RangeError for a length that 64 bits cannot hold */
function requireDeclared(length: number | bigint): bigint {
  if (typeof length === 'bigint' || Number.isInteger(length)) {
    const declared = BigInt(length);
    if (declared >= 0n && declared <= MAX_LENGTH) return declared;
  }
  const wanted = 'declaredLength is an integer from 0 to 2^64 - 1';
  throw usageError(RangeError, 'OPTION_INVALID', `${wanted}, not ${inWords(length)}`);
}
