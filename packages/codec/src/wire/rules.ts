/**
 * The rules of frames, apart from the reading of headers, so that a program can read invalid
 * frames, too.
 *
 * In reading order: the truth table of one header (RFC 6455 5.1, 5.2, 5.5), judged as the bytes
 * come in, the first two bytes and then the length; limits (10.4); the sequence of frames (5.4)
 * and the limits of a whole message; the options of a parser, from which the truth table is
 * tabulated.
 */

import { mask as defaultMask, type MaskFunction } from '@sanssocket/mask';
import { inWords, positiveInteger, requireKnown, requireOneOf, requireType, usageError } from './errors.js';
import type { FaultCode } from './faults.js';
import type { FrameHeader } from './header.js';
import {
  CLOSE,
  CONTINUATION,
  FIN,
  isControl,
  isReserved,
  MASK,
  MAX_CONTROL_PAYLOAD_BYTES,
  RSV,
} from './opcodes.js';

/**
 * The role of the endpoint whose input is judged: a `'server'` receives masked frames, a
 * `'client'` unmasked ones, `'either'` (a proxy, a recorder) takes both.
 */
export type ReceiverRole = 'server' | 'client' | 'either';

/**
 * Judges the first two bytes of a frame.
 *
 * @param first - FIN, RSV1-3, opcode
 * @param second - MASK and the 7-bit length
 * @param role - of the endpoint that received them
 * @param rsv - reserved bits that agreed extensions gave a meaning (on the first frame of a
 * message): a sum of RSV1-3
 * @returns the first rule broken, in the order of the bits; undefined if none is
 *
 * RFC 6455 5.1, 5.2, 5.5, 5.5.1.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { frameStartFault } from '@sanssocket/codec/frames';
 *
 * assert.equal(frameStartFault(0x81, 0x85, 'server', 0), undefined);
 * assert.equal(frameStartFault(0x81, 0x05, 'server', 0), 'MASK_REQUIRED');
 * assert.equal(frameStartFault(0xc1, 0x85, 'server', 0), 'RESERVED_BITS');
 * ```
 */
export function frameStartFault(
  first: number,
  second: number,
  role: ReceiverRole,
  rsv: number,
): FaultCode | undefined {
  const opcode = first & 0x0f;
  // 5.2, RSV: "MUST be 0 unless an extension is negotiated that defines meanings". Extensions
  // here mark messages, so their bits are legal where a message starts, and neither on
  // continuations nor on control frames.
  const meaningful = isControl(opcode) || opcode === CONTINUATION ? 0 : rsv;
  if ((first & 0x70 & ~meaningful) !== 0) return 'RESERVED_BITS';
  // 5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket
  // Connection_."
  if (isReserved(opcode)) return 'RESERVED_OPCODE';
  // 5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT be
  // fragmented."
  if (isControl(opcode) && (first & FIN) === 0) return 'CONTROL_FRAGMENTED';
  // 5.1: a server closes on an unmasked frame, a client on a masked one.
  if (role === 'server' && (second & MASK) === 0) return 'MASK_REQUIRED';
  if (role === 'client' && (second & MASK) !== 0) return 'MASK_FORBIDDEN';
  if (isControl(opcode) && (second & 0x7f) > MAX_CONTROL_PAYLOAD_BYTES) return 'CONTROL_TOO_LONG';
  // 5.5.1: "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer".
  if (opcode === CLOSE && (second & 0x7f) === 1) return 'CLOSE_BODY_TOO_SHORT';
  return undefined;
}

/**
 * Judges a payload length once its field is complete.
 *
 * @param lengthBytes - the number of bytes that extend the 7-bit length: 0, 2 or 8
 * @param payloadLength - as read, see {@link FrameHeader.payloadLength}
 * @returns the rule broken; undefined if none is
 *
 * RFC 6455 5.2, "Payload length".
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { payloadLengthFault } from '@sanssocket/codec/frames';
 *
 * assert.equal(payloadLengthFault(2, 126), undefined);
 * assert.equal(payloadLengthFault(2, 125), 'LENGTH_NOT_MINIMAL');
 * assert.equal(payloadLengthFault(8, 2 ** 63), 'LENGTH_TOP_BIT');
 * ```
 */
export function payloadLengthFault(lengthBytes: 0 | 2 | 8, payloadLength: number): FaultCode | undefined {
  // "the minimal number of bytes MUST be used to encode the length"
  if (lengthBytes === 2 && payloadLength < 126) return 'LENGTH_NOT_MINIMAL';
  if (lengthBytes === 8 && payloadLength < 0x1_0000) return 'LENGTH_NOT_MINIMAL';
  // "the most significant bit MUST be 0"
  if (payloadLength >= 2 ** 63) return 'LENGTH_TOP_BIT';
  return undefined;
}

/**
 * Judges a whole header, by the same rules in the same order.
 *
 * @param header - as `readFrameHeader` gave it
 * @param role - of the endpoint that received it
 * @param rsv - reserved bits that agreed extensions gave a meaning
 * @returns the first rule broken; undefined for a valid header
 *
 * RFC 6455 5.1, 5.2, 5.5.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { readFrameHeader } from '@sanssocket/codec/frames';
 * import { frameHeaderFault } from '@sanssocket/codec/frames';
 *
 * const header = readFrameHeader(Uint8Array.of(0x89, 0x00));
 * assert.ok(typeof header === 'object');
 * assert.equal(frameHeaderFault(header, 'client'), undefined);
 * assert.equal(frameHeaderFault(header, 'server'), 'MASK_REQUIRED');
 * ```
 */
export function frameHeaderFault(header: FrameHeader, role: ReceiverRole, rsv = 0): FaultCode | undefined {
  const length = header.lengthBytes === 0 ? header.payloadLength : header.lengthBytes === 2 ? 126 : 127;
  return (
    frameStartFault(header.firstByte, (header.masked ? MASK : 0) | length, role, rsv) ??
    payloadLengthFault(header.lengthBytes, header.payloadLength)
  );
}

/** The index of the byte that shows a fault of a frame's first two bytes: 0 or 1. */
export function faultyByte(fault: FaultCode): 0 | 1 {
  return fault === 'MASK_REQUIRED' ||
    fault === 'MASK_FORBIDDEN' ||
    fault === 'CONTROL_TOO_LONG' ||
    fault === 'CLOSE_BODY_TOO_SHORT'
    ? 1
    : 0;
}

/** @throws RangeError unless a value is a sum of reserved bits */
export function requireRsv(rsv: number): void {
  if ((rsv & RSV) === rsv) return;
  throw usageError(
    RangeError,
    'OPTION_INVALID',
    `rsv is a sum of RSV1 (64), RSV2 (32) and RSV3 (16), not ${inWords(rsv)}`,
  );
}

// Limits: they bound the memory and the work that a peer can demand (RFC 6455 10.4). All are
// finite by default, and no 0 switches one off.

/** The limits of a frame parser or a connection. */
export interface Limits {
  /**
   * The longest payload of one frame, in bytes; 16 MiB by default. More is `FRAME_TOO_LARGE`, at
   * its header.
   */
  readonly maxFrameBytes: number;
  /**
   * The longest message, in bytes; 16 MiB by default. More is `MESSAGE_TOO_LARGE`, at the header
   * of the frame that announces it; for a message that an extension inflates, when the inflated
   * bytes pass it. On the wire such a message may take a sixteenth and 64 bytes more, in one frame
   * or in many, because data that cannot be compressed becomes longer.
   */
  readonly maxMessageBytes: number;
  /**
   * The most frames of one message, empty ones included; 1,048,576 by default. More is
   * `TOO_MANY_FRAGMENTS`. Fragments are merged as they come, so this bounds work without
   * progress, not memory.
   */
  readonly maxFragments: number;
}

const DEFAULTS: Limits = { maxFrameBytes: 0x100_0000, maxMessageBytes: 0x100_0000, maxFragments: 0x10_0000 };

/**
 * Completes and checks limits.
 *
 * @throws RangeError for a limit that is not an integer from 1 to 2^53 - 1
 */
export function resolveLimits(limits: Partial<Limits>): Limits {
  return {
    maxFrameBytes: limit('maxFrameBytes', limits.maxFrameBytes),
    maxMessageBytes: limit('maxMessageBytes', limits.maxMessageBytes),
    maxFragments: limit('maxFragments', limits.maxFragments),
  };
}

/** The most bytes on the wire of a message, or a frame, that an extension marks (RFC 6455 9.2). */
function encodedLimit(bytes: number): number {
  return bytes + Math.floor(bytes / 16) + 64;
}

function limit(name: keyof Limits, value: number | undefined): number {
  return value === undefined ? DEFAULTS[name] : positiveInteger(name, value);
}

// Sequence of frames

/** A fragmented message of which the last frame has not begun. */
export class MessageProgress {
  /** Kept for V8, see `Frame.kept`. */
  static readonly kept: readonly MessageProgress[] = [/* @__PURE__ */ new MessageProgress(0, 0)];

  /** First byte of its first frame. */
  readonly first: number;
  bytes: number;
  fragments = 1;

  constructor(first: number, bytes: number) {
    this.first = first;
    this.bytes = bytes;
  }
}

/**
 * The fault of a frame at its place: a message's frames come one after the other, only control
 * frames between them (RFC 6455 5.4).
 *
 * @param progress - the message that a frame comes upon; null for none
 * @param first - first byte of the frame
 */
export function sequenceFault(
  progress: MessageProgress | null,
  first: number,
  maxFragments: number,
): FaultCode | undefined {
  const opcode = first & 0x0f;
  if (progress === null) return opcode === CONTINUATION ? 'UNEXPECTED_CONTINUATION' : undefined;
  if (isControl(opcode)) return undefined;
  if (opcode !== CONTINUATION) return 'EXPECTED_CONTINUATION';
  return progress.fragments === maxFragments ? 'TOO_MANY_FRAGMENTS' : undefined;
}

/**
 * The limit that a frame passes. Compares with the bytes that are left, so that no sum can pass
 * 2^53 and lose its low bits.
 */
export function limitFault(
  progress: MessageProgress | null,
  first: number,
  payloadLength: number,
  { maxFrameBytes, maxMessageBytes, rsv }: Limits & { readonly rsv: number },
): FaultCode | undefined {
  const encoded = ((progress === null ? first : progress.first) & rsv) !== 0;
  const frameLimit = encoded ? encodedLimit(maxFrameBytes) : maxFrameBytes;
  if (payloadLength > frameLimit || payloadLength > Number.MAX_SAFE_INTEGER) return 'FRAME_TOO_LARGE';
  if (isControl(first & 0x0f)) return undefined;
  const limit = encoded ? encodedLimit(maxMessageBytes) : maxMessageBytes;
  const before = progress === null ? 0 : progress.bytes;
  return payloadLength > limit - before ? 'MESSAGE_TOO_LARGE' : undefined;
}

/** The message that the next frame comes upon; null for none. */
export function progressAfter(
  progress: MessageProgress | null,
  first: number,
  payloadLength: number,
): MessageProgress | null {
  if (isControl(first & 0x0f)) return progress;
  if ((first & FIN) !== 0) return null;
  if (progress === null) return new MessageProgress(first, payloadLength);
  progress.bytes += payloadLength;
  progress.fragments++;
  return progress;
}

// Options of a parser, completed, checked and tabulated once for many streams

const OPTIONS: readonly (keyof FrameParserOptions)[] = [
  'role',
  'rsv',
  'unmask',
  'mask',
  'maxFrameBytes',
  'maxMessageBytes',
  'maxFragments',
];

/** The expectations of a `FrameParser`, and the place to which it unmasks payloads. */
export interface FrameParserOptions extends Partial<Limits> {
  /** Of the endpoint that receives the frames; `'either'` for one that only looks on. */
  readonly role: ReceiverRole;
  /**
   * Reserved bits that agreed extensions gave a meaning: a sum of `RSV1`, `RSV2` and `RSV3`; 0 by
   * default.
   */
  readonly rsv?: number;
  /**
   * The bytes that `payload` gets of a masked frame: `'copy'` (the default) fresh unmasked bytes;
   * `'in-place'` the caller's chunk, unmasked there; `'none'` the chunk as it is, and the key.
   */
  readonly unmask?: 'copy' | 'in-place' | 'none';
  /** The kernel that unmasks; by default `mask` of `@sanssocket/mask`. */
  readonly mask?: MaskFunction;
}

/**
 * Options completed and checked. Make one and share it: a parser given plain options makes its own.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict';
 * import { FrameParserConfig } from '@sanssocket/codec/frames';
 *
 * const rules = new FrameParserConfig({ role: 'server', maxFrameBytes: 65536 });
 * assert.equal(rules.maxMessageBytes, 16777216);
 * assert.throws(() => new FrameParserConfig({ role: 'server', maxFrameBytes: 0 }), RangeError);
 * ```
 */
export class FrameParserConfig implements Limits {
  readonly role: ReceiverRole;
  readonly rsv: number;
  readonly unmask: 'copy' | 'in-place' | 'none';
  readonly mask: MaskFunction;
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
  readonly maxFragments: number;
  /**
   * By first byte: the kind of frame that begins with it, {@link MESSAGE}, {@link FRAGMENT} or
   * {@link CONTROL}; and 1 if such a frame may be unmasked, 2 if masked, 3 if both. The truth
   * table, tabulated for the scan and the short cut.
   *
   * @internal
   */
  readonly kinds: Uint8Array;
  /**
   * The longest payload that a scan takes: the most that `limitFault` allows, and 16 bits can say.
   *
   * @internal
   */
  readonly maxScannedBytes: number;

  /**
   * @throws TypeError for an option, a role or a word that there is not (`OPTION_UNKNOWN`,
   * `OPTION_INVALID`), RangeError for a limit that is not a positive integer, or for bits that are
   * not reserved ones (`OPTION_INVALID`)
   */
  constructor(options: FrameParserOptions) {
    requireKnown(options, OPTIONS);
    const { role, rsv = 0, unmask = 'copy', mask = defaultMask } = options;
    requireOneOf('role', role, ['server', 'client', 'either']);
    requireRsv(rsv);
    requireOneOf('unmask', unmask, ['copy', 'in-place', 'none']);
    requireType('mask', mask, 'function');
    const limits = resolveLimits(options);
    this.role = role;
    this.rsv = rsv;
    this.unmask = unmask;
    this.mask = mask;
    this.maxFrameBytes = limits.maxFrameBytes;
    this.maxMessageBytes = limits.maxMessageBytes;
    this.maxFragments = limits.maxFragments;
    this.kinds = kindsOf(role, rsv);
    this.maxScannedBytes = Math.min(
      encodedLimit(Math.min(limits.maxFrameBytes, limits.maxMessageBytes)),
      0xffff,
    );
  }

  /**
   * The same rules where other reserved bits are in use.
   *
   * @param rsv - a sum of `RSV1`, `RSV2` and `RSV3`
   * @internal
   */
  withBits(rsv: number): FrameParserConfig {
    const { role, unmask, mask, maxFrameBytes, maxMessageBytes, maxFragments } = this;
    return new FrameParserConfig({ role, rsv, unmask, mask, maxFrameBytes, maxMessageBytes, maxFragments });
  }
}

/** A frame that is a whole message. */
export const MESSAGE = 4;

/** A frame of a fragmented message. */
export const FRAGMENT = 8;

/** A Close, Ping or Pong. */
export const CONTROL = 16;

function kindOf(first: number): typeof MESSAGE | typeof FRAGMENT | typeof CONTROL {
  const opcode = first & 0x0f;
  if (isControl(opcode)) return CONTROL;
  return opcode === CONTINUATION || (first & FIN) === 0 ? FRAGMENT : MESSAGE;
}

/**
 * A table for each role and set of reserved bits, 24 at most. Without them a connection of plain
 * options takes 20 us in place of 3.
 */
const tables = new Map<string, Uint8Array>();

function kindsOf(role: ReceiverRole, rsv: number): Uint8Array {
  const key = `${role} ${rsv}`;
  let kinds = tables.get(key);
  if (kinds === undefined) {
    kinds = tabulate(role, rsv);
    tables.set(key, kinds);
  }
  return kinds;
}

function tabulate(role: ReceiverRole, rsv: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, first) => {
    const unmasked = frameStartFault(first, 0, role, rsv) === undefined ? 1 : 0;
    return kindOf(first) | unmasked | (frameStartFault(first, MASK, role, rsv) === undefined ? 2 : 0);
  });
}
