/** Frames as watchers see them, and as a tap keeps them until somebody watches. */
import { constants, inflateRawSync } from 'node:zlib';
import type { Fault } from '@sanssocket/codec';
import { FIN, RSV1, RSV2, RSV3 } from '@sanssocket/codec/frames';

/** How much of a payload is shown. */
const EXCERPT_BYTES = 256;
/** A message whose inflated form is longer is not shown inflated. */
const MAX_INFLATED_BYTES = 65_536;
/** As much is kept of a compressed message, so that it can be inflated. */
const MAX_COMPRESSED_BYTES = 4_096;

/** Which way a frame went, as the server sees it. */
export type Direction = 'received' | 'sent';

/** A frame as RFC 6455 5.2 draws it. */
export interface FrameReport {
  readonly type: 'frame';
  readonly direction: Direction;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  /** Its four bytes in hexadecimal, as on the wire; null when the frame is not masked. */
  readonly maskingKey: string | null;
  readonly payloadLength: number;
  /** The first bytes of the payload, unmasked, in hexadecimal. */
  readonly payload: string;
  /**
   * Of a short message that stands compressed in one frame: its inflated form, in bytes and as
   * text; null of others.
   */
  readonly inflated: { readonly length: number; readonly text: string } | null;
}

/** The place where a stream of frames broke a rule; nothing behind it can be read. */
interface FaultReport {
  readonly type: 'fault';
  readonly direction: Direction;
  readonly at: number;
  readonly code: string;
  readonly message: string;
  readonly section: string;
}

/** The reports that watchers get. */
export type Report = FrameReport | FaultReport;

/** A frame, or the fault that ended its stream, before anybody looks at it. */
export interface SeenFrame {
  readonly direction: Direction;
  readonly at: number;
  readonly first: number;
  readonly payloadLength: number;
  readonly maskingKey: number | null;
  /** The beginning of the payload, unmasked: at most {@link keptBytes}. */
  readonly payload: Uint8Array;
  readonly fault?: Fault;
}

/** How many bytes of a payload are worth keeping. */
export function keptBytes(first: number, payloadLength: number): number {
  if (isCompressedMessage(first) && payloadLength <= MAX_COMPRESSED_BYTES) return payloadLength;
  return Math.min(payloadLength, EXCERPT_BYTES);
}

/** The report of a frame. It costs more than the frame did: only watchers want it. */
export function reportOf(frame: SeenFrame): Report {
  const { direction, at, first, payloadLength, maskingKey, payload, fault } = frame;
  if (fault !== undefined) {
    const { code, message, section } = fault;
    return { type: 'fault', direction, at, code, message, section };
  }
  const isWhole = isCompressedMessage(first) && payload.length === payloadLength;
  return {
    type: 'frame',
    direction,
    at,
    fin: (first & FIN) !== 0,
    rsv1: (first & RSV1) !== 0,
    rsv2: (first & RSV2) !== 0,
    rsv3: (first & RSV3) !== 0,
    opcode: first & 0x0f,
    masked: maskingKey !== null,
    maskingKey: maskingKey === null ? null : keyHex(maskingKey),
    payloadLength,
    payload: Buffer.from(payload.subarray(0, EXCERPT_BYTES)).toString('hex'),
    inflated: isWhole ? inflate(payload) : null,
  };
}

/** RSV1 marks compressed messages (RFC 7692 6); one in several frames is not inflated. */
function isCompressedMessage(first: number): boolean {
  return (first & (FIN | RSV1)) === (FIN | RSV1);
}

/**
 * A message compressed without context takeover (RFC 7692 7.2.2); null if it is not, or longer
 * than the chat's are.
 */
function inflate(compressed: Uint8Array): FrameReport['inflated'] {
  const whole = Buffer.concat([compressed, Uint8Array.of(0, 0, 0xff, 0xff)]);
  try {
    const message = inflateRawSync(whole, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: MAX_INFLATED_BYTES,
    });
    return { length: message.length, text: message.toString('utf8', 0, EXCERPT_BYTES) };
  } catch {
    return null;
  }
}

/** The codec carries a masking key as a number, the low byte of which is the first on the wire. */
function keyHex(key: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(key | 0);
  return bytes.toString('hex');
}
