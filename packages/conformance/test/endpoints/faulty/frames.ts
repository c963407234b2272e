/** Frames read with no regard for any rule, and written as they are told. */
import { encodeUncheckedFrame } from '@sanssocket/codec/frames';

/** A frame, unmasked. */
export interface Frame {
  readonly fin: boolean;
  /** The reserved bits as a number: 4 is RSV1. */
  readonly rsv: number;
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly maskingKey?: number | undefined;
  /** In how many octets the length was extended. */
  readonly lengthBytes?: 0 | 2 | 8;
}

/** A whole frame, ordinary in all that is not given. */
export function frameOf(opcode: number, payload: Uint8Array | string, more: Partial<Frame> = {}): Frame {
  const octets = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return { fin: true, rsv: 0, opcode, payload: octets, ...more };
}

/** Longer than anything that is sent: such a frame is taken to be as long as what has come of it. */
const UNLIKELY_BYTES = 2 ** 30;

/** Octets to frames. Nothing is checked, so that a rule can be ignored by whoever reads with it. */
export class FrameLoop {
  #held: Buffer = Buffer.alloc(0);

  /** Reads what came. */
  read(chunk: Uint8Array): Frame[] {
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | undefined {
    const held = this.#held;
    if (held.length < 2) return undefined;
    const [first, second] = [held[0]!, held[1]!];
    const form = second & 127;
    const lengthBytes = form === 126 ? 2 : form === 127 ? 8 : 0;
    const isMasked = second >= 128;
    const from = 2 + lengthBytes + (isMasked ? 4 : 0);
    if (held.length < from) return undefined;
    const declared =
      lengthBytes === 0 ? form : lengthBytes === 2 ? held.readUInt16BE(2) : Number(held.readBigUInt64BE(2));
    const length = declared > UNLIKELY_BYTES ? held.length - from : declared;
    if (held.length < from + length) return undefined;
    this.#held = held.subarray(from + length);
    const maskingKey = isMasked ? held.readUInt32BE(from - 4) : undefined;
    const masked = held.subarray(from, from + length);
    const payload = maskingKey === undefined ? masked : withKey(masked, maskingKey);
    return { fin: first >= 128, rsv: (first >> 4) & 7, opcode: first & 15, payload, maskingKey, lengthBytes };
  }
}

/** 5.3: octet i with octet i modulo 4 of the key, counted from `start`. */
export function withKey(octets: Uint8Array, key: number, start = 0): Buffer {
  const plain = Buffer.from(octets);
  for (let at = 0; at < plain.length; at++) plain[at]! ^= (key >>> (24 - 8 * ((at + start) & 3))) & 255;
  return plain;
}

/** The octets of a frame, its length minimal; masked if told. */
export function writeFrame(
  { fin, rsv, opcode, payload }: Frame,
  isMasked: boolean,
  keyOf: () => number = () => crypto.getRandomValues(new Uint32Array(1))[0]!,
): Uint8Array {
  const maskingKey = isMasked ? keyOf() : undefined;
  return encodeUncheckedFrame({ first: (fin ? 0x80 : 0) | (rsv << 4) | opcode, payload, maskingKey });
}
