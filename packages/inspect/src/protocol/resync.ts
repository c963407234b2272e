/**
 * Frames in the middle of bytes: where does one begin? RFC 6455 has no mark for it, but a header
 * has few valid forms, tells where the next one stands, and a text has few valid forms, too.
 *
 * Each place is followed from header to header up to the end of the bytes. A place from which an
 * invalid header is reached is none. The others are weighed in bits of evidence: of random bytes,
 * one in 2^n would look as good. A place is believed if its evidence outweighs the number of places
 * that were tried by {@link MARGIN_BITS}.
 */

import {
  CONTINUATION,
  type FrameHeader,
  FrameParserConfig,
  frameHeaderFault,
  frameStartFault,
  isControl,
  RSV1,
  readFrameHeader,
  TEXT,
  validateUtf8,
} from '@sanssocket/codec/frames';
import { copyOf } from '../model/bytes.js';

const { mask } = new FrameParserConfig({ role: 'either' });

/** The place of a frame. */
export interface FoundFrames {
  /** Index of its first byte. */
  readonly at: number;
  readonly masked: boolean;
  /** Frames that follow one another from there, the one that the bytes end in included. */
  readonly frames: number;
}

/** Of 2^12 captures of other traffic, one would be taken for frames. */
const MARGIN_BITS = 12;

/** A valid header among random bytes, one in 2^4: six of sixteen opcodes, two of eight RSV, one of two MASK. */
const HEADER_BITS = 4;

/** Frames without payload may be a run of zeros. */
const EMPTY_BITS = 1;

/** The bits of a place at which a frame is likely to begin, as peers send one a packet. */
export const PACKET_BITS = 4;

/** The bits of the first byte of an input that is known to be frames. */
export const CERTAIN_BITS = 8;

/** A text of random bytes is valid with every second byte; more than this a frame does not add. */
const MAX_TEXT_BITS = 16;

/** A broken sequence, a wrong text: peers do that seldom, random bytes often. */
const SEQUENCE_BITS = 8;

/** Bytes that end where a frame ends. */
const END_BITS = 6;

/**
 * Finds the first frame.
 *
 * @param bytes - of one direction
 * @param masked - whether its frames are masked; undefined if that is not known
 * @param startBits - the evidence that the first byte has from elsewhere
 * @returns undefined if there is none, or if more bytes have to tell
 */
export function findFrames(
  bytes: Uint8Array,
  masked: boolean | undefined,
  startBits: number,
): FoundFrames | undefined {
  const needed = MARGIN_BITS + Math.log2(bytes.length + 1);
  const found: FoundFrames[] = [];
  for (const asMasked of masked === undefined ? [true, false] : [masked]) {
    // Chains that meet go on as one: each place is weighed once, so that the cost is linear.
    const weights = new Float64Array(bytes.length + 1).fill(UNKNOWN);
    const role = asMasked ? 'server' : 'client';
    for (let at = 0; at < bytes.length; at++) {
      // Most bytes are told by two numbers, without a header being read.
      if (at + 1 < bytes.length && frameStartFault(bytes[at]!, bytes[at + 1]!, role, RSV1) !== undefined)
        continue;
      const bits = weigh(bytes, at, asMasked, weights);
      // The first byte is one place, the others are many.
      if (at === 0 ? bits + startBits < MARGIN_BITS : bits < needed) continue;
      found.push({ at, masked: asMasked, frames: countFrames(bytes, at) });
      break;
    }
  }
  return found.sort((a, b) => a.at - b.at)[0];
}

const UNKNOWN = Number.POSITIVE_INFINITY;
const INVALID = Number.NEGATIVE_INFINITY;

/** The evidence of a chain of headers from one place to the end of the bytes. */
function weigh(bytes: Uint8Array, start: number, masked: boolean, weights: Float64Array): number {
  const chain: { readonly at: number; readonly bits: number }[] = [];
  let total = 0;
  let open: boolean | undefined;
  for (let at = start; at < bytes.length; ) {
    if (weights[at] !== UNKNOWN) {
      total += weights[at]!;
      break;
    }
    const header = readFrameHeader(bytes, at);
    if (typeof header === 'number') break;
    const bits = weighFrame(bytes, at, header, masked, open);
    chain.push({ at, bits });
    total += bits;
    if (bits === INVALID) break;
    if (!isControl(header.opcode)) open = !header.fin;
    at += header.headerBytes + header.payloadLength;
  }
  const whole = total;
  for (const { at, bits } of chain) {
    weights[at] = total;
    total = total === INVALID ? INVALID : total - bits;
  }
  return whole;
}

/** @param open - whether a fragmented message is under way; undefined if that is not known */
function weighFrame(
  bytes: Uint8Array,
  at: number,
  header: FrameHeader,
  masked: boolean,
  open: boolean | undefined,
): number {
  if (frameHeaderFault(header, masked ? 'server' : 'client', RSV1) !== undefined) return INVALID;
  const { opcode, rsv, headerBytes, payloadLength } = header;
  const payload = at + headerBytes;
  const end = payload + payloadLength;
  let bits = payloadLength === 0 && !isControl(opcode) ? EMPTY_BITS : HEADER_BITS;
  if (payloadLength === 0 && !header.fin) bits = 0;
  if (!isControl(opcode) && open !== undefined && (opcode === CONTINUATION) !== open) bits -= SEQUENCE_BITS;
  if (end === bytes.length) bits += END_BITS;
  if (opcode === TEXT && rsv === 0) bits += weighText(bytes, payload, Math.min(end, bytes.length), header);
  return bits;
}

function weighText(bytes: Uint8Array, start: number, end: number, header: FrameHeader): number {
  const length = Math.min(end - start, 64);
  if (length <= 0) return 0;
  const text = copyOf(bytes, start, start + length);
  if (header.masked) mask(text, 0, length, text, 0, header.maskingKey);
  if (validateUtf8(text, 0, length, 0) < 0) return -SEQUENCE_BITS;
  return Math.min(length, MAX_TEXT_BITS);
}

function countFrames(bytes: Uint8Array, start: number): number {
  let frames = 0;
  for (let at = start; at < bytes.length; frames++) {
    const header = readFrameHeader(bytes, at);
    if (typeof header === 'number') break;
    at += header.headerBytes + header.payloadLength;
  }
  return frames;
}
